import { toVisibleText } from "./visible-text.js";

const isLikeJson = /^\s*[{[]\s*["{[\d\]}]/;
/** Lines of marks alone (code's fence, a rule, what is below a table's head), and what begins a heading or a quote. */
const lineMarks = /^[ \t]*(?:(?:`{3}|~{3}).*|[-*_=|: \t]{3,})$|^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)+/gm;
const bullets = /^[ \t]*[-*+][ \t]+(?:\[([ xX])\][ \t]+)?/gm;
const toBullet = (_: string, box?: string) => (box === undefined ? "• " : box === " " ? "☐ " : "☑ ");
/** Code first, in which nothing is a mark; then a mark that is meant as itself, links and images, and what is emphasised. */
const marks =
  /(`+)(.+?)\1|\\([*_`#~[\]])|!?\[([^[\]]*)\]\([^()\s]*\)|(^|[^\w*)])(\*{1,3}|~~|_)(?!\s|\6)(.*?[^\s_])\6(?!\w)/g;

/** As much of a text as a line shows of it, in words, and nothing of it hidden. */
export function toPreview(text = "", length = 400): string {
  return toVisibleText(toPlainWords(text.slice(0, length)));
}

/**
 * A text in Markdown as words: without its marks, and of a link its label. What is rather code than emphasis stays, such as
 * `2 * 3`, `snake_case`, `__init__` and JSON. A list draws hundreds of previews at once, so they are not parsed: a few
 * hundred characters take microseconds, and what spans lines is left.
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
