import { useMemo, useRef, useState } from "preact/hooks";
import { formatDuration } from "../derive/format.js";
import { toMinimap } from "../derive/minimap.js";
import type { SpanTimes } from "../derive/span-times.js";
import type { SpanTree } from "../derive/span-tree.js";
import { toRange, type TimeRange } from "../derive/time-range.js";
import { toTypeTone, type TypeTone } from "../design/tokens.js";
import { IconButton } from "../parts/icon-button.js";

interface MinimapProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  readonly durationMs: number;
  readonly range: TimeRange | undefined;
  readonly onRange: (range: TimeRange | undefined) => void;
}

/** A drag this short is a click. */
const clickPx = 3;
const keySteps = 50;

/** The whole trace in a strip, on which a part of its time is chosen: by a drag, or by the handles at both ends. */
export function Minimap({ tree, times, durationMs, range, onRange }: MinimapProps) {
  const strip = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly clientX: number; readonly fromMs: number } | undefined>(undefined);
  const [draft, setDraft] = useState<TimeRange | undefined>(undefined);
  const { columns, lanes, layers } = useMemo(
    () =>
      toMinimap<TypeTone | "failed">(
        tree,
        times,
        durationMs,
        (place) => toTone(tree, place),
        (tone) => tone === "failed",
      ),
    [tree, times, durationMs],
  );
  const whole = { startMs: 0, endMs: durationMs };
  const shown = draft ?? range ?? whole;

  function toMs(clientX: number): number {
    const { left = 0, width = 1 } = strip.current?.getBoundingClientRect() ?? {};
    return ((clientX - left) / Math.max(1, width)) * durationMs;
  }

  /** Begins to draw a range of which one end stays. */
  function beginDrag(event: PointerEvent, fromMs: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    strip.current?.setPointerCapture(event.pointerId);
    drag.current = { clientX: event.clientX, fromMs };
  }

  function endDrag(): void {
    drag.current = undefined;
    if (draft) onRange(draft);
    setDraft(undefined);
  }

  function moveHandle(key: string, end: keyof TimeRange): boolean {
    const stepMs = (shown.endMs - shown.startMs) / keySteps;
    const target = {
      ArrowLeft: shown[end] - stepMs,
      ArrowRight: shown[end] + stepMs,
      Home: 0,
      End: durationMs,
    }[key];
    if (key === "Escape" || key === "0") onRange(undefined);
    else if (target === undefined) return false;
    else onRange(toRange(target, end === "startMs" ? shown.endMs : shown.startMs, durationMs));
    return true;
  }

  const handle = (end: keyof TimeRange, label: string) => (
    <span
      class={`minimap-handle ${end === "startMs" ? "at-start" : "at-end"}`}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={durationMs}
      aria-valuenow={shown[end]}
      aria-valuetext={formatDuration(shown[end])}
      style={{ left: toPercent(shown[end], durationMs) }}
      onPointerDown={(event) => beginDrag(event, shown[end === "startMs" ? "endMs" : "startMs"])}
      onKeyDown={(event) => {
        if (!moveHandle(event.key, end)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );

  return (
    <div class="minimap" role="group" aria-label="Zoom">
      <div
        class="minimap-strip"
        ref={strip}
        title={range ? undefined : "Drag to zoom"}
        onPointerDown={(event) => beginDrag(event, toMs(event.clientX))}
        onPointerMove={(event) => {
          const { current } = drag;
          if (!current || (!draft && Math.abs(event.clientX - current.clientX) < clickPx)) return;
          setDraft(toRange(current.fromMs, toMs(event.clientX), durationMs));
        }}
        onPointerUp={endDrag}
        onPointerCancel={() => {
          drag.current = undefined;
          setDraft(undefined);
        }}
        onDblClick={() => onRange(undefined)}
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
        <span class="minimap-shade" style={{ left: 0, width: toPercent(shown.startMs, durationMs) }} />
        <span class="minimap-shade" style={{ left: toPercent(shown.endMs, durationMs), right: 0 }} />
        {handle("startMs", "Start of what is shown")}
        {handle("endMs", "End of what is shown")}
      </div>
      {range && (
        <span class="minimap-reset">
          <span class="faint">{formatDuration(shown.endMs - shown.startMs)}</span>
          <IconButton icon="reset" label="Show all of the time" onClick={() => onRange(undefined)} />
        </span>
      )}
    </div>
  );
}

function toTone({ nodes }: SpanTree, place: number): TypeTone | "failed" {
  const digest = nodes[place]?.digest;
  return digest?.status === "ERROR" ? "failed" : toTypeTone(digest?.type ?? "");
}

function toPercent(ms: number, durationMs: number): string {
  return `${((ms / durationMs) * 100).toFixed(3)}%`;
}
