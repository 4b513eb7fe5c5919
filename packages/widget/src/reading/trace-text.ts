/** A trace as text to copy or save, made in slices: a hundred thousand spans at once would freeze the page for seconds. */
import { digestSpan, type SpanDigest, type Trace } from "@spanbook/core/model";
import { writePrintPage } from "../report/print-page.js";
import { forEachInSlices } from "./slices.js";

/** As `JSON.stringify(trace, null, 2)` writes it, in pieces. Rejects with AbortError when the signal is aborted. */
export async function toJsonPieces({ info, data }: Trace, signal: AbortSignal): Promise<string[]> {
  const { spans, ...others } = data;
  const pieces = [`{\n  "info": ${toIndented(info, "  ")},\n  "data": {\n    "spans": [`];
  await forEachInSlices(spans, signal, (span) => {
    pieces.push(pieces.length === 1 ? "\n      " : ",\n      ", toIndented(span, "      "));
  });
  pieces.push(spans.length > 0 ? "\n    ]" : "]");
  for (const [key, value] of Object.entries(others)) {
    pieces.push(`,\n    ${JSON.stringify(key)}: ${toIndented(value, "    ")}`);
  }
  return [...pieces, "\n  }\n}"];
}

/** A page to print. Rejects with AbortError when the signal is aborted. */
export async function toPrintPage(trace: Trace, nowMs: number, signal: AbortSignal): Promise<string> {
  const digests: SpanDigest[] = [];
  await forEachInSlices(trace.data.spans, signal, (span) => digests.push(digestSpan(span, 0)));
  return writePrintPage({ ...trace, data: { ...trace.data, digests } }, nowMs);
}

function toIndented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);
}
