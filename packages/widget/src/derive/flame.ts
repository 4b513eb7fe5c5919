import { valueAt, type SpanTimes } from "./span-times.js";
import { childrenOf, type SpanTree } from "./span-tree.js";

/** A box of a flame graph: a span, or all spans that were called in the same way. */
export interface FlameFrame {
  /** The spans' places in the tree; one or more. */
  readonly places: readonly number[];
  /** Left and right, in milliseconds from the graph's left. */
  readonly startMs: number;
  readonly endMs: number;
  /** How far down, from 0. */
  readonly lane: number;
  /** The index of the frame above that it belongs to; -1 for a root. */
  readonly parent: number;
  /** The sum over all its spans. */
  readonly totalMs: number;
  readonly selfMs: number;
}

export interface Flame {
  /** Parents come before their children. */
  readonly frames: readonly FlameFrame[];
  /** The frames of each lane, from left to right; they do not overlap. */
  readonly lanes: readonly (readonly number[])[];
  /** The frame of a place in the tree. */
  readonly frameOf: Int32Array;
  readonly lengthMs: number;
}

/**
 * Spans in order of time, with what they called below them. Spans that ran at the same time are one below the other, each with
 * all that it called, in as few rows as possible.
 */
export function toTimeFlame(tree: SpanTree, { startMs, endMs, selfMs }: SpanTimes, lengthMs: number): Flame {
  const { count, parents } = tree;
  /** The start and end of a span with all that it called. If two machines' clocks differ, a child may begin before its parent. */
  const wholeStartMs = Float64Array.from(startMs);
  const wholeEndMs = Float64Array.from(endMs);
  const height = new Int32Array(count).fill(1);
  /** How many lanes below its parent. */
  const offset = new Int32Array(count).fill(1);
  for (let place = count - 1; place >= -1; place--) {
    const tracks = toTracks(childrenOf(tree, place), wholeStartMs, wholeEndMs);
    let below = place < 0 ? 0 : 1;
    for (const track of tracks) {
      let most = 0;
      for (const child of track) {
        offset[child] = below;
        most = Math.max(most, height[child] ?? 1);
        if (place < 0) continue;
        wholeStartMs[place] = Math.min(valueAt(wholeStartMs, place), valueAt(wholeStartMs, child));
        wholeEndMs[place] = Math.max(valueAt(wholeEndMs, place), valueAt(wholeEndMs, child));
      }
      below += most;
    }
    if (place >= 0) height[place] = below;
  }
  const frames: FlameFrame[] = [];
  for (const [place, parent] of parents.entries()) {
    const lane = (frames[parent]?.lane ?? 0) + (offset[place] ?? 0);
    const [start, end] = [valueAt(startMs, place), valueAt(endMs, place)];
    frames.push({
      places: [place],
      startMs: start,
      endMs: end,
      lane,
      parent,
      totalMs: end - start,
      selfMs: valueAt(selfMs, place),
    });
  }
  return toFlame(frames, Int32Array.from(parents.keys()), lengthMs);
}

/**
 * Spans with the same path from the root (names and types) as one frame, the widest on the left. Its width is their self time
 * plus the widths of what they called: calls that ran at the same time are counted in full.
 */
export function toHeavyFlame(
  { count, digestAt, parents }: SpanTree,
  { startMs, endMs, selfMs }: SpanTimes,
): Flame {
  interface Draft {
    readonly places: number[];
    readonly parent: number;
    readonly children: number[];
    totalMs: number;
    selfMs: number;
    widthMs: number;
  }
  const drafts: Draft[] = [];
  const frameOf = new Int32Array(count);
  const known = new Map<string, number>();
  const roots: number[] = [];
  for (const [place, parentPlace] of parents.entries()) {
    const digest = digestAt(place);
    const parent = parentPlace < 0 ? -1 : (frameOf[parentPlace] ?? -1);
    const key = `${parent} ${digest?.type}\0${digest?.name}`;
    let index = known.get(key);
    if (index === undefined) {
      index = drafts.push({ places: [], parent, children: [], totalMs: 0, selfMs: 0, widthMs: 0 }) - 1;
      known.set(key, index);
      (drafts[parent]?.children ?? roots).push(index);
    }
    frameOf[place] = index;
    const draft = drafts[index];
    if (draft === undefined) continue;
    draft.places.push(place);
    draft.totalMs += valueAt(endMs, place) - valueAt(startMs, place);
    draft.selfMs += valueAt(selfMs, place);
  }
  for (let index = drafts.length - 1; index >= 0; index--) {
    const draft = drafts[index];
    if (draft === undefined) continue;
    draft.widthMs += draft.selfMs;
    const parent = drafts[draft.parent];
    if (parent) parent.widthMs += draft.widthMs;
  }
  const byWidth = (a: number, b: number) => (drafts[b]?.widthMs ?? 0) - (drafts[a]?.widthMs ?? 0) || a - b;
  const left = new Float64Array(drafts.length);
  const lane = new Int32Array(drafts.length);
  const lengthMs = place(roots, 0, 0);
  for (const [index, { children }] of drafts.entries()) {
    place(children, valueAt(left, index), (lane[index] ?? 0) + 1);
  }

  /** Places frames side by side and returns their right end. */
  function place(siblings: number[], fromMs: number, inLane: number): number {
    let at = fromMs;
    for (const index of siblings.sort(byWidth)) {
      left[index] = at;
      lane[index] = inLane;
      at += drafts[index]?.widthMs ?? 0;
    }
    return at;
  }

  const frames = drafts.map(({ places, parent, totalMs, selfMs: self, widthMs }, index) => ({
    places,
    startMs: valueAt(left, index),
    endMs: valueAt(left, index) + widthMs,
    lane: lane[index] ?? 0,
    parent,
    totalMs,
    selfMs: self,
  }));
  return toFlame(frames, frameOf, Math.max(lengthMs, Number.MIN_VALUE));
}

