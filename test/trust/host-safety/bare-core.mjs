// What a program would call if there were no tracing: its own functions, unchanged. A program that asks for its trace gets one
// with nothing of its own in it.
import * as core from "@spanbook/core";

export const { SpanType } = core;

let span;

export function init({ store }) {
  const recorder = core.createTracing({ store });
  span = recorder.startSpan({ name: "nothing was traced" });
  span.end();
  return recorder;
}

export const trace = (fn) => fn;
export const withSpan = (fn) => fn(span);
export const getCurrentActiveSpan = () => span;
export const updateCurrentTrace = () => undefined;
