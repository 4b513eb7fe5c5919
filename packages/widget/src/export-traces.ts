import type { Trace } from "@spanbook/core/model";
import type { TraceReader } from "./source.js";

/**
 * Whole traces as one OTLP JSON document. Those that are gone meanwhile are left out. Rejects with AbortError when the signal
 * is aborted, and with what the source rejects with.
 */
export async function exportTraces(
  reader: TraceReader,
  traceIds: readonly string[],
  onProgress: (doneCount: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const traces: Trace[] = [];
  for (const [index, traceId] of traceIds.entries()) {
    signal.throwIfAborted();
    const trace = await reader.get(traceId);
    if (trace) traces.push(trace);
    onProgress(index + 1);
  }
  const { exportOtlp } = await import("@spanbook/core/otlp");
  const pieces: string[] = [];
  for await (const piece of exportOtlp(traces)) pieces.push(piece);
  return new Blob(pieces, { type: "application/json" });
}
