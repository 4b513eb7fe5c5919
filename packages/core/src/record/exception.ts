import type { SpanEvent } from "../model/span.js";
import { captureText } from "./capture.js";
import { isError, messageOf, toText } from "./careful-json.js";

/** The most errors that one stack trace shows: the thrown one, its causes, and the errors of an AggregateError. */
const maxErrors = 20;

/**
 * The `exception` event for a thrown value: type, message, and stack with the stacks of its causes and of an
 * AggregateError's errors; each of at most about `maxCharacters`.
 *
 * Source: OpenTelemetry semantic conventions, exceptions on spans
 */
export function toExceptionEvent(thrown: unknown, timeUnixNano: string, maxCharacters: number): SpanEvent {
  const stack = readStack(thrown);
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
    const className = constructor?.name;
    // Many SDKs name their errors only by class. A minified class has no such name.
    if (name === "Error" && typeof className === "string" && className.endsWith("Error")) return className;
    const type = [name, className].find((one) => typeof one === "string" && one !== "");
    if (type) return type as string;
  } catch {
    // A hostile getter.
  }
  return "Object";
}

function readStack(thrown: unknown): string | undefined {
  let room = maxErrors;

  function describe(value: unknown): string {
    room--;
    return isError(value) ? stackOf(value) : messageOf(value);
  }

  function stackOf(error: Error): string {
    let text = "";
    try {
      text = toText(error.stack ?? messageOf(error));
      text += listErrors(error);
      if (error.cause !== undefined && room > 0) text += `\nCaused by: ${describe(error.cause)}`;
    } catch {
      // A hostile getter: what was read before it is kept.
    }
    return text;
  }

  /** As Node prints them. Other classes' `errors` may be anything, such as the findings of a validation. */
  function listErrors(error: Error): string {
    const { errors } = error as { errors?: unknown };
    if (!Array.isArray(errors) || typeOf(error) !== "AggregateError") return "";
    const texts: string[] = [];
    while (texts.length < errors.length && room > 0) texts.push(describe(errors[texts.length]));
    const rest = errors.length - texts.length;
    if (rest > 0) texts.push(`... ${rest} more items`);
    return ` {\n  [errors]: [\n${texts.join(",\n").replace(/^/gm, "    ")}\n  ]\n}`;
  }

  try {
    return (isError(thrown) && describe(thrown)) || undefined;
  } catch {
    return undefined; // a hostile proxy
  }
}
