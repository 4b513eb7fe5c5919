import type { Trace } from "@spanbook/core/model";
import { html } from "./html.js";
import { pageStyles } from "./page-styles.js";
import { toStaticForm } from "./static-form.js";

/** A page to print: a trace as a report shows it without scripts, expanded. */
export function writePrintPage(trace: Trace, nowMs: number): string {
  const form = { html: toStaticForm([trace], nowMs).html.replace(/^<details(?! open)/, "<details open") };
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${trace.info.name}</title>
        <style>
          ${pageStyles()}
        </style>
      </head>
      <body>
        <div id="spanbook-static">${form}</div>
      </body>
    </html>`.html;
}
