import type { SpanDigest } from "@spanbook/core/model";

/**
 * The failed spans that have no failed child: where failures began. Only those whose failure reached a root; if none did, as with
 * calls that were retried, all of them. In the order given.
 */
export function toFailureCauses(digests: readonly SpanDigest[]): SpanDigest[] {
  const ids = new Set(digests.map(({ spanId }) => spanId));
  const roots: SpanDigest[] = [];
  const failedIn = new Map<string, SpanDigest[]>();
  const failed = digests.filter(({ status }) => status === "ERROR");
  for (const digest of failed) {
    const { parentSpanId: parent = "" } = digest;
    const siblings = failedIn.get(parent);
    if (!ids.has(parent)) roots.push(digest);
    else if (siblings) siblings.push(digest);
    else failedIn.set(parent, [digest]);
  }
  const reached = new Set(roots);
  for (const { spanId } of reached) for (const child of failedIn.get(spanId) ?? []) reached.add(child);
  const innermost = failed.filter(({ spanId }) => !failedIn.has(spanId));
  return reached.size > 0 ? innermost.filter((digest) => reached.has(digest)) : innermost;
}
