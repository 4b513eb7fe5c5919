import type { SpanDigest } from "@spanbook/core/model";

/**
 * The spans of a trace in order of start, with frequently used fields in flat arrays: 100,000 spans are ready in a blink, because
 * each span is looked at once, and when more arrive only those are looked at.
 */
export interface SpanColumns {
  /** Each span once. */
  readonly digests: readonly SpanDigest[];
  /** The parent's index among these; -1 if it is not there. */
  readonly parents: Int32Array;
  /** Names and types as numbers, from 0. */
  readonly names: Int32Array;
  readonly types: Int32Array;
  /** 1 for those that failed. */
  readonly failed: Uint8Array;
  /** What times are relative to; any time near them. */
  readonly originUnixNano: string;
  /** Nanoseconds from the origin; exact up to 104 days. */
  readonly startNs: Float64Array;
  /** NaN while a span is open. */
  readonly endNs: Float64Array;
  /** The latest time known of any span. */
  readonly lastNs: number;
  readonly openCount: number;
  /**
   * By id, name and type. Columns that grow out of these add to the same maps, so some entries may be of spans that are not here.
   */
  readonly orders: Map<string, number>;
  readonly nameNumbers: Map<string, number>;
  readonly typeNumbers: Map<string, number>;
}

/**
 * The columns of digests in any order. Of spans with the same id the first counts. With `known` columns of the same trace, only
 * new digests cost time: spans after the last, and changes to spans that were open.
 */
export function toSpanColumns(given: readonly SpanDigest[], known?: SpanColumns): SpanColumns {
  const originUnixNano = given[0]?.startTimeUnixNano ?? "0";
  const changed = known && maybeChanged(known, given);
  return (
    (known && changed ? maybeFill(given, known.originUnixNano, { known, changed }) : undefined) ??
    maybeFill(given, originUnixNano) ??
    fillSorted(given, originUnixNano)
  );
}

/** The index of a span; -1 if it is not there. */
export function orderOf(
  { orders, digests }: Pick<SpanColumns, "orders" | "digests">,
  spanId: string,
): number {
  const order = orders.get(spanId);
  return order !== undefined && digests[order]?.spanId === spanId ? order : -1;
}

/** Nanoseconds from the columns' origin to a time. */
export function toOffsetNs(
  { originUnixNano }: Pick<SpanColumns, "originUnixNano">,
  unixNano: string,
): number {
  return createOffsets(originUnixNano)(unixNano);
}

function fillSorted(given: readonly SpanDigest[], originUnixNano: string): SpanColumns {
  const toNs = createOffsets(originUnixNano);
  const ids = new Set<string>();
  const sorted = given
    .map((digest) => ({ digest, ns: toNs(digest.startTimeUnixNano) }))
    .sort((a, b) => a.ns - b.ns || (a.digest.spanId < b.digest.spanId ? -1 : 1))
    .map(({ digest }) => digest)
    .filter(({ spanId }) => !ids.has(spanId) && ids.add(spanId));
  const columns = maybeFill(sorted, originUnixNano);
  if (columns === undefined) throw new Error("span ids must be strings");
  return columns;
}

/** Columns whose spans are all still there, at the same indices; open ones may have ended. */
interface Grown {
  readonly known: SpanColumns;
  /** The indices of spans that changed. */
  readonly changed: readonly number[];
}

