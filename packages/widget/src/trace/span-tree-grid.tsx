import type { TraceState } from "@spanbook/core/model";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toListKeyMove } from "../derive/keys.js";
import { childrenOf, findRow, toVisibleRows, type SpanNode, type SpanTree } from "../derive/span-tree.js";
import type { SpanMatches } from "../derive/span-filter.js";
import { valueAt, type SpanTimes } from "../derive/span-times.js";
import { toRangeTicks } from "../derive/ticks.js";
import { shiftRange, toRangeAround, zoomRange, type TimeRange } from "../derive/time-range.js";
import { toBar, type Timeline } from "../derive/timeline.js";
import { Splitter } from "../parts/splitter.js";
import { useSize } from "../parts/use-size.js";
import { focusRow, scrollToRow, VirtualRows } from "../parts/virtual-rows.js";
import { SpanRow } from "./span-row.js";
import { TimeAxis } from "./time-axis.js";

interface SpanTreeGridProps {
  readonly tree: SpanTree;
  readonly times: SpanTimes;
  /** Where the trace waited for a span. */
  readonly criticalOf: (spanId: string) => readonly TimeRange[];
  readonly timeline: Timeline;
  /** undefined while all of the time is shown. */
  readonly range: TimeRange | undefined;
  readonly traceState: TraceState;
  readonly collapsed: ReadonlySet<string>;
  readonly matches: SpanMatches | undefined;
  readonly searched: string;
  /** Of the names, in pixels; undefined for the usual share. */
  readonly namesPx: number | undefined;
  readonly selectedId: string | undefined;
  /** Bars under the names. */
  readonly isNarrow: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onCollapse: (spanIds: readonly string[], isCollapsed: boolean) => void;
  readonly onRange: (range: TimeRange | undefined) => void;
  readonly onResizeNames: (sizePx: number | undefined) => void;
  readonly onEscape: () => void;
  /** A key that means something beyond the tree; whether it was taken. */
  readonly onShortcut: (key: string) => boolean;
}

const rowPx = 28;
const tallRowPx = 38;
const headerPx = 29;
/** A tick's label needs this much room. */
const tickPx = 68;
/** As the styles have them. */
const namesShare = 0.42;
const leastNamesPx = 168;
const besideTrackPx = 116;
/** What is left at least for durations and bars. */
const restPx = 200;

