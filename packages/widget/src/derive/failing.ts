import type { SpanDigest } from "@spanbook/core/model";

/** The failed spans that have no failed child: where it began. In the order given. */
export function toInnermostFailing(digests: readonly SpanDigest[]): SpanDigest[] {
  const failed = digests.filter(({ status }) => status === "ERROR");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.filter(({ spanId }) => !parents.has(spanId));
}
