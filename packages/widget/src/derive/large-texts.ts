import type { Span } from "@spanbook/core/model";

/** An attribute with a text that is parsed only on request. */
export interface LargeText {
  readonly key: string;
  readonly text: string;
}

/** Parsing a text of this length takes a frame of the screen; showing its beginning takes no time. */
const largeLength = 500_000;

/** The attributes of a span with large texts. */
export function toLargeTexts({ attributes }: Span): readonly LargeText[] {
  return Object.entries(attributes).flatMap(([key, text]) =>
    typeof text === "string" && text.length > largeLength ? { key, text } : [],
  );
}

/** As much of a text as can be read at once. */
const startLength = 100_000;

/** The beginning of the text that a JSON string stands for, without reading all of it; any other text unchanged. */
export function toReadableText(text: string): string {
  if (!text.startsWith('"')) return text;
  // Drops an escape that is cut off at the end.
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

/** The span without some of its attributes. */
export function withoutTexts(span: Span, texts: readonly LargeText[]): Span {
  if (texts.length === 0) return span;
  const keys = new Set(texts.map(({ key }) => key));
  const others = Object.entries(span.attributes).filter(([key]) => !keys.has(key));
  return { ...span, attributes: Object.fromEntries(others) };
}
