import { toVisibleText } from "./visible-text.js";

const isLikeJson = /^\s*[{[]\s*["{[\d\]}]/;
/** Lines of marks only (code fences, rules, the line under a table's head), and the marks before a heading or a quote. */
const lineMarks = /^[ \t]*(?:(?:`{3}|~{3}).*|[-*_=|: \t]{3,})$|^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)+/gm;
const bullets = /^[ \t]*[-*+][ \t]+(?:\[([ xX])\][ \t]+)?/gm;
const toBullet = (_: string, box?: string) => (box === undefined ? "• " : box === " " ? "☐ " : "☑ ");
/** Code first, in which nothing is a mark; then escaped marks, links and images, and emphasis. */
const marks =
  /(`+)(.+?)\1|\\([*_`#~[\]])|!?\[([^[\]]*)\]\([^()\s]*\)|(^|[^\w*)])(\*{1,3}|~~|_)(?!\s|\6)(.*?[^\s_])\6(?!\w)/g;

/** As much of a text as fits in a line, as plain words, with nothing in it hidden. */
export function toPreview(text = "", length = 400): string {
  return toVisibleText(toPlainWords(text.slice(0, length)));
}

/**
 * A Markdown text as plain words: without its marks, and with a link's label only. What is more likely code than emphasis stays,
 * such as `2 * 3`, `snake_case`, `__init__` and JSON. A list draws hundreds of previews at once, so they are not parsed: a few
 * hundred characters take microseconds, and marks that span lines are left.
 */
export function toPlainWords(text: string): string {
  return isLikeJson.test(text) ? text : withoutMarks(text.replace(lineMarks, "").replace(bullets, toBullet));
}

function withoutMarks(text: string): string {
  return text.replace(marks, (...found: (string | undefined)[]) => {
    const [, , code, escaped, label, before = "", , emphasised = ""] = found;
    return code ?? escaped ?? before + withoutMarks(label ?? emphasised);
  });
}
