/**
 * Marks that reverse the direction of what follows, control characters except tab and line break, what no XML may contain, and
 * Unicode's tags, which can hide a whole text from people but not from a model.
 */
const unseen =
  // eslint-disable-next-line no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\udb40[\udc00-\udc7f]/g;

/** Text with nothing hidden: a mark that would make it look different is replaced by its code, ⟨U+202E⟩. */
export function toVisibleText(text: string): string {
  return text.replace(
    unseen,
    (mark) => `⟨U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

const maxLabelLength = 300;

/** A text as a name in a line: not longer than can be read, with nothing hidden. Lines of a megabyte take seconds to lay out. */
export function toLabel(text: string): string {
  return toVisibleText(text.length > maxLabelLength ? `${text.slice(0, maxLabelLength)}…` : text);
}

/** The name of a trace or span, cut to a length, or a placeholder if it is empty. */
export function toName(name: string, maxLength = Infinity): string {
  return toVisibleText(name.slice(0, maxLength)) || "(no name)";
}

/** A text split around the first occurrence of another, ignoring case; undefined if there is none. */
export function splitAt(text: string, part: string): readonly [string, string, string] | undefined {
  const start = part === "" ? -1 : text.toLowerCase().indexOf(part.toLowerCase());
  if (start < 0) return undefined;
  return [text.slice(0, start), text.slice(start, start + part.length), text.slice(start + part.length)];
}

/** A text split at occurrences of another, at most `limit` of them: before, the first, between, the second, … */
export function splitAll(text: string, part: string, limit: number): readonly string[] {
  const wanted = part.trim().toLowerCase();
  if (wanted === "") return [text];
  const lower = text.toLowerCase();
  const pieces: string[] = [];
  let from = 0;
  while (pieces.length < limit * 2) {
    const at = lower.indexOf(wanted, from);
    if (at < 0) break;
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}

/** Whether a text may look different as Markdown. */
export function hasMarks(text: string): boolean {
  return /[*_`#>|~[\]<&\\]|:\/\/|@|---|===|^[ \t]*(?:[-+]|\d+[.)])[ \t]/m.test(text);
}

const excerptBefore = 200;
const excerptLength = 1000;

/** The text around the first occurrence of another, unless that is before `from`. */
export function toExcerpt(text: string, part: string, from: number): string | undefined {
  const wanted = part.trim().toLowerCase();
  const at = wanted === "" ? -1 : text.toLowerCase().indexOf(wanted);
  if (at + wanted.length <= from) return undefined;
  const start = Math.max(from, at - excerptBefore);
  return text.slice(start, start + excerptLength);
}
