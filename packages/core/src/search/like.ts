import { foldCase } from "./fold-case.js";

/**
 * SQL's LIKE over a whole text: "%" is any number of characters, "_" is one (a code point). There is no escape, as in
 * MLflow on SQLite. Case counts unless `ignoreCase`. Takes time in proportion to text times pattern at worst.
 */
export function compileLike(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  if (ignoreCase) {
    const matches = compileLike(foldCase(pattern), false);
    return (text) => matches(foldCase(text));
  }
  const [, before, literal = "", behind] = /^(%*)([^%_]*)(%*)$/.exec(pattern) ?? [];
  if (before === undefined) return (text) => matchWildcards(pattern, text);
  if (before && behind) return (text) => text.includes(literal);
  if (behind) return (text) => text.startsWith(literal);
  return before ? (text) => text.endsWith(literal) : (text) => text === literal;
}

/** Backtracks only to the last "%": what is before it has matched as early as possible. */
function matchWildcards(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let lastMany = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === "%") {
      if (p === pattern.length - 1) return true;
      lastMany = p++;
      resumeAt = t;
    } else if (wanted === "_") {
      p++;
      t += widthAt(text, t);
    } else if (wanted === text[t]) {
      p++;
      t++;
    } else if (lastMany >= 0) {
      p = lastMany + 1;
      resumeAt += widthAt(text, resumeAt);
      t = resumeAt;
    } else {
      return false;
    }
  }
  return /^%*$/.test(pattern.slice(p));
}

function widthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}
