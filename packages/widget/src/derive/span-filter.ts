import { valueAt, type SpanTimes } from "./span-times.js";
import type { SpanTree } from "./span-tree.js";

/** Which spans are looked for: those that all of it holds for. */
export interface SpanFilter {
  /** In the name, type or model; upper and lower case are the same. Empty for any. */
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
  /** The places of those and of their ancestors. */
  readonly kept: ReadonlySet<number>;
}

export function isFiltering({ text, type, hasFailed, minDurationMs }: SpanFilter): boolean {
  return text.trim() !== "" || type !== undefined || hasFailed || minDurationMs > 0;
}

/** The spans that match; undefined where the filter asks for nothing. */
export function toMatches(tree: SpanTree, times: SpanTimes, filter: SpanFilter): SpanMatches | undefined {
  if (!isFiltering(filter)) return undefined;
  const { nodes } = tree;
  const hasText = toTextTest(filter.text.trim().toLowerCase());
  const places: number[] = [];
  const kept = new Set<number>();
  for (let place = 0; place < nodes.length; place++) {
    const digest = nodes[place]?.digest;
    if (digest === undefined) break;
    const { name, type, model, status } = digest;
    if (filter.hasFailed && status !== "ERROR") continue;
    if (filter.type !== undefined && type !== filter.type) continue;
    if (valueAt(times.endMs, place) - valueAt(times.startMs, place) < filter.minDurationMs) continue;
    if (!hasText(name) && !hasText(type) && !(model !== undefined && hasText(model))) continue;
    places.push(place);
    for (let up = place; up >= 0 && !kept.has(up); up = nodes[up]?.parent ?? -1) kept.add(up);
  }
  return { places, kept };
}

/** Whether fields have a text in lower case in them. Spans are many, their names few: each is looked at once. */
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

/** The spans in which matches lie: what has to be expanded for all of them to be seen. */
export function toSpansAround({ nodes }: SpanTree, { places, kept }: SpanMatches): string[] {
  const parents = new Set<number>();
  for (const place of places) {
    for (let up = nodes[place]?.parent ?? -1; up >= 0 && !parents.has(up); up = nodes[up]?.parent ?? -1) {
      parents.add(up);
    }
  }
  return [...kept].flatMap((place) => (parents.has(place) ? (nodes[place]?.digest.spanId ?? []) : []));
}

/** The match after (or before) a place, around the end to the other; undefined where there is none. */
export function toNextMatch(places: readonly number[], from: number, step: 1 | -1): number | undefined {
  if (step === 1) return places.find((place) => place > from) ?? places[0];
  return places.findLast((place) => place < from) ?? places.at(-1);
}

/** The types of a tree's spans with how many there are of each, the most frequent first. */
export function countTypes({ nodes }: SpanTree): readonly (readonly [type: string, count: number])[] {
  const counts = new Map<string, { count: number }>();
  for (const { digest } of nodes) {
    const known = counts.get(digest.type);
    if (known) known.count++;
    else counts.set(digest.type, { count: 1 });
  }
  const pairs = Array.from(counts, ([type, { count }]) => [type, count] as const);
  return pairs.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Least durations to choose from: round, below that of the whole, the longest first. */
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
