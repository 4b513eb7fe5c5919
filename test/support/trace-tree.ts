import type { Span } from "@spanbook/core/model";

/** A trace's tree, for comparing: one line per span, children indented below their parent in order of start. */
export function toTree(spans: readonly Span[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parentId: string | undefined, depth: number): string[] =>
    spans
      .filter(
        ({ parentSpanId }) =>
          (parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : undefined) === parentId,
      )
      .flatMap((span) => [`${"  ".repeat(depth)}${span.name}`, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}
