import type { TraceState } from "@spanbook/core/model";
import { useCallback, useMemo, useRef } from "preact/hooks";
import { isCollapsed, withFolded, type Folding } from "../derive/folding.js";
import {
  ancestorsOf,
  childrenOf,
  findRow,
  toVisibleRows,
  type SpanNode,
  type SpanTree,
} from "../derive/span-tree.js";
import type { SpanMatches } from "../derive/span-filter.js";
import { valueAt, type SpanTimes } from "../derive/span-times.js";
import { toRangeTicks } from "../derive/ticks.js";
import { toRangeAround, type TimeRange } from "../derive/time-range.js";
import { toBar, type Timeline } from "../derive/timeline.js";
import { Splitter } from "../parts/splitter.js";
import { usePaperWidth } from "../parts/use-printing.js";
import { useSize } from "../parts/use-size.js";
import { useRowFocus } from "../parts/use-row-focus.js";
import { VirtualRows } from "../parts/virtual-rows.js";
import { SpanRow } from "./span-row.js";
import { TimeAxis } from "./time-axis.js";
import { toKeyRange, toWheelRange } from "./zoom.js";

interface SpanTreeGridProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  /** When the trace waited for a span. */
  readonly criticalOf: (spanId: string) => readonly TimeRange[];
  readonly timeline: Timeline;
  /** undefined while all of the time is shown. */
  readonly range: TimeRange | undefined;
  readonly traceState: TraceState;
  readonly folding: Folding;
  readonly matches: SpanMatches | undefined;
  readonly searched: string;
  /** The width of the names, in pixels; undefined for the usual share. */
  readonly namesPx: number | undefined;
  readonly selectedId: string | undefined;
  /** Puts bars under the names. */
  readonly isNarrow: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onFold: (folding: Folding) => void;
  readonly onRange: (range: TimeRange | undefined) => void;
  readonly onResizeNames: (sizePx: number | undefined) => void;
  readonly onEscape: () => void;
  /** Handles a key that means something outside the tree; true if it did. */
  readonly onShortcut: (key: string) => boolean;
}

const rowPx = 28;
const tallRowPx = 38;
const headerPx = 29;
/** A tick's label needs this much room. */
const tickPx = 68;
/** As in the styles. */
const namesShare = 0.42;
const minNamesPx = 168;
const beforeTrackPx = 100;
const afterTrackPx = 16;
/** The least width left for durations and bars. */
const restPx = 200;

