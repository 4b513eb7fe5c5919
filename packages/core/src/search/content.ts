import type { Span } from "../model/span.js";
import type { Attributes, Value } from "../model/values.js";

/** Text inside text inside text, as wrappers around wrappers produce. */
const maxDecodings = 3;

/**
 * What `span.content` and `trace.text` search: each text, number, boolean and key within the span's attributes (so its
 * inputs and outputs), its events' attributes (so exceptions), and its status message. JSON text is parsed, not
 * searched in its escaped form. The attributes' own keys are left out, or "input" would find every span.
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
      // "1.10" is a text, and may be a number; a text in quotes may be JSON text, or a quotation.
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
 * An attribute as a text or a number; undefined if the span lacks it or it is null. A text that MLflow has written as
 * JSON text is decoded once; an object or a list becomes its JSON text, a boolean "true" or "false". A text that reads
 * as a number stays as it is: see {@link toNumber}.
 */
export function attributeOf(attributes: Attributes, key: string): string | number | undefined {
  if (!Object.hasOwn(attributes, key)) return undefined;
  const value = attributes[key];
  if (typeof value !== "string") return toScalar(untag(value ?? null));
  const decoded = decodeText(value);
  return typeof decoded === "string" ? decoded : value;
}

/** The number that a value is, or that its JSON text says, as MLflow writes numbers; NaN for anything else. */
export function toNumber(value: string | number): number {
  const number = typeof value === "string" ? decodeText(value) : value;
  return typeof number === "number" ? number : NaN;
}

/** A value in the form in which it is compared; undefined for null, and for what is nested too deep to be written. */
export function toScalar(value: unknown): string | number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "number") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // It can only be a stack overflow: the value came from JSON.
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
