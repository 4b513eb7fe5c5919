/**
 * A text without its case, so that ILIKE and (?i) find "GRÖẞE" for "größe" in every store: each code point on its own,
 * as in Unicode's simple folding, which never changes how many there are ("ß" is not "ss").
 */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+|[^\0-\x7f]/gu, (part) =>
    part < "\x7f" ? part.toLowerCase() : foldCharacter(part),
  );
}

/** To upper case and back, so that "ς" becomes "σ" like "Σ". */
function foldCharacter(char: string): string {
  const upper = char.toUpperCase();
  const lower = (isSingle(upper) ? upper : char).toLowerCase();
  return isSingle(lower) ? lower : char;
}

function isSingle(text: string): boolean {
  return text.length === (text > "\ud7ff" && text < "\ue000" ? 2 : 1);
}
