/** Creating and discarding a row costs as much as changing the content of three. */
const creationCost = 3;

/**
 * Which drawn row's element each row takes, by the rows' keys in order: its own, if it was drawn before; else that of a row that
 * disappears, if that moves none of those that stay; else a new one. If that would create many, elements are assigned in order,
 * whatever they showed before, so that a jump in a list changes their content and creates none. The focused row always keeps its
 * own. Elements are numbers; `known` are the previous ones, in order.
 */
export function toRowSlots(
  keys: readonly string[],
  known: ReadonlyMap<string, number>,
  focusedKey: string | undefined,
  toNewSlot: () => number,
): ReadonlyMap<string, number> {
  const newCount = keys.filter((key) => !known.has(key)).length;
  const isJump = newCount * creationCost > keys.length;
  const staying = new Set(keys.filter((key) => known.has(key) && (!isJump || key === focusedKey)));
  const before = [...known];
  const places = new Map(before.map(([key], place) => [key, place]));
  const slots = new Map<string, number>();
  /** Elements before this one are taken, or go. */
  let next = 0;
  for (const key of keys) {
    const place = staying.has(key) ? places.get(key) : undefined;
    const [candidate, slot] = before[place ?? next] ?? [];
    if (place !== undefined && slot !== undefined) {
      slots.set(key, slot);
      next = Math.max(next, place + 1);
    } else if (candidate === undefined || slot === undefined || staying.has(candidate)) {
      slots.set(key, toNewSlot());
    } else {
      slots.set(key, slot);
      next++;
    }
  }
  return slots;
}
