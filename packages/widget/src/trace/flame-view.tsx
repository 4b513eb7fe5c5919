import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { findFrame, toFlameMove, toHeavyFlame, toTimeFlame } from "../derive/flame.js";
import { formatCount } from "../derive/format.js";
import type { SpanMatches } from "../derive/span-filter.js";
import type { SpanTimes } from "../derive/span-times.js";
import type { SpanTree } from "../derive/span-tree.js";
import { toRangeAround, type TimeRange } from "../derive/time-range.js";
import { toTypeTone } from "../design/tokens.js";
import { useDrawing } from "../parts/use-drawing.js";
import { useSize } from "../parts/use-size.js";
import { useStyles } from "../parts/use-styles.js";
import { drawFlame, lanePx } from "./draw-flame.js";
import { FlameColors, readColors } from "./flame-colors.js";
import { flameStyles } from "./flame-styles.js";
import { describeFrame, FlameTip } from "./flame-tip.js";
import { FlameTools } from "./flame-tools.js";
import { toKeyRange, toWheelRange } from "./zoom.js";

interface FlameViewProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  readonly durationMs: number;
  /** undefined while all of the time is shown. */
  readonly range: TimeRange | undefined;
  readonly matches: SpanMatches | undefined;
  readonly selectedId: string | undefined;
  /** Called once it is there. */
  readonly onReady: () => void;
  readonly onSelect: (spanId: string) => void;
  readonly onRange: (range: TimeRange | undefined) => void;
  readonly onEscape: () => void;
  /** Handles a key that means something outside the picture; true if it did. */
  readonly onShortcut: (key: string) => boolean;
}

/** How far beside a narrow box the pointer may be, in pixels. */
const slackPx = 3;

/** All spans in one picture: in order of time, or with those called in the same way merged, the heaviest on the left. */
export function FlameView(props: FlameViewProps) {
  const { tree, times, durationMs, matches, selectedId, onSelect, onEscape, onShortcut } = props;
  const { digestAt } = tree;
  const [isHeavy, setHeavy] = useState(false);
  const [heavyRange, setHeavyRange] = useState<TimeRange | undefined>(undefined);
  const [hovered, setHovered] = useState<{ frame: number; x: number; y: number } | undefined>(undefined);
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  // Before measuring, because the styles determine its height.
  useStyles(frame, flameStyles);
  const size = useSize(scroller, { widthPx: 700, heightPx: 400 });
  const { heightPx } = size;

  const flame = useMemo(
    () => (isHeavy ? toHeavyFlame(tree, times) : toTimeFlame(tree, times, durationMs)),
    [isHeavy, tree, times, durationMs],
  );
  const { frames, frameOf, lanes, lengthMs } = flame;
  const chosenRange = isHeavy ? heavyRange : props.range;
  const range = useMemo(() => chosenRange ?? { startMs: 0, endMs: lengthMs }, [chosenRange, lengthMs]);
  const rangeMs = range.endMs - range.startMs;
  const setRange = isHeavy ? setHeavyRange : props.onRange;
  const selectedPlace = selectedId === undefined ? undefined : tree.indexOf.get(selectedId);
  const selected = selectedPlace === undefined ? undefined : frameOf[selectedPlace];
  const matching = useMemo(() => matches && new Set(matches.places), [matches]);
  const firstOf = (index: number) => digestAt(frames[index]?.places[0] ?? -1);
  const labelOf = (index: number) => firstOf(index)?.name ?? "";

  const redraw = useDrawing(canvas, size, (context) => {
    const colorNamed = readColors(frame.current);
    drawFlame(context, {
      flame,
      range,
      ...size,
      topPx: scroller.current?.scrollTop ?? 0,
      labelOf,
      selected,
      inkColor: colorNamed("ink"),
      backColor: colorNamed("back"),
      colorOf(index) {
        const places = frames[index]?.places ?? [];
        const isSought = !matching || places.some((place) => matching.has(place));
        if (!isSought) return colorNamed("dim");
        const hasFailed = places.some((place) => digestAt(place)?.status === "ERROR");
        return colorNamed(hasFailed ? "failed" : toTypeTone(firstOf(index)?.type ?? ""));
      },
    });
  });
  useLayoutEffect(props.onReady, []);

  // Scrolls to what was selected elsewhere.
  useLayoutEffect(() => {
    const { current } = scroller;
    const lane = frames[selected ?? -1]?.lane;
    if (!current || lane === undefined) return;
    const top = lane * lanePx;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + lanePx > current.scrollTop + heightPx) current.scrollTop = top + lanePx - heightPx;
  }, [selected, flame]);

  function frameAt(event: MouseEvent): number | undefined {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || !scroller.current) return undefined;
    const ms = range.startMs + ((event.clientX - box.left) / box.width) * rangeMs;
    const lane = Math.floor((event.clientY - box.top + scroller.current.scrollTop) / lanePx);
    return findFrame(flame, lane, ms, (slackPx / box.width) * rangeMs);
  }

  function select(index: number | undefined): void {
    const spanId = firstOf(index ?? -1)?.spanId;
    if (spanId !== undefined) onSelect(spanId);
  }

  const zoomed = { wholeMs: lengthMs, range, isZoomed: chosenRange !== undefined };

  function onWheel(event: WheelEvent): void {
    const next = toWheelRange(event, canvas.current?.getBoundingClientRect(), zoomed);
    if (next === undefined) return;
    setRange(next);
    event.preventDefault();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key === "Enter" ? "z" : event.key;
    const zoom = toKeyRange(key, frames[selected ?? -1], zoomed);
    if (zoom) setRange(zoom.range);
    else if (key === "h") setHeavy(!isHeavy);
    else if (key === "Escape") onEscape();
    else if (/^(?:Arrow|Home)/.test(key)) select(toFlameMove(flame, selected ?? -1, key));
    else if (!onShortcut(key)) return;
    event.preventDefault();
  }

  const toldIndex = hovered?.frame ?? selected ?? -1;
  const told = frames[toldIndex];
  return (
    <div class="flame" ref={frame}>
      <FlameTools
        isHeavy={isHeavy}
        told={told ? describeFrame(told, labelOf(toldIndex)) : `${formatCount(frames.length)} boxes`}
        isZoomed={zoomed.isZoomed}
        onHeavy={setHeavy}
        onShowAll={() => setRange(undefined)}
      />
      <div
        class="scroller flame-scroller"
        ref={scroller}
        role="application"
        aria-label="Flame graph of the spans; arrow keys go from span to span, the tree has the same spans as text"
        tabIndex={0}
        data-focus="spans"
        onScroll={redraw}
        onKeyDown={onKeyDown}
        onWheel={onWheel}
        onClick={(event) => select(frameAt(event))}
        onDblClick={(event) => {
          const target = frames[frameAt(event) ?? -1];
          if (target) setRange(toRangeAround(target, lengthMs));
        }}
        onPointerMove={(event) => {
          const found = frameAt(event);
          const box = frame.current?.getBoundingClientRect();
          if (found === undefined || !box) setHovered(undefined);
          else setHovered({ frame: found, x: event.clientX - box.left, y: event.clientY - box.top });
        }}
        onPointerLeave={() => setHovered(undefined)}
      >
        <canvas ref={canvas} class="flame-canvas" style={{ height: `${heightPx}px` }} aria-hidden />
        <div style={{ height: `${Math.max(0, lanes.length * lanePx - heightPx)}px` }} />
      </div>
      {hovered && told && <FlameTip {...hovered} {...size} frame={told} span={firstOf(toldIndex)} />}
      <FlameColors />
    </div>
  );
}
