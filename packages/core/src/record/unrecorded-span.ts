import type { ContextManager } from "../context/context-manager.js";
import { noSpanId, noTraceId } from "../model/ids.js";
import { LiveSpan } from "./live-span.js";
import type { Active } from "./recorder.js";

const nothing = () => undefined;
const nowhere: ContextManager<Active> = { active: nothing, run: (_active, fn, ...args) => fn(...args) };

/**
 * What `startSpan` returns when nothing is recorded: a span that has already ended, so that it keeps nothing. While it
 * is active in `context`, nothing below it is recorded either.
 */
export function createUnrecordedSpan(context = nowhere): LiveSpan {
  const recorder = {
    context,
    limits: { maxAttributes: 0, maxEvents: 0, maxLinks: 0, maxValueCharacters: Infinity },
    resourceId: "",
    scopeId: "",
    onError: nothing,
    writeLines: () => 0,
    beforeEnd: nothing,
    onEnd: nothing,
    updateTrace: nothing,
  };
  const trace = {
    recorder,
    traceId: noTraceId,
    clock: { now: () => "0", start: () => "0", advanceTo: nothing },
    open: new Set<LiveSpan>(),
    isUnrecorded: true,
  };
  const span = new LiveSpan(trace, noSpanId, {}, { name: "unrecorded" });
  span.end();
  return span;
}

export function isUnrecorded(span: LiveSpan): boolean {
  return span.traceScope.isUnrecorded === true;
}
