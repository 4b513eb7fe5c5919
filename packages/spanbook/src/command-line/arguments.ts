/** Parses the values of options. commander reports an InvalidArgumentError as a usage error. */
import { existsSync } from "node:fs";
import { parseFilter } from "@spanbook/core/search";
import { planSearch } from "@spanbook/core/store";
import { InvalidArgumentError } from "commander";

export function toCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("Expected a whole number from 1.");
}

export function toPort(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("Expected a number from 0 to 65535; 0 takes any free port.");
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `90s`, `12h`, `30d`, `2w`, in milliseconds. */
export function toDurationMs(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (unitMs[unit] ?? NaN));
  if (Number.isSafeInteger(ms)) return ms;
  throw new InvalidArgumentError("Expected a number with ms, s, m, h, d or w, such as 30d.");
}

const unitBytes: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** `500kB`, `100MB`, `1.5GB`, in bytes. */
export function toBytes(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (unitBytes[unit.toLowerCase()] ?? NaN));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError("Expected a size such as 500kB, 100MB or 1.5GB.");
}

/** A filter in Spanbook's language. Reports where a mistake is, and says so if a file is given instead. */
export function toFilter(text: string): string {
  try {
    parseFilter(text);
    return text;
  } catch (error) {
    const hint = existsSync(text)
      ? '\nThat is a file: the filter comes before the files; "" finds all traces.'
      : "";
    throw new InvalidArgumentError(`\n${(error as Error).message}${hint}`);
  }
}

/** An order of traces, as in a search. */
export function toOrder(text: string): string {
  try {
    planSearch({ orderBy: [text] });
    return text;
  } catch (error) {
    throw new InvalidArgumentError(`\n${(error as Error).message}`);
  }
}

/** `name=value`; the option may be repeated. */
export function addHeader(text: string, headers: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value.");
  return { ...headers, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}
