import type { SpanDigest } from "@spanbook/core/model";

/** The failed spans that have no failed child: where it began. In the order given. */
export function toInnermostFailing(digests: readonly SpanDigest[]): SpanDigest[] {
  const failed = digests.filter(({ status }) => status === "ERROR");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.filter(({ spanId }) => !parents.has(spanId));
}

/** The failed span after another in the tree's order, or the first; undefined where none failed. */
export function toNextFailing(
  inOrder: readonly { readonly digest: SpanDigest }[],
  spanId: string | undefined,
): string | undefined {
  const failed = inOrder.filter(({ digest }) => digest.status === "ERROR").map(({ digest }) => digest.spanId);
  const place = inOrder.findIndex(({ digest }) => digest.spanId === spanId);
  const later = inOrder.slice(place + 1).find(({ digest }) => digest.status === "ERROR");
  return later?.digest.spanId ?? failed[0];
}
