/** How long vectors are, in dimensions: all that is recorded of them. */

/** Of a list of vectors, in their order; empty for anything else. */
export function dimensionsOfEach(vectors: unknown): number[] {
  if (!Array.isArray(vectors)) return [];
  return vectors.map((vector: readonly unknown[] | undefined) => vector?.length ?? 0);
}

/** Of one vector, or of each of a list of vectors; undefined for anything else. */
export function dimensionsOf(vectors: unknown): number | number[] | undefined {
  if (!Array.isArray(vectors)) return undefined;
  return Array.isArray(vectors[0]) ? dimensionsOfEach(vectors) : vectors.length;
}
