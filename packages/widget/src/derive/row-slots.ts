/** To make a row and throw one away costs as much as to change what three say. */
const dearness = 3;

/**
 * Which drawn row's element each row takes, by the rows' keys in their order: its own, if it was drawn before; else that of one
 * that goes, where this moves none of those that stay; else a new one. Where that would make many, elements are given in their order,
 * whatever they said before. So a jump in a list changes what its elements say, and makes none. The focused row keeps its own in any
 * case. Elements are numbers; `known` are those before, in their order.
 */
export function toRowSlots(
  keys: readonly string[],
  known: ReadonlyMap<string, number>,
  focusedKey: string | undefined,
  toNewSlot: () => number,
): ReadonlyMap<string, number> {
  const newCount = keys.filter((key) => !known.has(key)).length;
  const isJump = newCount * dearness > keys.length;
  const staying = new Set(keys.filter((key) => known.has(key) && (!isJump || key === focusedKey)));
  const before = [...known];
  const places = new Map(before.map(([key], place) => [key, place]));
  const slots = new Map<string, number>();
  /** Elements up to here are taken, or go. */
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
