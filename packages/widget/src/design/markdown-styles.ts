/** Texts as Markdown: as subtle as the rest of the details, and with line breaks as written. */
export const markdownStyles = `
.markdown { overflow-wrap: anywhere; min-width: 0; }
.markdown :is(p, li, th, td) { white-space: pre-wrap; tab-size: 2; unicode-bidi: plaintext; }
.markdown .heading { font-weight: 600; }
.markdown .level-1 { font-size: 15px; line-height: 22px; }
.markdown .level-2 { font-size: 14px; }
.markdown blockquote { margin: 0; }
.markdown > * + *, .markdown :is(li, blockquote) > * + * { margin-top: 8px; }
.markdown > * + .heading { margin-top: 14px; }
.markdown .heading + * { margin-top: 4px; }
.markdown :is(ul, ol) { padding-inline-start: 22px; white-space: normal; }
.markdown ul { list-style: disc; }
.markdown ol { list-style: decimal; }
.markdown .task-box + * { margin-top: 0; }
.markdown li + li, .markdown li > * + :is(ul, ol) { margin-top: 3px; }
.markdown li::marker { color: var(--_text-faint); }
.markdown li.task { list-style: none; }
.task-box { float: inline-start; width: 20px; margin-inline-start: -20px; color: var(--_text-muted); }
.markdown blockquote { padding-inline-start: 12px; border-inline-start: 2px solid var(--_border-strong); color: var(--_text-muted); }
.markdown hr { height: 0; margin-block: 12px 0; border: 0; border-top: 1px solid var(--_border-strong); }
.markdown a { color: var(--_accent); text-decoration: underline; text-underline-offset: 2px; }
.markdown a:focus-visible { outline-offset: 1px; }
.markdown code { padding: 1px 4px; border-radius: 4px; font: 12px/18px var(--_mono); background: var(--_hover); }
.markdown .code { padding: 0 4px 0 0; margin-bottom: 0; }
.markdown .code pre { flex: 1; padding: 8px 0 8px 12px; overflow: auto; white-space: pre; overflow-wrap: normal; tab-size: 2; scrollbar-width: thin; scrollbar-color: var(--_border-strong) transparent; }
.markdown .code code { padding: 0; background: none; }
.markdown .code .copy { margin-top: 4px; }
.markdown-plain { color: var(--_text-muted); }
.markdown-table { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--_border-strong) transparent; }
.markdown table { border-collapse: collapse; overflow-wrap: break-word; }
.markdown :is(th, td) { padding: 3px 10px; border: 1px solid var(--_border); text-align: start; vertical-align: top; max-width: 320px; }
.markdown th { font-weight: 600; background: var(--_subtle); }
.markdown .align-center { text-align: center; }
.markdown .align-right { text-align: end; }
@media (forced-colors: active) { .markdown :not(pre) > code { border: 1px solid; } }
`;
