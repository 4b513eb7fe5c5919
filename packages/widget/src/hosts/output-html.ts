import { html, type Html } from "../report/html.js";
import { toPackedText } from "../report/packing.js";
import { toStaticForm } from "../report/static-form.js";
import type { MimeBundle } from "./deno-kernel.js";
import { dataMark, idAttribute, libraryMark, outputName, type OutputData } from "./output-data.js";
import type { OutputOptions } from "./output.js";
import { describeSnapshot, type Snapshot } from "./snapshot.js";
import { toSnapshotText } from "./snapshot-text.js";
import { drawSpans } from "./span-table.js";

/** What an output is made of. */
export interface OutputParts {
  readonly id: string;
  readonly snapshot: Snapshot;
  readonly options: OutputOptions;
  /** The packed script that makes outputs interactive; without it, that of another output on the page does. */
  readonly library?: string | undefined;
}

const maxStaticTraces = 10;

export function toOutputId(): string {
  return `spanbook-${crypto.randomUUID()}`;
}

/** The packed script that makes outputs interactive. */
export async function loadLibrary(): Promise<string> {
  const { outputScript } = await import("../output-template.js");
  return toPackedText(outputScript);
}

export async function toBundle(parts: OutputParts): Promise<MimeBundle> {
  return { "text/html": await toOutputHtml(parts), "text/plain": toSnapshotText(parts.snapshot) };
}

/**
 * An output as HTML. What is shown until a script runs, and where none may, uses only what sanitisers leave: details, tables,
 * inline styles, one picture as an image. Data and library are comments in it.
 */
export async function toOutputHtml({ id, snapshot, options, library }: OutputParts): Promise<string> {
  const { traces, madeAtMs } = snapshot;
  const extent = describeSnapshot(snapshot);
  const view = { ...options.state, ...options.selection };
  const data: OutputData = { traces, madeAtMs, extent, view };
  const packed = await toPackedText(JSON.stringify(data));
  const form = toStaticForm(traces, madeAtMs, {
    ...{ maxTraces: maxStaticTraces, openCount: 1 },
    draw: drawSpans,
  });
  return html`<${raw(outputName)} ${raw(idAttribute)}="${id}" style="display: block">
<!--${raw(dataMark)}${raw(packed)}-->
${library === undefined ? undefined : raw(`<!--${libraryMark}${library}-->`)}
<div class="spanbook-static" style="overflow-wrap: anywhere">${form}
<div style="opacity: 0.75">Spanbook: ${extent}. Trust the notebook to see the explorer here.</div></div>
${library === undefined ? undefined : raw(`<script>${starter}</script>`)}
</${raw(outputName)}>`.html;
}

function raw(text: string): Html {
  return { html: text };
}

/**
 * Starts the library from any output on the page, once per page. It looks first at its own output, then at all others, in case
 * the host has moved the script (VS Code).
 */
const starter = `
(async (name, mark) => {
  const outputs = [document.currentScript?.closest(name), ...document.querySelectorAll(name)];
  const comments = outputs.flatMap((output) => [...(output?.childNodes ?? [])]);
  const library = comments.find(({ nodeType, data }) => nodeType === 8 && data.startsWith(mark));
  if (customElements.get(name) || !library) return;
  const bytes = Uint8Array.from(atob(library.data.slice(mark.length)), (character) => character.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(text).text();
  if (!customElements.get(name)) document.head.append(script);
})("${outputName}", "${libraryMark}");
`;
