import type { SpanEvent } from "../model/span.js";
import { captureText } from "./capture.js";
import { isError, messageOf, toText } from "./careful-json.js";

const maxCauses = 10;

/**
 * The `exception` event of a thrown value: type, message, stack with the stacks of its causes, each of at most about
 * `maxCharacters`.
 *
 * Source: OpenTelemetry semantic conventions, exceptions on spans
 */
export function toExceptionEvent(thrown: unknown, timeUnixNano: string, maxCharacters: number): SpanEvent {
  const stack = stackOf(thrown);
  return {
    timeUnixNano,
    name: "exception",
    attributes: {
      "exception.type": captureText(typeOf(thrown), maxCharacters),
      "exception.message": captureText(messageOf(thrown), maxCharacters),
      ...(stack !== undefined && { "exception.stacktrace": captureText(stack, maxCharacters) }),
    },
  };
}

function typeOf(thrown: unknown): string {
  try {
    if (typeof thrown !== "object" || thrown === null) return typeof thrown;
    const { name, constructor } = thrown as { name?: unknown; constructor?: { name?: unknown } };
    const type = [name, constructor?.name].find((one) => typeof one === "string" && one !== "");
    if (type) return type as string;
  } catch {
    // A hostile getter.
  }
  return "Object";
}

function stackOf(thrown: unknown): string | undefined {
  const stacks: string[] = [];
  let current = thrown;
  try {
    while (isError(current) && stacks.length < maxCauses) {
      stacks.push(toText(current.stack ?? messageOf(current)));
      current = current.cause;
    }
  } catch {
    // A hostile getter: what was read so far has to do.
  }
  if (current !== undefined && !isError(current) && stacks.length > 0) {
    stacks.push(messageOf(current));
  }
  return stacks.join("\nCaused by: ") || undefined;
}
