import type { Span } from "../model/span.js";
import type { Attributes, Value } from "../model/values.js";

/** Text inside text inside text: what wrappers around wrappers make. */
const maxDecodings = 3;

/**
 * What `span.content` and `trace.text` search: each text, number, boolean and key within the span's attributes (so its
 * inputs and outputs), its events' attributes (so exceptions), and its status message. JSON text is read, not searched as
 * it is escaped. The attributes' own keys are left out, or "input" would find every span.
 */
export function* contentOf({ attributes, events = [], status }: Span): Generator<string> {
  // A stack of our own, because a hostile value may be nested deeper than calls can be.
  const pending: { readonly value: unknown; readonly decodings: number }[] = [];
  const push = (values: readonly unknown[], decodings: number) => {
    for (const value of values) pending.push({ value, decodings });
  };
  push(
    [...Object.values(attributes), ...events.flatMap((event) => Object.values(event.attributes ?? {}))],
    0,
  );
  if (status?.message !== undefined) yield status.message;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, decodings } = next;
    if (typeof value === "string") {
      const decoded = decodings < maxDecodings ? decodeText(value) : value;
      // "1.10" is a text, and may be a number; what has quotes may be JSON text, or a quotation.
      if (typeof decoded !== "object") yield value;
      if (decoded !== value) push([decoded], decodings + 1);
    } else if (typeof value === "object" && value !== null) {
      const keys = Array.isArray(value) ? [] : Object.keys(value);
      yield* keys;
      push(Object.values(value), decodings);
    } else if (value !== null) {
      yield String(value);
    }
  }
}

/**
 * An attribute as a text, a number, or undefined where the span lacks it: a text that MLflow has written as JSON text is read
 * once, an object or a list is its JSON text, a boolean "true" or "false"; null is not there. A text that reads as a number
 * stays as it is written: see {@link toNumber}.
 */
export function attributeOf(attributes: Attributes, key: string): string | number | undefined {
  if (!Object.hasOwn(attributes, key)) return undefined;
  const value = attributes[key];
  if (typeof value !== "string") return toScalar(untag(value ?? null));
  const decoded = decodeText(value);
  return typeof decoded === "string" ? decoded : value;
}

/** The number that a value is or, as MLflow writes numbers as JSON text, reads as; NaN for any other. */
export function toNumber(value: string | number): number {
  const number = typeof value === "string" ? decodeText(value) : value;
  return typeof number === "number" ? number : NaN;
}

/** A value as what it is compared as; null, and what is nested too deep to be written, is not there. */
export function toScalar(value: unknown): string | number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "number") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // Only the stack can overflow: the value came out of JSON.
  }
}

function decodeText(text: string): unknown {
  if (!/^\s*[-\d"{[tf]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // It only looked like JSON.
  }
}

function untag(value: Value): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const [[tag, content] = ["", undefined], ...others] = Object.entries(value);
  return others.length === 0 && ["$int", "$double", "$bytes"].includes(tag) ? content : value;
}