/** undefined if digests are out of order or repeated. */
function maybeFill(
  digests: readonly SpanDigest[],
  originUnixNano: string,
  { known, changed }: Partial<Grown> = {},
): SpanColumns | undefined {
  const count = digests.length;
  const knownCount = known?.digests.length ?? 0;
  const orders = known?.orders ?? new Map<string, number>();
  const nameNumbers = known?.nameNumbers ?? new Map<string, number>();
  const typeNumbers = known?.typeNumbers ?? new Map<string, number>();
  const toNs = createOffsets(originUnixNano);
  const names = new Int32Array(count);
  const types = new Int32Array(count);
  const failed = new Uint8Array(count);
  const startNs = new Float64Array(count);
  const endNs = new Float64Array(count);
  let { lastNs, openCount } = known ?? { lastNs: -Infinity, openCount: 0 };
  if (known) {
    names.set(known.names);
    types.set(known.types);
    failed.set(known.failed);
    startNs.set(known.startNs);
    endNs.set(known.endNs);
  }
  function fillEnd(order: number, { status, endTimeUnixNano }: SpanDigest): void {
    const isOpen = endTimeUnixNano === undefined;
    failed[order] = Number(status === "ERROR");
    endNs[order] = isOpen ? NaN : toNs(endTimeUnixNano);
    openCount += Number(isOpen);
    lastNs = Math.max(lastNs, (isOpen ? startNs : endNs)[order] ?? 0);
  }

  for (const order of changed ?? []) {
    const digest = digests[order];
    if (digest === undefined) return undefined;
    openCount--;
    fillEnd(order, digest);
  }
  for (let order = knownCount; order < count; order++) {
    const digest = digests[order];
    if (digest === undefined) return undefined;
    const { spanId, name, type, startTimeUnixNano } = digest;
    const start = (startNs[order] = toNs(startTimeUnixNano));
    const previous = startNs[order - 1] ?? -Infinity;
    const isBehind = start > previous || (start === previous && spanId > (digests[order - 1]?.spanId ?? ""));
    if (!isBehind || orders.has(spanId)) return undefined;
    orders.set(spanId, order);
    names[order] = numberOf(nameNumbers, name);
    types[order] = numberOf(typeNumbers, type);
    fillEnd(order, digest);
  }
  return {
    digests,
    parents: toParents(digests, orders, known),
    names,
    types,
    failed,
    originUnixNano,
    startNs,
    endNs,
    lastNs,
    openCount,
    orders,
    nameNumbers,
    typeNumbers,
  };
}

function toParents(
  digests: readonly SpanDigest[],
  orders: Map<string, number>,
  known: SpanColumns | undefined,
): Int32Array {
  const parents = new Int32Array(digests.length).fill(-1);
  if (known) parents.set(known.parents);
  // The parents of some known spans may be among the new ones.
  for (let order = parents.indexOf(-1); order >= 0; order = parents.indexOf(-1, order + 1)) {
    const parentSpanId = digests[order]?.parentSpanId;
    if (parentSpanId !== undefined) parents[order] = orderOf({ orders, digests }, parentSpanId);
  }
  return parents;
}

/** The indices of open spans that have changed, if the given digests begin with the known ones. */
function maybeChanged({ digests }: SpanColumns, given: readonly SpanDigest[]): number[] | undefined {
  if (digests.length === 0 || given.length < digests.length) return undefined;
  const changed: number[] = [];
  for (let order = 0; order < digests.length; order++) {
    const [known, now] = [digests[order], given[order]];
    if (known === now) continue;
    if (!known || !isSameSpan(known, now)) return undefined;
    if (known.endTimeUnixNano === now?.endTimeUnixNano && known.status === now?.status) continue;
    if (known.endTimeUnixNano !== undefined) return undefined;
    changed.push(order);
  }
  return changed;
}

function isSameSpan(a: SpanDigest, b: SpanDigest | undefined): boolean {
  return (
    a.spanId === b?.spanId &&
    a.parentSpanId === b.parentSpanId &&
    a.name === b.name &&
    a.type === b.type &&
    a.startTimeUnixNano === b.startTimeUnixNano
  );
}

function numberOf(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text) ?? numbers.size;
  if (known === numbers.size) numbers.set(text, known);
  return known;
}

/**
 * Nanoseconds from a time to others, as in `nanosecondsBetween`, but without the big integers that take most of the time for many
 * spans: milliseconds and the nanoseconds within them are each exact in a double. Anything that is not a time gives 0.
 */
function createOffsets(originUnixNano: string): (unixNano: string) => number {
  const wholeMs = (unixNano: string) => digitsOf(unixNano, 0, unixNano.length - 6);
  const restNs = (unixNano: string) => digitsOf(unixNano, Math.max(0, unixNano.length - 6), unixNano.length);
  const [originMs, originNs] = [wholeMs(originUnixNano), restNs(originUnixNano)];
  return (unixNano) => (wholeMs(unixNano) - originMs) * 1e6 + restNs(unixNano) - originNs || 0;
}

function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
