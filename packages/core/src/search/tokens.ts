import { filterSyntaxError, quoteSource } from "./syntax-error.js";

interface Place {
  /** Offset into the text. */
  readonly start: number;
  /** As it is written; empty at the end. */
  readonly source: string;
}

export type Token = Place &
  (
    | { readonly kind: "name"; readonly parts: readonly string[] }
    | { readonly kind: "text"; readonly value: string }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "symbol" | "end" }
  );

// Backticks, single and double quotes, each doubled inside itself.
const quoted = ["`", "'", '"'].map(
  (quote) => `${quote}[^${quote}]*(?:${quote}${quote}[^${quote}]*)*${quote}`,
);
const plainPart = "[\\p{L}\\p{N}_-]+";
const name = `(?:[\\p{L}_][\\p{L}\\p{N}_-]*|${quoted.slice(0, 1).join("")})(?:\\.(?:${plainPart}|${quoted.join("|")}))*`;
const number = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
// Whatever is not in the language is a symbol too, which the parser expects nowhere; except an open quote.
const symbol = "[<>!=]+|[^\\s'\"`]";
const tokenSource = `(${name})|(${number})|(${quoted.slice(1).join("|")})|(${symbol})|\\s+`;

/** The tokens of a filter, and "end" after them. Throws FilterSyntaxError. */
export function tokenize(text: string): Token[] {
  const pattern = new RegExp(tokenSource, "uy");
  const tokens: Token[] = [];
  let start = 0;
  while (start < text.length) {
    const match = pattern.exec(text);
    if (!match) throw openQuote(text, start);
    const [source, name, number, quotedText, symbol] = match;
    const place = { start, source };
    if (name !== undefined) tokens.push({ ...place, kind: "name", parts: toParts(name) });
    else if (number !== undefined) tokens.push({ ...place, kind: "number", value: toNumber(number, start) });
    else if (quotedText !== undefined) tokens.push({ ...place, kind: "text", value: unquote(quotedText) });
    else if (symbol !== undefined) tokens.push({ ...place, kind: "symbol" });
    start = pattern.lastIndex;
  }
  tokens.push({ kind: "end", start, source: "" });
  return tokens;
}

function toParts(name: string): string[] {
  const parts = name.match(new RegExp(`${plainPart}|${quoted.join("|")}`, "gu")) ?? [];
  return parts.map((part) => (/^[`'"]/.test(part) ? unquote(part) : part));
}

function unquote(text: string): string {
  const quote = text.charAt(0);
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

function toNumber(source: string, start: number): number {
  const value = Number(source);
  if (!Number.isFinite(value)) throw filterSyntaxError(start, ["a finite number"], quoteSource(source));
  return value + 0; // no negative zero
}

function openQuote(text: string, start: number): Error {
  const closing = `a closing ${text.charAt(start)} for the one at character ${start + 1}`;
  return filterSyntaxError(text.length, [closing], "the end");
}
