import { useRef } from "preact/hooks";

interface SplitterProps {
  /** What it resizes, in a word or two. */
  readonly label: string;
  /** Whether it is between panes side by side. */
  readonly isVertical: boolean;
  /** The pane comes after it, and grows when it moves back. */
  readonly isPaneBehind: boolean;
  /** The pane's size, in pixels. */
  readonly sizePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  /** undefined for the layout's size. */
  readonly onResize: (sizePx: number | undefined) => void;
}

const stepPx = 16;

/** The line between two panes: dragged, moved by arrow keys, or put back by a double click or Enter. */
export function Splitter(props: SplitterProps) {
  const { label, isVertical, isPaneBehind, sizePx, minPx, maxPx, onResize } = props;
  const drag = useRef<{ readonly at: number; readonly sizePx: number } | undefined>(undefined);
  const sign = isPaneBehind ? -1 : 1;
  const positionOf = (event: PointerEvent) => (isVertical ? event.clientX : event.clientY);
  const resize = (wantedPx: number) => onResize(Math.round(Math.min(maxPx, Math.max(minPx, wantedPx))));

  function onKeyDown(event: KeyboardEvent): void {
    const [back, forth] = isVertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key === back) resize(sizePx - sign * stepPx);
    else if (event.key === forth) resize(sizePx + sign * stepPx);
    else if (event.key === "Home") resize(minPx);
    else if (event.key === "End") resize(maxPx);
    else if (event.key === "Enter") onResize(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      class={`splitter ${isVertical ? "vertical" : "horizontal"}`}
      role="separator"
      tabIndex={0}
      aria-label={`Size of ${label}`}
      aria-orientation={isVertical ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(sizePx)}
      aria-valuemin={minPx}
      aria-valuemax={Math.round(Math.max(minPx, maxPx))}
      onKeyDown={onKeyDown}
      onDblClick={() => onResize(undefined)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: positionOf(event), sizePx };
      }}
      onPointerMove={(event) => {
        const { current } = drag;
        if (current) resize(current.sizePx + sign * (positionOf(event) - current.at));
      }}
      onPointerUp={() => (drag.current = undefined)}
      onPointerCancel={() => (drag.current = undefined)}
    />
  );
}
