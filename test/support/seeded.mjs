/** For programs that run without a build: seeded numbers from 0 up to 1. Source: mulberry32, Tommy Ettinger, public domain */
export function createRandom(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  function next() {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const integer = (least, most) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    integer,
    chance: (share) => next() < share,
    /** That many of the items, each once. */
    sample: (items, count) =>
      items
        .map((item) => [next(), item])
        .sort(([one], [other]) => one - other)
        .slice(0, count)
        .map(([, item]) => item),
    pick: (items) => items[integer(0, items.length - 1)],
  };
}
