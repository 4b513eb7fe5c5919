/** How long vectors are, in dimensions: all that is recorded of them. */

/** For a list of vectors, in order; empty for anything else. */
export function dimensionsOfEach(vectors: unknown): number[] {
  if (!Array.isArray(vectors)) return [];
  return vectors.map((vector: readonly unknown[] | undefined) => vector?.length ?? 0);
}

/** For one vector, or each of a list of vectors; undefined for anything else. */
export function dimensionsOf(vectors: unknown): number | number[] | undefined {
  if (!Array.isArray(vectors)) return undefined;
  return Array.isArray(vectors[0]) ? dimensionsOfEach(vectors) : vectors.length;
}
