import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { findFrame, toFlameMove, toHeavyFlame, toTimeFlame } from "../derive/flame.js";
import { formatCount, formatDuration } from "../derive/format.js";
import type { SpanMatches } from "../derive/span-filter.js";
import type { SpanTimes } from "../derive/span-times.js";
import type { SpanTree } from "../derive/span-tree.js";
import { toRangeAround, type TimeRange } from "../derive/time-range.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toName } from "../derive/visible-text.js";
import { toTypeTone, types, type TypeTone } from "../design/tokens.js";
import { useSize } from "../parts/use-size.js";
import { useStyles } from "../parts/use-styles.js";
import { drawFlame, lanePx } from "./draw-flame.js";
import { flameStyles } from "./flame-styles.js";
import { toKeyRange, toWheelRange } from "./zoom.js";

interface FlameViewProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  readonly durationMs: number;
  /** undefined while all of the time is shown. */
  readonly range: TimeRange | undefined;
  readonly matches: SpanMatches | undefined;
  readonly selectedId: string | undefined;
  /** Called when it is there. */
  readonly onReady: () => void;
  readonly onSelect: (spanId: string) => void;
  readonly onRange: (range: TimeRange | undefined) => void;
  readonly onEscape: () => void;
  /** A key that means something beyond the picture; whether it was taken. */
  readonly onShortcut: (key: string) => boolean;
}

/** Half of what a pointer misses a narrow box by, in pixels. */
const slackPx = 3;

/** All spans in one picture: in order of time, or those called in the same way together, the heaviest left. */
export function FlameView(props: FlameViewProps) {
  const { tree, times, durationMs, matches, selectedId, onSelect, onEscape, onShortcut } = props;
  const { digestAt } = tree;
  const [isHeavy, setHeavy] = useState(false);
  const [heavyRange, setHeavyRange] = useState<TimeRange | undefined>(undefined);
  const [hovered, setHovered] = useState<{ frame: number; x: number; y: number } | undefined>(undefined);
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  // Before it is measured, because they say how high it is.
  useStyles(frame, flameStyles);
  const { widthPx, heightPx } = useSize(scroller, { widthPx: 700, heightPx: 400 });

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
  const labelOf = (index: number) => {
    const place = frames[index]?.places[0] ?? -1;
    return digestAt(place)?.name ?? "";
  };

  const draw = useRef(() => {});
  draw.current = () => {
    const { current } = canvas;
    const context = current?.getContext?.("2d");
    const pane = scroller.current;
    if (!current || !context || !pane) return;
    const scale = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(widthPx * scale), Math.round(heightPx * scale)];
    if (current.width !== width || current.height !== height) {
      current.width = width;
      current.height = height;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const colors = readColors(frame.current);
    drawFlame(context, {
      flame,
      range,
      widthPx,
      heightPx,
      topPx: pane.scrollTop,
      labelOf,
      selected,
      inkColor: colors.get("ink") ?? "",
      backColor: colors.get("back") ?? "",
      colorOf(index) {
        const places = frames[index]?.places ?? [];
        const isSought = !matching || places.some((place) => matching.has(place));
        if (!isSought) return colors.get("dim") ?? "";
        const hasFailed = places.some((place) => digestAt(place)?.status === "ERROR");
        return colors.get(hasFailed ? "failed" : toTypeTone(digestAt(places[0] ?? -1)?.type ?? "")) ?? "";
      },
    });
  };
  useLayoutEffect(() => draw.current());
  useLayoutEffect(props.onReady, []);
  useEffect(() => {
    const redraw = () => draw.current();
    const scheme = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
    scheme?.addEventListener("change", redraw);
    return () => scheme?.removeEventListener("change", redraw);
  }, []);

  // What was selected elsewhere comes into sight.
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
    const place = frames[index ?? -1]?.places[0];
    const spanId = digestAt(place ?? -1)?.spanId;
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

  const told = frames[hovered?.frame ?? selected ?? -1];
  return (
    <div class="flame" ref={frame}>
      <div class="flame-tools">
        <span class="switch" role="group" aria-label="Order of the flame graph">
          <button type="button" aria-pressed={!isHeavy} onClick={() => setHeavy(false)}>
            By time
          </button>
          <button type="button" aria-pressed={isHeavy} onClick={() => setHeavy(true)}>
            Heaviest first
          </button>
        </span>
        <span class="flame-told" role="status">
          {told
            ? describe(
                told.places.length,
                labelOf(hovered?.frame ?? selected ?? -1),
                told.totalMs,
                told.selfMs,
              )
            : `${formatCount(frames.length)} boxes`}
        </span>
        {chosenRange && (
          <button type="button" class="link" onClick={() => setRange(undefined)}>
            Show all
          </button>
        )}
      </div>
      <div
        class="scroller flame-scroller"
        ref={scroller}
        role="application"
        aria-label="Flame graph of the spans; arrow keys go from span to span, the tree has the same spans as text"
        tabIndex={0}
        data-focus="spans"
        onScroll={() => draw.current()}
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
      {hovered && told && (
        <div
          class="flame-tip"
          aria-hidden
          style={{
            left: `${Math.min(hovered.x + 12, Math.max(0, widthPx - 240))}px`,
            top: `${hovered.y + 14}px`,
          }}
        >
          <strong>{toName(labelOf(hovered.frame), 200)}</strong>
          <span>{toTypeLabel(digestAt(told.places[0] ?? -1)?.type ?? "")}</span>
          <span>
            {formatDuration(told.totalMs)}, {formatDuration(told.selfMs)} itself
            {told.places.length > 1 && `, ${formatCount(told.places.length)} spans`}
          </span>
        </div>
      )}
      <span class="flame-colors" aria-hidden>
        {Object.keys(types).map((tone) => (
          <span key={tone} class={`tone-${tone}`} data-color={tone} />
        ))}
        <span class="flame-failed" data-color="failed" />
        <span class="flame-dim" data-color="dim" />
        <span class="flame-ink" data-color="ink" />
        <span class="flame-back" data-color="back" />
      </span>
    </div>
  );
}

type ColorName = TypeTone | "failed" | "dim" | "ink" | "back";

/** The colours as a canvas takes them: what the styles come to now, in the scheme that the page has now. */
function readColors(frame: HTMLElement | null): ReadonlyMap<ColorName, string> {
  const probes = frame?.querySelectorAll<HTMLElement>("[data-color]") ?? [];
  return new Map(
    [...probes].map((probe) => [probe.dataset["color"] as ColorName, getComputedStyle(probe).color]),
  );
}

function describe(count: number, name: string, totalMs: number, selfMs: number): string {
  const spans = count > 1 ? `, ${formatCount(count)} spans` : "";
  return `${toName(name, 120)}: ${formatDuration(totalMs)}, ${formatDuration(selfMs)} itself${spans}`;
}
