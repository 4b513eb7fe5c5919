import type { TraceReader } from "../reading/source.js";

/** A call that the source gives up when the signal is aborted; then it rejects with AbortError. */
export async function callWithSignal<Result>(
  reader: Pick<TraceReader, "cancel">,
  signal: AbortSignal,
  call: (requestId: string) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const requestId = `explorer-${Math.random().toString(36).slice(2)}`;
  // A source that cannot cancel says what is wrong with it in the answer to the call itself.
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