/** Tree and waterfall in one: the WAI-ARIA treegrid pattern, with focus on rows; the details follow the focus. */
export function SpanTreeGrid(props: SpanTreeGridProps) {
  const { tree, times, criticalOf, timeline, traceState, folding, matches, searched } = props;
  const { selectedId, isNarrow, namesPx, onSelect, onFold, onRange, onEscape, onShortcut } = props;
  const { digestAt, nodeAt } = tree;
  const scroller = useRef<HTMLDivElement>(null);
  const { heightPx, ...size } = useSize(scroller, { widthPx: 700, heightPx: 500 });
  const widthPx = usePaperWidth(size.widthPx);
  const rows = useMemo(() => toVisibleRows(tree, folding, matches?.kept), [tree, folding, matches]);
  const rowHeightPx = isNarrow ? tallRowPx : rowPx;

  // As in the styles: names, durations and gaps beside, or only the margins.
  const shownNamesPx = Math.min(widthPx - restPx, namesPx ?? Math.max(minNamesPx, widthPx * namesShare));
  const trackPx = Math.max(
    60,
    isNarrow ? widthPx - 24 : widthPx - shownNamesPx - beforeTrackPx - afterTrackPx,
  );
  const wholeMs = timeline.durationMs;
  const range = useMemo(() => props.range ?? { startMs: 0, endMs: wholeMs }, [props.range, wholeMs]);
  const rangeMs = range.endMs - range.startMs;
  const ticks = useMemo(
    () => toRangeTicks(range, Math.max(2, Math.floor(trackPx / tickPx))),
    [range, trackPx],
  );
  const tickMs = ticks[1]?.offsetMs ?? rangeMs;

  const keyOf = useCallback((row: number) => digestAt(rows[row] ?? -1)?.spanId ?? "", [tree, rows]);
  // A span that is not shown is represented by its nearest visible ancestor.
  const indexOf = useCallback(
    (spanId: string) => {
      const place = tree.indexOf.get(spanId);
      if (place === undefined) return -1;
      const around = [place, ...ancestorsOf(tree, place)];
      return findRow(rows, around.find((other) => findRow(rows, other) >= 0) ?? -1);
    },
    [tree, rows],
  );
  const rowList = { scroller, count: rows.length, rowHeightPx, keyOf, indexOf };
  // The details take some of the height.
  const focus = useRowFocus({ ...rowList, headerPx, selectedKey: selectedId, heightPx });
  const { activeIndex } = focus;
  const zoomed = { wholeMs, range, isZoomed: props.range !== undefined };

  function moveTo(row: number): void {
    const target = digestAt(rows[row] ?? -1);
    if (target === undefined) return;
    focus.goTo(row);
    if (target.spanId !== selectedId) onSelect(target.spanId);
  }

  function onWheel(event: WheelEvent): void {
    const track = scroller.current?.querySelector(".axis")?.getBoundingClientRect();
    const next = toWheelRange(event, track, zoomed);
    if (next === undefined) return;
    onRange(next);
    event.preventDefault();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const place = rows[activeIndex] ?? -1;
    const node = nodeAt(place);
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key, place, node) || onShortcut(event.key)) event.preventDefault();
  }

  /** Returns whether the key means something here. */
  function act(key: string, place: number, node: SpanNode): boolean {
    const isExpanded = node.childCount > 0 && !isCollapsed(tree, folding, place);
    switch (key) {
      case "ArrowRight":
        if (isExpanded) moveTo(activeIndex + 1);
        else if (node.childCount > 0) fold([place], false);
        return true;
      case "ArrowLeft":
        if (isExpanded) fold([place], true);
        else if (node.parent >= 0) moveTo(findRow(rows, node.parent));
        return true;
      case "Enter":
      case " ":
        onSelect(node.digest.spanId);
        return true;
      case "*":
        fold(childrenOf(tree, node.parent), false);
        return true;
      case "Escape":
        onEscape();
        return true;
      default: {
        const zoom = toKeyRange(key, toSpanRange(times, place), zoomed);
        if (zoom) onRange(zoom.range);
        const row = focus.toMove(key);
        if (row !== undefined) moveTo(row);
        return (zoom ?? row) !== undefined;
      }
    }
  }

  function fold(places: readonly number[], areCollapsed: boolean): void {
    onFold(withFolded(tree, folding, places, areCollapsed));
  }

  return (
    <div class="tree-frame">
      {!isNarrow && (
        <span
          class="tick-lines"
          style={{
            left: `${shownNamesPx + beforeTrackPx}px`,
            width: `${trackPx}px`,
            backgroundSize: `${(tickMs / rangeMs) * trackPx}px`,
          }}
        />
      )}
      <div
        class={`scroller tree${isNarrow ? " narrow" : ""}`}
        ref={scroller}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length + 1}
        style={namesPx === undefined ? {} : { "--names": `${shownNamesPx}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={focus.onFocusIn}
        onWheel={onWheel}
      >
        <div class="span-head" role="row" aria-rowindex={1}>
          <span role="columnheader">Span</span>
          <span role="columnheader" class="number">
            Duration
          </span>
          <span role="columnheader" class="axis-cell">
            <span class="unseen">Timeline</span>
            <TimeAxis ticks={ticks} durationMs={rangeMs} widthPx={trackPx} />
          </span>
        </div>
        <VirtualRows
          {...rowList}
          activeIndex={activeIndex}
          renderRow={(row) => {
            const place = rows[row] ?? -1;
            const node = nodeAt(place);
            return (
              node && (
                <SpanRow
                  node={node}
                  rowIndex={row + 2}
                  bar={toBar(node.digest, timeline)}
                  selfMs={valueAt(times.selfMs, place)}
                  range={range}
                  critical={criticalOf(node.digest.spanId)}
                  traceState={traceState}
                  isContext={matches?.kept[place] === 1}
                  searched={searched}
                  isCollapsed={isCollapsed(tree, folding, place)}
                  isSelected={node.digest.spanId === selectedId}
                  isActive={row === activeIndex}
                  onSelect={onSelect}
                  onToggle={(areCollapsed) => fold([place], areCollapsed)}
                  onZoom={() => onRange(toRangeAround(toSpanRange(times, place), wholeMs))}
                />
              )
            );
          }}
        />
      </div>
      {!isNarrow && (
        <span class="names-splitter" style={{ left: `${shownNamesPx}px` }}>
          <Splitter
            label="the names"
            isVertical
            isPaneBehind={false}
            sizePx={shownNamesPx}
            minPx={100}
            maxPx={widthPx - restPx}
            onResize={props.onResizeNames}
          />
        </span>
      )}
    </div>
  );
}

function toSpanRange({ startMs, endMs }: SpanTimes, place: number): TimeRange {
  return { startMs: valueAt(startMs, place), endMs: valueAt(endMs, place) };
}
