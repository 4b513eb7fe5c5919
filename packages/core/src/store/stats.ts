import { nanosecondsBetween } from "../model/time.js";
import type { SpanDigest, TraceInfo, TraceState } from "../model/trace.js";
import type {
  DurationBin,
  DurationQuantiles,
  GroupField,
  SpanGroup,
  StatsQuery,
  TimeBucket,
  TraceStats,
} from "./contract.js";
import { compareText } from "../model/text-order.js";
import { toTraceGroups } from "./trace-groups.js";

/** What the figures need from a trace. */
export interface TraceFigures {
  /** Milliseconds since the Unix epoch. */
  readonly requestTime: number;
  readonly state: TraceState;
  readonly executionDuration?: number;
  readonly totalTokens: number;
  readonly totalCost: number;
  /** The session, run or experiment it belongs to, as `groupBy` asks. */
  readonly groupId?: string;
}

/** The figures of a trace, from its info. */
export function toTraceFigures(info: TraceInfo, groupBy: GroupField | undefined): TraceFigures {
  const { requestTime, state, executionDuration, tokenUsage, cost } = info;
  const groupId = groupBy && groupIdOf(info, groupBy);
  return {
    requestTime,
    state,
    ...(executionDuration !== undefined && { executionDuration }),
    totalTokens: tokenUsage?.totalTokens ?? 0,
    totalCost: cost?.totalCost ?? 0,
    ...(groupId !== undefined && { groupId }),
  };
}

/** The id of the session, run or experiment that a trace belongs to. */
export function groupIdOf(info: TraceInfo, field: GroupField): string | undefined {
  return info[`${field}Id`];
}

/** A plot shows fewer groups, and a program that puts ids into span names creates millions. */
const maxSpanGroups = 100;

const defaultBucketCount = 60;
const maxDurationBins = 60;
/** A logarithm needs more than zero. */
const minDurationMs = 1e-4;

/** Whether a trace that started then is within the query. */
export function isWithin(requestTime: number, { fromMs = -Infinity, toMs = Infinity }: StatsQuery): boolean {
  return requestTime >= fromMs && requestTime < toMs;
}

/** The figures of traces that were already selected by the query. `spanGroups` must be sorted and cut. */
export function toTraceStats(
  traces: readonly TraceFigures[],
  spanGroups: readonly SpanGroup[],
  query: StatsQuery,
): TraceStats {
  // Exact for any number: a million durations take 8 MB, and a tenth of a second to sort.
  const durations = Float64Array.from(traces.flatMap(({ executionDuration }) => executionDuration ?? []));
  const quantiles = toQuantiles(durations.sort());
  const { groupBy } = query;
  return {
    traceCount: traces.length,
    errorCount: traces.filter(({ state }) => state === "ERROR").length,
    openCount: traces.filter(({ state }) => state === "IN_PROGRESS" || state === "UNFINISHED").length,
    ...toBuckets(traces, query),
    ...(quantiles && { durationMs: quantiles }),
    durationBins: toDurationBins(durations),
    spanGroups,
    ...(groupBy && { traceGroups: toTraceGroups(traces) }),
  };
}

/** Totals of some spans of one name, type and model. */
export interface SpanTotals extends Omit<SpanGroup, "totalDurationMs"> {
  /** Whole nanoseconds, because a sum of fractions depends on the order of its parts. */
  readonly totalDurationNs: number;
}

/** Totals by name, type and model. */
export interface SpanGroups {
  addTotals(totals: SpanTotals): void;
  /** Adds one span. */
  add(digest: SpanDigest): void;
  /** All of them, in no order. */
  toTotals(): SpanTotals[];
  /** In the order and number that `stats` returns. */
  toSpanGroups(): SpanGroup[];
}

