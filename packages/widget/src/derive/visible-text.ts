/** Marks that turn the direction of what follows, and control characters but tab and line break. */
// eslint-disable-next-line no-control-regex
const unseen = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of which nothing is hidden: a mark that would make it read otherwise than it is stands as its code, ⟨U+202E⟩. */
export function toVisibleText(text: string): string {
  return text.replace(
    unseen,
    (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}
