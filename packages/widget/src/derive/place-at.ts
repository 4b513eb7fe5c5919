/** The value of a flat array at an index; -1 if there is none. */
export function placeAt(values: Int32Array, index: number): number {
  return values[index] ?? -1;
}
