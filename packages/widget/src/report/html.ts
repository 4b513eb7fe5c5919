import { toVisibleText } from "../derive/visible-text.js";

/** HTML text, as opposed to text that must be escaped before it goes into a page. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped, unless they are HTML already. Lists are joined; undefined gives nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return {
    html: strings.map((text, index) => (index === 0 ? "" : toHtml(values[index - 1])) + text).join(""),
  };
}

type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined;

function toHtml(value: HtmlValue): string {
  if (value === undefined) return "";
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return "html" in value ? value.html : value.map(toHtml).join("");
}

/** Text escaped for an element or a quoted attribute, with nothing invisible in it. */
function escapeHtml(text: string): string {
  return toVisibleText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
