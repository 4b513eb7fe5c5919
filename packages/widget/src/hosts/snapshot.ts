import type { Span, Trace, TraceInfo } from "@spanbook/core/model";
import { formatCount, formatPlural } from "../derive/format.js";
import { toShownCount } from "../derive/shown-count.js";
import { newestFirst, toOrderBy } from "../derive/trace-list.js";
import { toReader, type TraceReader, type TraceSource } from "../reading/source.js";

/** The part of a source's content, at one time, that fits the limits. */
export interface Snapshot {
  /** Newest first, with their spans. */
  readonly traces: readonly Trace[];
  /** How many traces the source has; undefined if it has more than these and cannot count them. */
  readonly totalCount: number | undefined;
  /** How many of the newest trace's spans are here, if it was too large to include whole. */
  readonly cutTo?: number;
  /** Milliseconds since the Unix epoch. */
  readonly madeAtMs: number;
}

/** The limits of a snapshot; `maxSize` is in characters of the spans' JSON text. */
export interface SnapshotLimits {
  readonly maxTraces?: number | undefined;
  readonly maxSize?: number | undefined;
}

const defaultMaxTraces = 100;
const defaultMaxSize = 4_000_000;
const infosPerPage = 100;
const spansPerPage = 1000;

/**
 * Reads the newest traces, span by span, until a limit is reached. The trace that exceeds the size is left out, and so are older
 * ones; the first spans of the newest trace are always included. Rejects with RangeError for an invalid limit.
 */
export async function takeSnapshot(
  source: TraceSource,
  { maxTraces = defaultMaxTraces, maxSize = defaultMaxSize }: SnapshotLimits,
): Promise<Snapshot> {
  for (const [name, value] of Object.entries({ maxTraces, maxSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer from 1, got ${value}`);
    }
  }
  const reader = toReader(source);
  const madeAtMs = Date.now();
  const { infos, isAll } = await readInfos(reader, maxTraces);
  const traces: Trace[] = [];
  let cutTo: number | undefined;
  let room = maxSize;
  for (const info of infos) {
    const part = await readSpans(reader, info, room);
    if (part === undefined) continue; // Deleted meanwhile.
    if (!part.isWhole && traces.length > 0) break;
    traces.push(part.trace);
    room -= part.size;
    if (part.isWhole) continue;
    cutTo = part.trace.data.spans.length;
    break;
  }
  const isWhole = isAll && traces.length === infos.length;
  const totalCount = isWhole ? traces.length : isAll ? infos.length : await countTraces(reader);
  return { traces, totalCount, madeAtMs, ...(cutTo !== undefined && { cutTo }) };
}

/** "2 traces", "the newest 100 of 2,000 traces", "1 trace, the first 900 of its 30,000 spans". */
export function describeSnapshot({ traces, totalCount, cutTo }: Snapshot): string {
  const count = toShownCount(traces.length, totalCount);
  const spanCount = traces[0]?.info.spanCount;
  if (cutTo === undefined || spanCount === undefined) return count;
  return `${count}, the first ${formatCount(cutTo)} of its ${formatPlural(spanCount, "span")}`;
}

async function readInfos(reader: TraceReader, maxTraces: number) {
  const infos: TraceInfo[] = [];
  let pageToken: string | undefined;
  do {
    const { traces, nextPageToken }: Awaited<ReturnType<TraceReader["search"]>> = await reader.search({
      orderBy: toOrderBy(newestFirst),
      maxResults: Math.min(infosPerPage, maxTraces - infos.length),
      pageToken,
    });
    infos.push(...traces.map(({ info }) => info));
    pageToken = nextPageToken;
  } while (pageToken !== undefined && infos.length < maxTraces);
  return { infos, isAll: pageToken === undefined };
}

/** The spans of a trace, by start, until there is no more room. */
async function readSpans(reader: TraceReader, { traceId }: TraceInfo, room: number) {
  const spans: Span[] = [];
  let size = 0;
  for (;;) {
    const after = spans.at(-1);
    const page = await reader.get(traceId, { maxSpans: spansPerPage, after });
    if (page === undefined) return undefined;
    const toPart = (isWhole: boolean) => ({
      trace: { info: page.info, data: { ...page.data, spans } },
      ...{ size, isWhole },
    });
    for (const span of page.data.spans) {
      const spanSize = JSON.stringify(span).length;
      if (size + spanSize > room) return toPart(false);
      spans.push(span);
      size += spanSize;
    }
    if (page.data.spans.length < spansPerPage) return toPart(true);
  }
}

async function countTraces(reader: TraceReader): Promise<number | undefined> {
  // A store behind Comlink seems to have every property.
  return (await reader.stats?.({ bucketCount: 1 }))?.traceCount;
}
