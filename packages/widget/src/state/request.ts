import type { TraceReader } from "../reading/source.js";

/** A call that the source cancels when the signal is aborted; then it rejects with AbortError. */
export async function callWithSignal<Result>(
  reader: Pick<TraceReader, "cancel">,
  signal: AbortSignal,
  call: (requestId: string) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const requestId = `explorer-${Math.random().toString(36).slice(2)}`;
  // If a source cannot cancel, the answer to the call itself reports what is wrong.
  const cancel = () => void reader.cancel?.(requestId).catch(() => undefined);
  signal.addEventListener("abort", cancel);
  try {
    const result = await call(requestId);
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
