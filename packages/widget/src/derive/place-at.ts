/** What a flat array says of a place; -1 where there is no such place. */
export function placeAt(values: Int32Array, index: number): number {
  return values[index] ?? -1;
}
