import { chromeTrace, exportMlflow } from "@spanbook/core/files";
import { exportOtlp } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { createReport } from "@spanbook/widget";
import { downloadFile } from "@spanbook/widget/parts";

/** The formats in which all traces can be saved. */
export const exportFormats = {
  otlp: { label: "OTLP JSON", file: "traces.otlp.json", type: "application/json" },
  gzip: { label: "OTLP JSON, compressed", file: "traces.otlp.json.gz", type: "application/gzip" },
  jsonl: { label: "OTLP JSON lines", file: "traces.otlp.jsonl", type: "application/jsonl" },
  mlflow: { label: "MLflow JSON", file: "traces.mlflow.jsonl", type: "application/jsonl" },
  chrome: { label: "Chrome trace, for Perfetto", file: "traces.perfetto.json", type: "application/json" },
  report: { label: "HTML report", file: "traces.html", type: "text/html" },
} as const;

export type ExportFormat = keyof typeof exportFormats;

/** Makes the browser save all traces of a store. */
export async function saveAs(store: TraceStore, format: ExportFormat): Promise<void> {
  const { file, type } = exportFormats[format];
  const pieces: BlobPart[] = [];
  for await (const piece of piecesOf(store, format)) pieces.push(piece as BlobPart);
  downloadFile(file, new Blob(pieces, { type }));
}

async function* piecesOf(store: TraceStore, format: ExportFormat): AsyncGenerator<string | Uint8Array> {
  switch (format) {
    case "otlp":
      return yield* exportOtlp(store);
    case "gzip":
      return yield* exportOtlp(store, { gzip: true });
    case "jsonl":
      return yield* exportOtlp(store, { format: "jsonl" });
    case "mlflow":
      return yield* exportMlflow(store);
    case "chrome":
      return yield* chromeTrace(store);
    case "report":
      yield await createReport(store, { maxTraces: Number.MAX_SAFE_INTEGER });
  }
}
