import { failureOf, withoutUndefined, type Span, type SpanEvent, type Value } from "@spanbook/core/model";
import { describeValue } from "./json-value.js";

/** What went wrong in a span: a thrown exception, or only what the status says. */
export interface Failure {
  readonly type?: string;
  readonly message?: string;
  readonly stack?: string;
  /** Its causes, the nearest first. */
  readonly causes: readonly string[];
  readonly timeUnixNano?: string;
}

const exceptionEvent = "exception";
const causeMark = /\n\s*Caused by: /;

/** The failures of a span: its exception events, or else why it says that it failed. */
export function toFailures(span: Span): Failure[] {
  const events = (span.events ?? []).filter(isException);
  if (events.length > 0) return events.map(toFailure);
  const message = failureOf(span);
  return message === undefined ? [] : [{ ...(message !== "" && { message }), causes: [] }];
}

export function isException(event: SpanEvent): boolean {
  return event.name === exceptionEvent;
}

/** "TypeError: x is not a function", or as much of it as is known. */
export function toHeadline({ type, message }: Failure): string {
  return [type, message].filter(Boolean).join(": ") || "failed without a message";
}

function toFailure({ attributes = {}, timeUnixNano }: SpanEvent): Failure {
  const type = toText(attributes["exception.type"]);
  const message = toText(attributes["exception.message"]);
  const [stack, ...causes] = toText(attributes["exception.stacktrace"])?.split(causeMark) ?? [];
  return withoutUndefined({ type, message, stack, causes, timeUnixNano });
}

function toText(value: Value | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : describeValue(value, true).preview;
}
