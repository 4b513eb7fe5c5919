/** Seeded random numbers, so that a failed test fails again. */
export interface Random {
  /** From 0 up to 1, as Math.random. */
  next(): number;
  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number;
  /** True with that probability: 0 never, 1 always. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** A new array in random order. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** Marsaglia's xorshift with 32 bits of state (shifts 13, 17, 5): good enough to shuffle with. */
export function createRandom(seed: number): Random {
  // Spread, so that neighbouring seeds begin far apart; zero would stay zero.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  function next(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  }
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    integer,
    chance: (share) => next() < share,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new RangeError("there must be an item to pick, got none");
      return items[integer(0, items.length - 1)] as Item;
    },
    shuffle<Item>(items: readonly Item[]): Item[] {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = integer(0, last);
        [order[last], order[other]] = [order[other] as Item, order[last] as Item];
      }
      return order;
    },
  };
}
