import type { SpanDigest, Trace, TraceInfo } from "@spanbook/core/model";
import type { TraceReader } from "./source.js";

export interface TraceDigests {
  readonly info: TraceInfo;
  /** By start. */
  readonly digests: readonly SpanDigest[];
}

/** More open spans than this are not asked for one by one. */
const maxOpen = 20;

/**
 * A trace with the digests of its spans; undefined where there is none. Of what is `known` of it already only what can have
 * changed is read: the spans that were open, and what began after the last. Where the sums of that are not the trace's (spans
 * that came late) all is read.
 */
export async function readDigests(
  reader: TraceReader,
  traceId: string,
  known: TraceDigests | undefined,
): Promise<TraceDigests | undefined> {
  const grown = known && known.info.traceId === traceId && (await readGrowth(reader, traceId, known));
  if (grown) return grown;
  const found = await reader.get(traceId, { include: "digests" });
  return found && { info: found.info, digests: found.data.digests };
}

async function readGrowth(
  reader: TraceReader,
  traceId: string,
  { digests }: TraceDigests,
): Promise<TraceDigests | undefined> {
  const last = digests.at(-1);
  const open = digests.flatMap(({ endTimeUnixNano }, at) => (endTimeUnixNano === undefined ? at : []));
  if (last === undefined || open.length > maxOpen) return undefined;
  const readOne = (at: number): Promise<Trace | undefined> => {
    const before = digests[at - 1];
    return reader.get(traceId, { include: "digests", maxSpans: 1, ...(before && { after: before }) });
  };
  const [tail, ...ones] = await Promise.all([
    reader.get(traceId, { include: "digests", after: last }),
    ...open.map(readOne),
  ]);
  if (tail === undefined) return undefined;
  const grown = [...digests, ...tail.data.digests];
  for (const [index, at] of open.entries()) {
    const digest = ones[index]?.data.digests[0];
    if (digest?.spanId !== digests[at]?.spanId || digest === undefined) return undefined;
    grown[at] = digest;
  }
  return isWhole(tail.info, grown) ? { info: tail.info, digests: grown } : undefined;
}

function isWhole(
  { spanCount, openSpanCount, errorCount }: TraceInfo,
  digests: readonly SpanDigest[],
): boolean {
  let openCount = 0;
  let failedCount = 0;
  for (const { endTimeUnixNano, status } of digests) {
    if (endTimeUnixNano === undefined) openCount++;
    if (status === "ERROR") failedCount++;
  }
  return digests.length === spanCount && openCount === openSpanCount && failedCount === errorCount;
}