export function createSpanGroups(): SpanGroups {
  const groups = new Map<string, { -readonly [Key in keyof SpanTotals]: SpanTotals[Key] }>();

  function addTotals(totals: SpanTotals): void {
    const key = JSON.stringify([totals.name, totals.type, totals.model]);
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { ...totals });
      return;
    }
    group.count += totals.count;
    group.errorCount += totals.errorCount;
    group.totalDurationNs += totals.totalDurationNs;
    group.totalTokens += totals.totalTokens;
  }

  return {
    addTotals,
    add({ name, type, model, status, startTimeUnixNano, endTimeUnixNano, usage }) {
      addTotals({
        name,
        type,
        ...(model !== undefined && { model }),
        count: 1,
        errorCount: Number(status === "ERROR"),
        totalDurationNs:
          endTimeUnixNano === undefined ? 0 : nanosecondsBetween(startTimeUnixNano, endTimeUnixNano),
        totalTokens: usage?.totalTokens ?? 0,
      });
    },
    toTotals: () => [...groups.values()],
    toSpanGroups: () =>
      [...groups.values()]
        .map(({ totalDurationNs, ...totals }) => ({ ...totals, totalDurationMs: totalDurationNs / 1e6 }))
        .sort(compareSpanGroups)
        .slice(0, maxSpanGroups),
  };
}

/** Greatest total first; ties by name, type and model, so that every store has the same order. */
function compareSpanGroups(a: SpanGroup, b: SpanGroup): number {
  return (
    b.totalDurationMs - a.totalDurationMs ||
    compareText(a.name, b.name) ||
    compareText(a.type, b.type) ||
    Number(a.model !== undefined) - Number(b.model !== undefined) ||
    compareText(a.model ?? "", b.model ?? "")
  );
}

function toBuckets(
  traces: readonly TraceFigures[],
  { fromMs, toMs, bucketCount = defaultBucketCount }: StatsQuery,
): { buckets: TimeBucket[]; bucketMs: number } {
  let earliest = Infinity;
  let latest = -Infinity;
  for (const { requestTime } of traces) {
    earliest = Math.min(earliest, requestTime);
    latest = Math.max(latest, requestTime);
  }
  if (traces.length === 0) return { buckets: [], bucketMs: 1 };
  const start = fromMs ?? Math.floor(earliest);
  const end = toMs ?? Math.floor(latest) + 1;
  const bucketMs = Math.max(1, Math.ceil((end - start) / bucketCount));

  const buckets = new Map<number, { traceCount: number; errorCount: number; totalTokens: number }>();
  for (const { requestTime, state, totalTokens } of traces) {
    const startMs = start + Math.floor((requestTime - start) / bucketMs) * bucketMs;
    const bucket = buckets.get(startMs) ?? { traceCount: 0, errorCount: 0, totalTokens: 0 };
    bucket.traceCount++;
    bucket.errorCount += Number(state === "ERROR");
    bucket.totalTokens += totalTokens;
    buckets.set(startMs, bucket);
  }
  const inOrder = [...buckets].sort(([a], [b]) => a - b);
  return { buckets: inOrder.map(([startMs, bucket]) => ({ startMs, ...bucket })), bucketMs };
}

function toQuantiles(sorted: Float64Array): DurationQuantiles | undefined {
  const atRank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  if (sorted.length === 0) return undefined;
  return { p50: atRank(0.5), p95: atRank(0.95), p99: atRank(0.99), max: atRank(1) };
}

function toDurationBins(sorted: Float64Array): DurationBin[] {
  const logOf = (ms: number) => Math.log10(Math.max(minDurationMs, ms));
  const low = logOf(sorted[0] ?? 0);
  const rangeLog = logOf(sorted.at(-1) ?? 0) - low;
  // If all are alike, one bin around them.
  const [start, width] = rangeLog < 0.02 ? [low - 0.05, 0.1] : [low, rangeLog / maxDurationBins];
  const counts = new Map<number, number>();
  for (const ms of sorted) {
    const place = Math.min(maxDurationBins - 1, Math.floor((logOf(ms) - start) / width));
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return Array.from(counts, ([place, count]) => ({
    fromMs: 10 ** (start + place * width),
    toMs: 10 ** (start + (place + 1) * width),
    count,
  }));
}
