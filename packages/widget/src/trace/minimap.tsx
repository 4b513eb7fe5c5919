import { formatDuration } from "../derive/format.js";
import { emptyMinimap, toMinimap } from "../derive/minimap.js";
import { placeAt } from "../derive/place-at.js";
import type { SpanTimes } from "../derive/span-times.js";
import type { SpanTree } from "../derive/span-tree.js";
import type { TimeRange } from "../derive/time-range.js";
import { toTypeTone, type TypeTone } from "../design/tokens.js";
import { IconButton } from "../parts/icon-button.js";
import { RangeStrip } from "../parts/range-strip.js";
import { manySpans, useAfterPaint } from "../parts/use-after-paint.js";

interface MinimapProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  readonly durationMs: number;
  readonly range: TimeRange | undefined;
  readonly onRange: (range: TimeRange | undefined) => void;
}

/** The whole trace in a strip, on which the reader can select a part of its time. */
export function Minimap({ tree, times, durationMs, range, onRange }: MinimapProps) {
  const picture = useAfterPaint(
    () =>
      toMinimap<TypeTone | "failed">(
        tree,
        times,
        durationMs,
        createToneOf(tree),
        (tone) => tone === "failed",
      ),
    [tree, times, durationMs],
    tree.count > manySpans,
  );
  const { columns, lanes, layers } = picture ?? emptyMinimap;
  return (
    <div class="minimap" role="group" aria-label="Zoom">
      <RangeStrip
        wholeMs={durationMs}
        range={range}
        hint="Drag to zoom"
        startLabel="Start of the shown time"
        endLabel="End of the shown time"
        toText={formatDuration}
        onRange={onRange}
      >
        <svg viewBox={`0 0 ${columns} ${lanes}`} preserveAspectRatio="none" aria-hidden>
          {layers.map(({ tone, path }) => (
            <path
              key={tone}
              class={`minimap-bars tone-${tone}`}
              d={path}
              stroke-width={lanes > 10 ? 1 : 0.6}
            />
          ))}
        </svg>
      </RangeStrip>
      {range && (
        <span class="minimap-reset">
          <span class="faint">{formatDuration(range.endMs - range.startMs)}</span>
          <IconButton icon="reset" label="Show the whole time" onClick={() => onRange(undefined)} />
        </span>
      )}
    </div>
  );
}

/** There are few types but many spans, so each type's tone is looked up once. */
function createToneOf({ columns, orders }: SpanTree): (place: number) => TypeTone | "failed" {
  const { failed, types, typeNumbers } = columns;
  const tones = Array.from(typeNumbers.keys(), toTypeTone);
  return (place) => {
    const order = placeAt(orders, place);
    return failed[order] === 1 ? "failed" : (tones[placeAt(types, order)] ?? "unknown");
  };
}
