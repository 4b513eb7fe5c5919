/**
 * Whether a span contains a text: in its inputs, outputs and other attributes, its events, its status message. That is what
 * `span.content` of the filter language searches, and the names of events. Case is ignored.
 */
import type { Span } from "@spanbook/core/model";
import { contentOf } from "@spanbook/core/search";
import { toLargeTexts, withoutTexts } from "./large-texts.js";

export interface ContentTest {
  inSpan(span: Span): boolean;
  /** The same for a span's JSON text, which is parsed only if that may contain it. */
  inPayload(payload: string): boolean;
}

/** The text must not be empty. A large text of a span is searched as it is shown: as text, not as the JSON in it. */
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

/** Words that a number may be read as, although JSON has no such words. */
const wordsOfNumbers = ["infinity", "nan"];

/**
 * Whether a payload may contain a text in lower case. ASCII letters appear in JSON as they are, even in JSON within JSON, unless
 * one is written by its code. Digits are no help, because 1e3 is read as 1000; nor are i, k and s, which have variants beyond
 * ASCII.
 */
function toPayloadTest(wanted: string): (payload: string) => boolean {
  const words = wanted.match(/[a-hjl-rt-z ]+/g) ?? [];
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
  if (wordsOfNumbers.some((word) => word.includes(longest))) return () => true;
  const pattern = new RegExp(longest, "i");
  return (payload) => pattern.test(payload) || payload.includes("\\u");
}