/** Tree and waterfall in one: the WAI-ARIA treegrid pattern, focus on rows, the details follow the focus. */
export function SpanTreeGrid(props: SpanTreeGridProps) {
  const { tree, times, criticalOf, timeline, traceState, collapsed, matches, searched } = props;
  const { selectedId, isNarrow, namesPx, onSelect, onCollapse, onRange, onEscape, onShortcut } = props;
  const { digestAt, nodeAt } = tree;
  const scroller = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(scroller, { widthPx: 700, heightPx: 500 });
  const rows = useMemo(() => toVisibleRows(tree, collapsed, matches?.kept), [tree, collapsed, matches]);
  const [focusedId, setFocusedId] = useState<string | undefined>(undefined);
  const rowHeightPx = isNarrow ? tallRowPx : rowPx;

  // As the styles have it: names, durations and gaps beside, or only the margins.
  const shownNamesPx = Math.min(widthPx - restPx, namesPx ?? Math.max(leastNamesPx, widthPx * namesShare));
  const trackPx = Math.max(60, isNarrow ? widthPx - 24 : widthPx - shownNamesPx - besideTrackPx);
  const wholeMs = timeline.durationMs;
  const range = useMemo(() => props.range ?? { startMs: 0, endMs: wholeMs }, [props.range, wholeMs]);
  const rangeMs = range.endMs - range.startMs;
  const ticks = useMemo(
    () => toRangeTicks(range, Math.max(2, Math.floor(trackPx / tickPx))),
    [range, trackPx],
  );
  const tickShare = ((ticks[1]?.offsetMs ?? rangeMs) / rangeMs) * 100;

  const activeId = focusedId ?? selectedId;
  const activeRow = Math.max(0, findRow(tree, rows, activeId));
  const keyOf = useCallback((row: number) => digestAt(rows[row] ?? -1)?.spanId ?? "", [tree, rows]);

  // A span that was selected elsewhere comes into sight, and stays there when the details take some of the room.
  useLayoutEffect(() => {
    if (selectedId === undefined || scroller.current === null) return;
    const row = findRow(tree, rows, selectedId);
    if (row >= 0) scrollToRow(scroller.current, row, rowHeightPx, headerPx);
    setFocusedId(selectedId);
  }, [selectedId, rowHeightPx, heightPx]);

  // Focus that was moved by a key lands as soon as the row is drawn.
  const isMoving = useRef(false);
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    if (scroller.current && focusedId !== undefined) focusRow(scroller.current, focusedId);
  }, [focusedId]);

  function moveTo(row: number): void {
    const target = digestAt(rows[row] ?? -1);
    if (target === undefined || scroller.current === null) return;
    scrollToRow(scroller.current, row, rowHeightPx, headerPx);
    if (target.spanId === activeId && selectedId === activeId) return;
    isMoving.current = true;
    setFocusedId(target.spanId);
    onSelect(target.spanId);
  }

  function zoom(factor: number, aroundMs: number): void {
    onRange(zoomRange(range, factor, aroundMs, wholeMs));
  }

  function zoomTo(place: number): void {
    onRange(toRangeAround(toSpanRange(times, place), wholeMs));
  }

  function onWheel(event: WheelEvent): void {
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const track = scroller.current?.querySelector(".axis")?.getBoundingClientRect();
    if (!track || track.width === 0) return;
    if (event.ctrlKey) {
      const share = Math.min(1, Math.max(0, (event.clientX - track.left) / track.width));
      zoom(Math.exp(clampWheel(event.deltaY) * wheelZoom), range.startMs + share * rangeMs);
    } else if (isSideways && props.range) {
      const deltaPx = event.deltaX === 0 ? event.deltaY : event.deltaX;
      onRange(shiftRange(range, (deltaPx / track.width) * rangeMs, wholeMs));
    } else return;
    event.preventDefault();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const node = nodeAt(rows[activeRow] ?? -1);
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key, node) || onShortcut(event.key)) event.preventDefault();
  }

  /** Whether the key means something here. */
  function act(key: string, node: SpanNode): boolean {
    const { spanId } = node.digest;
    const isExpanded = node.childCount > 0 && !collapsed.has(spanId);
    switch (key) {
      case "ArrowRight":
        if (isExpanded) moveTo(activeRow + 1);
        else if (node.childCount > 0) onCollapse([spanId], false);
        return true;
      case "ArrowLeft":
        if (isExpanded) onCollapse([spanId], true);
        else if (node.parent >= 0) moveTo(rows.indexOf(node.parent));
        return true;
      case "Enter":
      case " ":
        onSelect(spanId);
        return true;
      case "+":
      case "=":
      case "-": {
        const { startMs, endMs } = toSpanRange(times, tree.indexOf.get(spanId) ?? 0);
        const aroundMs = Math.min(range.endMs, Math.max(range.startMs, (startMs + endMs) / 2));
        zoom(key === "-" ? 2 : 0.5, aroundMs);
        return true;
      }
      case "0":
        onRange(undefined);
        return true;
      case "z":
        zoomTo(tree.indexOf.get(spanId) ?? 0);
        return true;
      case "*":
        onCollapse(siblingsOf(node), false);
        return true;
      case "Escape":
        onEscape();
        return true;
      default: {
        const pageRows = Math.floor(((scroller.current?.clientHeight ?? 0) - headerPx) / rowHeightPx) - 1;
        const row = toListKeyMove(key, activeRow, rows.length, Math.max(1, pageRows));
        if (row !== undefined) moveTo(row);
        return row !== undefined;
      }
    }
  }

  function siblingsOf({ parent }: SpanNode): string[] {
    return childrenOf(tree, parent).flatMap((place) => digestAt(place)?.spanId ?? []);
  }

  return (
    <div class="tree-frame">
      <div
        class={`scroller tree${isNarrow ? " narrow" : ""}`}
        ref={scroller}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length + 1}
        style={{
          "--tick": `${tickShare}%`,
          ...(namesPx !== undefined && { "--names": `${shownNamesPx}px` }),
        }}
        onKeyDown={onKeyDown}
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
          scroller={scroller}
          count={rows.length}
          rowHeightPx={rowHeightPx}
          keyOf={keyOf}
          indexOf={(key) => findRow(tree, rows, key)}
          activeIndex={activeRow}
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
                  isCollapsed={collapsed.has(node.digest.spanId)}
                  isSelected={node.digest.spanId === selectedId}
                  isActive={row === activeRow}
                  onSelect={(spanId) => {
                    setFocusedId(spanId);
                    onSelect(spanId);
                  }}
                  onToggle={(spanId, isCollapsed) => onCollapse([spanId], isCollapsed)}
                  onZoom={() => zoomTo(place)}
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

/** How much a pixel of the wheel zooms; mice turn by a hundred at once, touchpads by a few. */
const wheelZoom = 0.006;

function clampWheel(deltaPx: number): number {
  return Math.min(60, Math.max(-60, deltaPx));
}

function toSpanRange({ startMs, endMs }: SpanTimes, place: number): TimeRange {
  return { startMs: valueAt(startMs, place), endMs: valueAt(endMs, place) };
}
