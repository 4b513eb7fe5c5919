import { valueAt, type SpanTimes } from "./span-times.js";
import type { SpanTree } from "./span-tree.js";

/** What a minimap draws in one tone: the data of an SVG path, in units of its columns and lanes. */
export interface MinimapLayer<Tone extends string> {
  readonly tone: Tone;
  readonly path: string;
}

export interface MinimapPicture<Tone extends string> {
  readonly columns: number;
  readonly lanes: number;
  readonly layers: readonly MinimapLayer<Tone>[];
}

const columns = 480;
const maxLanes = 20;

/** An empty picture of the usual size. */
export const emptyMinimap: MinimapPicture<never> = { columns, lanes: 1, layers: [] };

/**
 * A whole tree in a small space: rows from top to bottom as in the tree, several to a lane if there are many, bars from left to
 * right. Its size is the same for 100,000 spans as for 1,000. Where spans overlap, the deeper is on top, but tones that are
 * `isLoud` above all others.
 */
export function toMinimap<Tone extends string>(
  { count }: SpanTree,
  { startMs, endMs }: SpanTimes,
  durationMs: number,
  toneOf: (place: number) => Tone,
  isLoud: (tone: Tone) => boolean,
): MinimapPicture<Tone> {
  const lanes = Math.max(1, Math.min(maxLanes, count));
  const cells: (Tone | undefined)[] = Array.from({ length: lanes * columns });
  for (let place = 0; place < count; place++) {
    const lane = Math.floor((place * lanes) / count);
    const first = toColumn(valueAt(startMs, place) / durationMs);
    const last = Math.max(first, Math.ceil((valueAt(endMs, place) / durationMs) * columns) - 1);
    const tone = toneOf(place);
    for (let column = first; column <= Math.min(last, columns - 1); column++) {
      const cell = lane * columns + column;
      const known = cells[cell];
      if (known === undefined || isLoud(tone) || !isLoud(known)) cells[cell] = tone;
    }
  }
  return { columns, lanes, layers: toLayers(cells, lanes) };
}

function toColumn(share: number): number {
  return Math.min(columns - 1, Math.max(0, Math.floor(share * columns)));
}

function toLayers<Tone extends string>(
  cells: readonly (Tone | undefined)[],
  lanes: number,
): MinimapLayer<Tone>[] {
  const paths = new Map<Tone, string[]>();
  for (let lane = 0; lane < lanes; lane++) {
    for (let column = 0; column < columns;) {
      const tone = cells[lane * columns + column];
      let end = column + 1;
      while (end < columns && cells[lane * columns + end] === tone) end++;
      if (tone !== undefined) {
        const stroke = `M${column} ${lane + 0.5}h${end - column}`;
        const path = paths.get(tone);
        if (path) path.push(stroke);
        else paths.set(tone, [stroke]);
      }
      column = end;
    }
  }
  return [...paths].map(([tone, strokes]) => ({ tone, path: strokes.join("") }));
}