/** Siblings in as few rows as possible without overlap, the first rows first. */
function toTracks(siblings: readonly number[], startMs: Float64Array, endMs: Float64Array): number[][] {
  const tracks: number[][] = [];
  const trackOf = new Map<number, number>();
  const byEnd = siblings.toSorted((a, b) => valueAt(endMs, a) - valueAt(endMs, b));
  /** Rows that are free again, in descending order. */
  const free: number[] = [];
  let over = 0;
  for (const place of siblings.toSorted((a, b) => valueAt(startMs, a) - valueAt(startMs, b))) {
    const start = valueAt(startMs, place);
    for (; over < byEnd.length && valueAt(endMs, byEnd[over] ?? -1) <= start; over++) {
      const track = trackOf.get(byEnd[over] ?? -1);
      if (track === undefined) break; // It has no length and is not placed yet.
      let at = free.length;
      while (at > 0 && (free[at - 1] ?? 0) < track) at--;
      free.splice(at, 0, track);
    }
    const track = free.pop() ?? tracks.push([]) - 1;
    tracks[track]?.push(place);
    trackOf.set(place, track);
  }
  return tracks;
}

function toFlame(frames: readonly FlameFrame[], frameOf: Int32Array, lengthMs: number): Flame {
  const lanes: number[][] = [];
  for (const [index, { lane }] of frames.entries()) (lanes[lane] ??= []).push(index);
  for (const lane of lanes) lane.sort((a, b) => (frames[a]?.startMs ?? 0) - (frames[b]?.startMs ?? 0));
  return { frames, lanes, frameOf, lengthMs };
}

/** The frame at a time in a lane; undefined if there is none. Frames no wider than `slackMs` are also found nearby. */
export function findFrame(
  { frames, lanes }: Flame,
  lane: number,
  ms: number,
  slackMs: number,
): number | undefined {
  const row = lanes[lane] ?? [];
  const next = firstEndingAfter(frames, row, ms - slackMs);
  const found = row[next];
  return found !== undefined && (frames[found]?.startMs ?? Infinity) <= ms + slackMs ? found : undefined;
}

/** The index in a lane of the first frame that ends after a time. */
export function firstEndingAfter(frames: readonly FlameFrame[], row: readonly number[], ms: number): number {
  let [low, high] = [0, row.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[row[middle] ?? -1]?.endMs ?? 0) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where an arrow key leads from a frame: up to its caller, down to what it called first, left and right in its lane. */
export function toFlameMove({ frames, lanes }: Flame, from: number, key: string): number | undefined {
  const frame = frames[from];
  if (frame === undefined) return frames.length > 0 ? 0 : undefined;
  const row = lanes[frame.lane] ?? [];
  switch (key) {
    case "ArrowUp":
      return frame.parent < 0 ? undefined : frame.parent;
    case "ArrowDown": {
      const children = frames.flatMap(({ parent }, index) => (parent === from ? index : []));
      return children.sort((a, b) => (frames[a]?.startMs ?? 0) - (frames[b]?.startMs ?? 0))[0];
    }
    case "ArrowLeft":
      return row[row.indexOf(from) - 1];
    case "ArrowRight":
      return row[row.indexOf(from) + 1];
    case "Home":
      return 0;
    default:
      return undefined;
  }
}
