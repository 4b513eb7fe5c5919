import type { SpanDigest, Trace, TraceInfo } from "@spanbook/core/model";
import type { TraceReader } from "./source.js";
import { callWithSignal } from "../state/request.js";

export interface TraceDigests {
  readonly info: TraceInfo;
  /** By start. */
  readonly digests: readonly SpanDigest[];
  /** There are more after these. */
  readonly isPartial?: boolean;
}

/** Few enough to be read and drawn quickly; later pages are larger. */
const firstPageSize = 5000;
const laterPageSize = 25_000;
/** More open spans than this are not read one by one. */
const maxOpen = 20;

/**
 * A trace with the digests of its spans; undefined if there is none. If some are `known` already, only what may have changed is
 * read: the rest of a partly read trace; otherwise the spans that were open, and those that began after the last. If the totals
 * then differ from the trace's (because spans came late), everything is read.
 *
 * A large trace is read in parts: `onPart` gets what there is so far, with time to draw it before the next part. Rejects with
 * AbortError when the signal is aborted.
 */
export async function readDigests(
  reader: TraceReader,
  traceId: string,
  known: TraceDigests | undefined,
  signal: AbortSignal = new AbortController().signal,
  onPart: (part: TraceDigests) => void = () => {},
): Promise<TraceDigests | undefined> {
  const last = known?.info.traceId === traceId ? known : undefined;
  const grown = last && !last.isPartial && (await readGrowth(reader, traceId, last));
  if (grown) return grown;
  const read = await readParts(reader, traceId, last?.isPartial ? last.digests : [], signal, onPart);
  const isLarge = read !== undefined && read.digests.length > firstPageSize;
  return isLarge && !isWhole(read.info, read.digests.length, toSums(read.digests))
    ? readAtOnce(reader, traceId, signal)
    : read;
}

/** The known spans, followed by the rest. */
async function readParts(
  reader: TraceReader,
  traceId: string,
  known: readonly SpanDigest[],
  signal: AbortSignal,
  onPart: (part: TraceDigests) => void,
): Promise<TraceDigests | undefined> {
  for (let digests = known; ;) {
    const after = digests.at(-1);
    const maxSpans = after ? laterPageSize : firstPageSize;
    const found = await callWithSignal(reader, signal, (requestId) =>
      reader.get(traceId, { include: "digests", maxSpans, after, requestId }),
    );
    if (found === undefined) return undefined;
    const { info, data } = found;
    digests = after ? [...digests, ...data.digests] : data.digests;
    if (data.digests.length < maxSpans) return { info, digests };
    onPart({ info, digests, isPartial: true });
    // The part is drawn before the next is read: from memory, all would come in one task.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function readAtOnce(
  reader: TraceReader,
  traceId: string,
  signal: AbortSignal,
): Promise<TraceDigests | undefined> {
  const found = await callWithSignal(reader, signal, (requestId) =>
    reader.get(traceId, { include: "digests", requestId }),
  );
  return found && { info: found.info, digests: found.data.digests };
}

async function readGrowth(
  reader: TraceReader,
  traceId: string,
  { digests }: TraceDigests,
): Promise<TraceDigests | undefined> {
  const last = digests.at(-1);
  const sums = toSums(digests);
  const { open } = sums;
  if (last === undefined || open.length > maxOpen) return undefined;
  const readOne = (at: number): Promise<Trace | undefined> => {
    const before = digests[at - 1];
    return reader.get(traceId, { include: "digests", maxSpans: 1, after: before });
  };
  const [tail, ...ones] = await Promise.all([
    reader.get(traceId, { include: "digests", after: last }),
    ...open.map(readOne),
  ]);
  if (tail === undefined) return undefined;
  const grown = digests.concat(tail.data.digests);
  const [before, after]: [SpanDigest[], SpanDigest[]] = [[], tail.data.digests.slice()];
  for (const [index, at] of open.entries()) {
    const [known, digest] = [digests[at], ones[index]?.data.digests[0]];
    if (!known || digest?.spanId !== known.spanId) return undefined;
    before.push(known);
    after.push((grown[at] = digest));
  }
  // All spans that were open are among those just read.
  const { open: stillOpen, failedCount } = toSums(after);
  const failedInAll = sums.failedCount - toSums(before).failedCount + failedCount;
  const isAll = isWhole(tail.info, grown.length, { open: stillOpen, failedCount: failedInAll });
  return isAll ? { info: tail.info, digests: grown } : undefined;
}

/** Figures that a trace's info contains too, to check that all spans were read. */
interface Sums {
  /** The indices of the open ones. */
  readonly open: readonly number[];
  readonly failedCount: number;
}

/** In one pass, because a large trace that grows is summed up at every change. */
function toSums(digests: readonly SpanDigest[]): Sums {
  let failedCount = 0;
  const open: number[] = [];
  for (let at = 0; at < digests.length; at++) {
    const digest = digests[at];
    if (digest?.endTimeUnixNano === undefined) open.push(at);
    if (digest?.status === "ERROR") failedCount++;
  }
  return { open, failedCount };
}

function isWhole(info: TraceInfo, count: number, { open, failedCount }: Sums): boolean {
  return count === info.spanCount && open.length === info.openSpanCount && failedCount === info.errorCount;
}
