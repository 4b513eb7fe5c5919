import type { Span } from "@spanbook/core/model";

/** An attribute with a text that is not read as values before that is asked for. */
export interface LargeText {
  readonly key: string;
  readonly text: string;
}

/** To parse a text of this length takes a frame of the screen, to show its beginning nothing. */
const largeLength = 500_000;

/** The attributes of a span whose texts are large. */
export function toLargeTexts({ attributes }: Span): readonly LargeText[] {
  return Object.entries(attributes).flatMap(([key, text]) =>
    typeof text === "string" && text.length > largeLength ? { key, text } : [],
  );
}

/** As much of a text as is read in a moment. */
const startLength = 100_000;

/** The beginning of a JSON string as the text that it stands for, without reading all of it; any other text as it is. */
export function toReadableText(text: string): string {
  if (!text.startsWith('"')) return text;
  // An escape that the end cuts through is left out.
  for (let end = startLength; end > startLength - 7; end--) {
    const read = maybeText(`${text.slice(0, end)}"`);
    if (read !== undefined) return read;
  }
  return text;
}

function maybeText(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** A span as it is without some of its attributes. */
export function withoutTexts(span: Span, texts: readonly LargeText[]): Span {
  if (texts.length === 0) return span;
  const keys = new Set(texts.map(({ key }) => key));
  const others = Object.entries(span.attributes).filter(([key]) => !keys.has(key));
  return { ...span, attributes: Object.fromEntries(others) };
}
