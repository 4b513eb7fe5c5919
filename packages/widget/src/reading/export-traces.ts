import type { Trace } from "@spanbook/core/model";
import { createSlices } from "./slices.js";
import type { TraceReader } from "./source.js";
import { callWithSignal } from "../state/request.js";

/**
 * Whole traces as one OTLP JSON document. Those deleted meanwhile are left out. Rejects with AbortError when the signal is
 * aborted, and with the source's errors.
 */
export async function exportTraces(
  reader: TraceReader,
  traceIds: readonly string[],
  onProgress: (doneCount: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const traces: Trace[] = [];
  for (const [index, traceId] of traceIds.entries()) {
    const trace = await callWithSignal(reader, signal, (requestId) => reader.get(traceId, { requestId }));
    if (trace) traces.push(trace);
    onProgress(index + 1);
  }
  return new Blob(await toOtlpPieces(traces, signal), { type: "application/json" });
}

/** Traces as one OTLP JSON document, in pieces. Between two traces the page can draw, and the job can be cancelled. */
export async function toOtlpPieces(traces: readonly Trace[], signal: AbortSignal): Promise<string[]> {
  const { exportOtlp } = await import("@spanbook/core/otlp");
  const pieces: string[] = [];
  const slices = createSlices();
  for await (const piece of exportOtlp(traces, { signal })) {
    pieces.push(piece);
    if (slices.isOver()) await slices.pause(signal);
  }
  signal.throwIfAborted();
  return pieces;
}
