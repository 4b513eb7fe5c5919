import { LiveSpan, type TraceScope } from "./live-span.js";

const nowhere: TraceScope = {
  traceId: "0".repeat(32),
  clock: { now: () => "0" },
  maxValueCharacters: 0,
  resourceId: "",
  scopeId: "",
  run: (_span, fn) => fn(),
  onEnd: () => undefined,
};

/** What `startSpan` gives where nothing records: a span that has ended already, so that nothing it is told is kept. */
export function createUnrecordedSpan(): LiveSpan {
  const span = new LiveSpan(nowhere, { spanId: "0".repeat(16), name: "unrecorded" });
  span.end();
  return span;
}

export function isUnrecorded(span: LiveSpan): boolean {
  return span.traceScope === nowhere;
}
