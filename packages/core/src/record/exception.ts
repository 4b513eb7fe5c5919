import type { SpanEvent } from "../model/span.js";
import { messageOf } from "./capture.js";

const maxCauses = 10;

/**
 * The `exception` event of a thrown value: type, message, stack with the stacks of its causes.
 *
 * Source: OpenTelemetry semantic conventions, exceptions on spans
 */
export function toExceptionEvent(thrown: unknown, timeUnixNano: string): SpanEvent {
  const stack = stackOf(thrown);
  return {
    timeUnixNano,
    name: "exception",
    attributes: {
      "exception.type": typeOf(thrown),
      "exception.message": messageOf(thrown),
      ...(stack !== undefined && { "exception.stacktrace": stack }),
    },
  };
}

function typeOf(thrown: unknown): string {
  try {
    if (typeof thrown !== "object" || thrown === null) return typeof thrown;
    const { name, constructor } = thrown as { name?: unknown; constructor?: { name?: unknown } };
    const type = typeof name === "string" && name !== "" ? name : constructor?.name;
    return typeof type === "string" && type !== "" ? type : "Object";
  } catch {
    return "Object";
  }
}

function stackOf(thrown: unknown): string | undefined {
  const stacks: string[] = [];
  let current = thrown;
  try {
    while (current instanceof Error && stacks.length < maxCauses) {
      stacks.push(String(current.stack ?? messageOf(current)));
      current = current.cause;
    }
  } catch {
    // A hostile getter: what was read so far has to do.
  }
  if (current !== undefined && !(current instanceof Error) && stacks.length > 0) {
    stacks.push(messageOf(current));
  }
  return stacks.length > 0 ? stacks.join("\nCaused by: ") : undefined;
}
