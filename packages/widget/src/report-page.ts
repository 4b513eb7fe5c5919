/**
 * The script inside a report: it unpacks the data beside it and replaces the static form with the explorer. createReport includes
 * it as text; see report-template.ts.
 */
import type { Trace } from "@spanbook/core/model";
import { exportOtlp } from "@spanbook/core/otlp";
import { downloadFile } from "./parts/download.js";
import { fromPackedText } from "./report/packing.js";
import { dataElementId, explorerElementId, staticElementId } from "./report/page.js";
import { defineExplorerElement, elementName, type ExplorerElement } from "./explorer-element.js";

async function open(): Promise<void> {
  const packed = document.getElementById(dataElementId)?.textContent ?? "";
  const traces = JSON.parse(await fromPackedText(packed)) as Trace[];
  const place = document.getElementById(explorerElementId);
  // A report is for reading and mailing: it has no store to change, and leaves out comparing and the plots, because Plot is as
  // large as everything else.
  defineExplorerElement({ flame: () => import("./trace/flame-parts.js") });
  const explorer = document.createElement(elementName) as ExplorerElement;
  explorer.source = traces;
  place?.append(explorer);
  document.getElementById(staticElementId)?.remove();
  document.querySelector("header")?.append(createSaveButton(traces));
  document.documentElement.dataset["state"] = "open";
}

/** Saves the page's data as a file. If a frame forbids downloads, the browser says so only in its console. */
function createSaveButton(traces: readonly Trace[]): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Save as OTLP JSON";
  button.title = "The traces as a file for any OpenTelemetry back end, or for Spanbook";
  button.addEventListener("click", () => {
    save(traces).catch((error: unknown) => (button.textContent = `Could not be saved: ${String(error)}`));
  });
  return button;
}

async function save(traces: readonly Trace[]): Promise<void> {
  const pieces: string[] = [];
  for await (const piece of exportOtlp(traces)) pieces.push(piece);
  downloadFile("traces.otlp.json", new Blob(pieces, { type: "application/json" }));
}

open().catch((error: unknown) => {
  // The static form stays, and says why it is all there is.
  const note = document.createElement("p");
  note.textContent = `The explorer could not start; this is the short form: ${String(error)}`;
  document.getElementById(staticElementId)?.prepend(note);
});
