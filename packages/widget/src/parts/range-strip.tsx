import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { toRange, type TimeRange } from "../derive/time-range.js";

interface RangeStripProps {
  /** The length of the whole; the range is relative to its start. */
  readonly wholeMs: number;
  readonly range: TimeRange | undefined;
  /** What a drag does, shown on hover. */
  readonly hint: string;
  readonly startLabel: string;
  readonly endLabel: string;
  readonly toText: (ms: number) => string;
  readonly onRange: (range: TimeRange | undefined) => void;
  /** What is drawn on it. */
  readonly children: ComponentChildren;
}

/** A drag this short is a click. */
const clickPx = 3;
const keySteps = 50;

/** A strip of time on which a part can be selected: by dragging, or by the handles at both ends; a double click resets it. */
export function RangeStrip(props: RangeStripProps) {
  const { wholeMs, range, hint, startLabel, endLabel, toText, onRange, children } = props;
  const strip = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly clientX: number; readonly fromMs: number } | undefined>(undefined);
  const [draft, setDraft] = useState<TimeRange | undefined>(undefined);
  const shown = draft ?? range ?? { startMs: 0, endMs: wholeMs };

  function toMs(clientX: number): number {
    const { left = 0, width = 1 } = strip.current?.getBoundingClientRect() ?? {};
    return ((clientX - left) / Math.max(1, width)) * wholeMs;
  }

  /** Starts drawing a range of which one end stays. */
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
      End: wholeMs,
    }[key];
    if (key === "Escape" || key === "0") onRange(undefined);
    else if (target === undefined) return false;
    else onRange(toRange(target, end === "startMs" ? shown.endMs : shown.startMs, wholeMs));
    return true;
  }

  const handle = (end: keyof TimeRange, label: string) => (
    <span
      class={`minimap-handle ${end === "startMs" ? "at-start" : "at-end"}`}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={wholeMs}
      aria-valuenow={shown[end]}
      aria-valuetext={toText(shown[end])}
      style={{ left: toPercent(shown[end], wholeMs) }}
      onPointerDown={(event) => beginDrag(event, shown[end === "startMs" ? "endMs" : "startMs"])}
      onKeyDown={(event) => {
        if (!moveHandle(event.key, end)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );

  return (
    <div
      class="minimap-strip"
      ref={strip}
      title={range ? undefined : hint}
      onPointerDown={(event) => beginDrag(event, toMs(event.clientX))}
      onPointerMove={(event) => {
        const { current } = drag;
        if (!current || (!draft && Math.abs(event.clientX - current.clientX) < clickPx)) return;
        setDraft(toRange(current.fromMs, toMs(event.clientX), wholeMs));
      }}
      onPointerUp={endDrag}
      onPointerCancel={() => {
        drag.current = undefined;
        setDraft(undefined);
      }}
      onDblClick={() => onRange(undefined)}
    >
      {children}
      <span class="minimap-shade" style={{ left: 0, width: toPercent(shown.startMs, wholeMs) }} />
      <span class="minimap-shade" style={{ left: toPercent(shown.endMs, wholeMs), right: 0 }} />
      {handle("startMs", startLabel)}
      {handle("endMs", endLabel)}
    </div>
  );
}

function toPercent(ms: number, wholeMs: number): string {
  return `${((ms / wholeMs) * 100).toFixed(3)}%`;
}
