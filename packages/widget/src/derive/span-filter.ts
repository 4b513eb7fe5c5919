import { withoutUndefined } from "@spanbook/core/model";
import { placeAt } from "./place-at.js";
import { valueAt, type SpanTimes } from "./span-times.js";
import type { SpanTree } from "./span-tree.js";

/** Which spans are searched for: those that meet all of it. */
export interface SpanFilter {
  /** Found in the name, type, model or content, ignoring case; or the span's id. Empty for any. */
  readonly text: string;
  /** Absent for any. */
  readonly type?: string;
  readonly hasFailed: boolean;
  /** 0 for any. */
  readonly minDurationMs: number;
}

export const noFilter: SpanFilter = { text: "", hasFailed: false, minDurationMs: 0 };

export interface SpanMatches {
  /** The places of the spans that match, in the tree's order. */
  readonly places: readonly number[];
  /** 2 at those places, 1 at those of their ancestors, else 0. */
  readonly kept: Uint8Array;
}

export function isFiltering({ text, type, hasFailed, minDurationMs }: SpanFilter): boolean {
  return text.trim() !== "" || type !== undefined || hasFailed || minDurationMs > 0;
}

/** A filter without the parts that match everything. */
export function toAsked({ text, type, hasFailed, minDurationMs }: SpanFilter): Partial<SpanFilter> {
  return withoutUndefined({
    text: text.trim() === "" ? undefined : text,
    type,
    hasFailed: hasFailed || undefined,
    minDurationMs: minDurationMs > 0 ? minDurationMs : undefined,
  });
}

const none: ReadonlySet<string> = new Set();

/** The spans that match; undefined if the filter is empty. `holding` are those known to contain its text. */
export function toMatches(
  tree: SpanTree,
  times: SpanTimes,
  filter: SpanFilter,
  holding: ReadonlySet<string> = none,
): SpanMatches | undefined {
  if (!isFiltering(filter)) return undefined;
  const { count, digestAt, parents } = tree;
  const text = filter.text.trim().toLowerCase();
  const hasText = toTextTest(text);
  const places: number[] = [];
  const kept = new Uint8Array(count);
  for (let place = 0; place < count; place++) {
    const digest = digestAt(place);
    if (digest === undefined) break;
    const { spanId, name, type, model, status } = digest;
    if (filter.hasFailed && status !== "ERROR") continue;
    if (filter.type !== undefined && type !== filter.type) continue;
    if (valueAt(times.endMs, place) - valueAt(times.startMs, place) < filter.minDurationMs) continue;
    const isNamed = hasText(name) || hasText(type) || (model !== undefined && hasText(model));
    if (!isNamed && spanId !== text && !(holding.size > 0 && holding.has(spanId))) continue;
    places.push(place);
    for (let up = placeAt(parents, place); up >= 0 && kept[up] === 0; up = placeAt(parents, up)) kept[up] = 1;
    kept[place] = 2;
  }
  return { places, kept };
}

/** Whether a field contains a text in lower case. There are many spans but few names, so each name is tested once. */
function toTextTest(text: string): (field: string) => boolean {
  if (text === "") return () => true;
  const known = new Map<string, boolean>();
  return (field) => {
    let isFound = known.get(field);
    if (isFound === undefined) {
      isFound = field.toLowerCase().includes(text);
      known.set(field, isFound);
    }
    return isFound;
  };
}

/**
 * The next failed span from a place, in steps: innermost failures come first, in the tree's order, then the spans around them.
 * Wraps around; undefined if none failed.
 */
export function toNextFailed(tree: SpanTree, from: number, step: 1 | -1): number | undefined {
  const failed = toFailedPlaces(tree);
  const around = new Set(failed.map((place) => placeAt(tree.parents, place)));
  const innermost = failed.filter((place) => !around.has(place));
  const places = [...innermost, ...failed.filter((place) => around.has(place))];
  const at = places.indexOf(from);
  return at < 0 ? toNextMatch(innermost, from, step) : places.at((at + step) % places.length);
}

/** The places of the spans that failed. */
function toFailedPlaces({ count, columns, orders }: SpanTree): number[] {
  const places: number[] = [];
  for (let place = 0; place < count; place++) {
    if (columns.failed[placeAt(orders, place)] === 1) places.push(place);
  }
  return places;
}

/** The places of all ancestors of matches, which must be expanded to show them. */
export function toSpansAround({ parents }: SpanTree, { places }: SpanMatches): number[] {
  const around = new Set<number>();
  for (const place of places) {
    for (let up = placeAt(parents, place); up >= 0 && !around.has(up); up = placeAt(parents, up)) {
      around.add(up);
    }
  }
  return [...around];
}

/** The match after (or before) a place, wrapping around at the ends; undefined if there is none. */
export function toNextMatch(places: readonly number[], from: number, step: 1 | -1): number | undefined {
  if (step === 1) return places.find((place) => place > from) ?? places[0];
  return places.findLast((place) => place < from) ?? places.at(-1);
}

/** The types of a tree's spans and how many there are of each, the most frequent first. */
export function countTypes({ columns }: SpanTree): readonly (readonly [type: string, count: number])[] {
  const counts = new Int32Array(columns.typeNumbers.size);
  const { types } = columns;
  // Not `for … of`, which costs milliseconds for many spans.
  for (let order = 0; order < types.length; order++) {
    const type = placeAt(types, order);
    counts[type] = placeAt(counts, type) + 1;
  }
  const pairs = Array.from(columns.typeNumbers, ([type, number]) => [type, placeAt(counts, number)] as const);
  return pairs.filter(([, count]) => count > 0).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** The choices for a least duration: round, less than the whole, longest first. */
export function toLeastDurations(durationMs: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(durationMs)); steps.length < 9 && power >= -6; power--) {
    for (const factor of [5, 2, 1]) {
      const step = Number(`${factor}e${power}`);
      if (step < durationMs && steps.length < 9) steps.push(step);
    }
  }
  return steps;
}
