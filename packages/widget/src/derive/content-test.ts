/**
 * Whether a span holds a text: in its inputs, outputs and other attributes, its events, its status message; what `span.content`
 * of the filter language looks through, and the names of events. Upper and lower case are the same.
 */
import type { Span } from "@spanbook/core/model";
import { contentOf } from "@spanbook/core/search";
import { toLargeTexts, withoutTexts } from "./large-texts.js";

export interface ContentTest {
  inSpan(span: Span): boolean;
  /** The same of a span's JSON text, which is parsed only where it may be so. */
  inPayload(payload: string): boolean;
}

/** The text is not empty. A large text of a span is looked through as it is shown: as text, not as the JSON in it. */
export function toContentTest(text: string): ContentTest {
  const wanted = text.toLowerCase();
  const mayHold = toPayloadTest(wanted);

  function has(part: string): boolean {
    return part.toLowerCase().includes(wanted);
  }

  function inSpan(span: Span): boolean {
    const large = toLargeTexts(span);
    if (large.some((held) => has(held.text))) return true;
    if (span.events?.some(({ name }) => has(name))) return true;
    for (const part of contentOf(withoutTexts(span, large))) if (has(part)) return true;
    return false;
  }

  return { inSpan, inPayload: (payload) => mayHold(payload) && inSpan(JSON.parse(payload) as Span) };
}

/** What numbers are read as, though JSON has no such words. */
const wordsOfNumbers = ["infinity", "nan"];

/**
 * Whether a payload may hold a text in lower case. Letters of ASCII stand in JSON as they are, also in JSON within JSON, unless
 * one is written by its code. Digits say nothing, because 1e3 is read as 1000; nor do i, k and s, which have variants beyond ASCII.
 */
function toPayloadTest(wanted: string): (payload: string) => boolean {
  const words = wanted.match(/[a-hjl-rt-z ]+/g) ?? [];
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  if (wordsOfNumbers.some((word) => word.includes(longest))) return () => true;
  const pattern = new RegExp(longest, "i");
  return (payload) => pattern.test(payload) || payload.includes("\\u");
}
