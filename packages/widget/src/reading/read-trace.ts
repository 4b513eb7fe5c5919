import type { Span, Trace, TraceInfo } from "@spanbook/core/model";
import { createSlices } from "./slices.js";
import type { TraceReader } from "./source.js";
import { callWithSignal } from "../state/request.js";

const pageSize = 250;

/**
 * A trace with its spans, read a page at a time. `onProgress` gets the number of spans so far. Rejects with AbortError when the
 * signal is aborted, with RangeError if there is no such trace, and with the source's errors.
 */
export async function readTrace(
  reader: TraceReader,
  traceId: string,
  signal: AbortSignal,
  onProgress: (doneCount: number) => void,
): Promise<Trace> {
  const spans: Span[] = [];
  let info: TraceInfo | undefined;
  let resources = {};
  let scopes = {};
  let last: Span | undefined;
  const slices = createSlices();
  do {
    const after = last;
    const page = await callWithSignal(reader, signal, (requestId) =>
      reader.get(traceId, {
        include: "spans",
        maxSpans: pageSize,
        after,
        requestId,
      }),
    );
    if (page === undefined) throw new RangeError(`the trace ${traceId} is gone`);
    spans.push(...page.data.spans);
    info = page.info;
    resources = { ...resources, ...page.data.resources };
    scopes = { ...scopes, ...page.data.scopes };
    last = page.data.spans.length < pageSize ? undefined : page.data.spans.at(-1);
    onProgress(spans.length);
    // From memory, page after page comes at once.
    if (slices.isOver()) await slices.pause(signal);
  } while (last !== undefined);
  return { info, data: { spans, digests: [], resources, scopes } };
}
