/**
 * Which drawn row's element each row takes, by the rows' keys in their order: its own, if it was drawn before; else that of one
 * that goes, where this moves none of those that stay; else a new one. So a jump in a list changes what its elements say, and
 * makes none. Elements are numbers; `known` are those before, in their order.
 */
export function toRowSlots(
  keys: readonly string[],
  known: ReadonlyMap<string, number>,
  toNewSlot: () => number,
): ReadonlyMap<string, number> {
  const before = [...known];
  const places = new Map(before.map(([key], place) => [key, place]));
  const wanted = new Set(keys);
  const slots = new Map<string, number>();
  /** Elements up to here are taken, or go. */
  let next = 0;
  for (const key of keys) {
    const place = places.get(key);
    const [candidate, slot] = before[place ?? next] ?? [];
    if (place !== undefined && slot !== undefined) {
      slots.set(key, slot);
      next = Math.max(next, place + 1);
    } else if (candidate === undefined || slot === undefined || wanted.has(candidate)) {
      slots.set(key, toNewSlot());
    } else {
      slots.set(key, slot);
      next++;
    }
  }
  return slots;
}
