import { baseStyles, tokenStyles } from "./base-styles.js";
import { forcedStyles } from "./forced-styles.js";
import { listStyles } from "./list-styles.js";
import { traceStyles } from "./trace-styles.js";

/** The styles of one explorer, ready to adopt; undefined if there are no constructable style sheets (jsdom). */
export function toStyleSheet(): CSSStyleSheet | undefined {
  if (typeof CSSStyleSheet === "undefined" || !("replaceSync" in CSSStyleSheet.prototype)) return undefined;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([tokenStyles(), baseStyles, listStyles, traceStyles, forcedStyles].join("\n"));
  return sheet;
}
