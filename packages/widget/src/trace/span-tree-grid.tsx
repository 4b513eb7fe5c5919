import type { TraceState } from "@spanbook/core/model";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toListKeyMove } from "../derive/keys.js";
import { toVisibleRows, type SpanNode, type SpanTree } from "../derive/span-tree.js";
import { toTicks } from "../derive/ticks.js";
import type { Timeline } from "../derive/timeline.js";
import { useSize } from "../parts/use-size.js";
import { focusRow, scrollToRow, VirtualRows } from "../parts/virtual-rows.js";
import { SpanRow } from "./span-row.js";
import { TimeAxis } from "./time-axis.js";

interface SpanTreeGridProps {
  readonly tree: SpanTree;
  readonly timeline: Timeline;
  readonly traceState: TraceState;
  readonly collapsed: ReadonlySet<string>;
  readonly selectedId: string | undefined;
  /** Bars under the names. */
  readonly isNarrow: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onCollapse: (spanIds: readonly string[], isCollapsed: boolean) => void;
  readonly onEscape: () => void;
}

const rowPx = 28;
const tallRowPx = 38;
const headerPx = 29;
/** A tick's label needs this much room. */
const tickPx = 68;

/** Tree and waterfall in one: the WAI-ARIA treegrid pattern, focus on rows, the details follow the focus. */
export function SpanTreeGrid(props: SpanTreeGridProps) {
  const { tree, timeline, traceState, collapsed, selectedId, isNarrow, onSelect, onCollapse, onEscape } =
    props;
  const { nodes } = tree;
  const scroller = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(scroller, { widthPx: 700, heightPx: 500 });
  const rows = useMemo(() => toVisibleRows(tree, collapsed), [tree, collapsed]);
  const [focusedId, setFocusedId] = useState<string | undefined>(undefined);
  const rowHeightPx = isNarrow ? tallRowPx : rowPx;

  // As the styles have it: names, durations and gaps beside, or only the margins.
  const trackPx = Math.max(60, isNarrow ? widthPx - 24 : widthPx * 0.58 - 116);
  const ticks = useMemo(
    () => toTicks(timeline.durationMs, Math.max(2, Math.floor(trackPx / tickPx))),
    [timeline.durationMs, trackPx],
  );
  const tickShare = ((ticks[1]?.offsetMs ?? timeline.durationMs) / timeline.durationMs) * 100;

  const activeId = focusedId ?? selectedId;
  const activeRow = Math.max(
    0,
    rows.findIndex((index) => nodes[index]?.digest.spanId === activeId),
  );
  const keyOf = useCallback((row: number) => nodes[rows[row] ?? -1]?.digest.spanId ?? "", [nodes, rows]);

  // A span that was selected elsewhere comes into sight, and stays there when the details take some of the room.
  useLayoutEffect(() => {
    if (selectedId === undefined || scroller.current === null) return;
    const row = rows.findIndex((index) => nodes[index]?.digest.spanId === selectedId);
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
    const target = nodes[rows[row] ?? -1];
    if (target === undefined || scroller.current === null) return;
    scrollToRow(scroller.current, row, rowHeightPx, headerPx);
    if (target.digest.spanId === activeId && selectedId === activeId) return;
    isMoving.current = true;
    setFocusedId(target.digest.spanId);
    onSelect(target.digest.spanId);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const node = nodes[rows[activeRow] ?? -1];
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key, node)) event.preventDefault();
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
    return nodes.filter((node) => node.parent === parent).map(({ digest }) => digest.spanId);
  }

  return (
    <div
      class={`scroller tree${isNarrow ? " narrow" : ""}`}
      ref={scroller}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={rows.length + 1}
      style={{ "--tick": `${tickShare}%` }}
      onKeyDown={onKeyDown}
    >
      <div class="span-head" role="row" aria-rowindex={1}>
        <span role="columnheader">Span</span>
        <span role="columnheader" class="number">
          Duration
        </span>
        <span role="columnheader" class="axis-cell" aria-label="Timeline">
          <TimeAxis ticks={ticks} durationMs={timeline.durationMs} widthPx={trackPx} />
        </span>
      </div>
      <VirtualRows
        scroller={scroller}
        count={rows.length}
        rowHeightPx={rowHeightPx}
        keyOf={keyOf}
        activeIndex={activeRow}
        renderRow={(row) => {
          const node = nodes[rows[row] ?? -1];
          return (
            node && (
              <SpanRow
                node={node}
                rowIndex={row + 2}
                timeline={timeline}
                traceState={traceState}
                isCollapsed={collapsed.has(node.digest.spanId)}
                isSelected={node.digest.spanId === selectedId}
                isActive={row === activeRow}
                onSelect={(spanId) => {
                  setFocusedId(spanId);
                  onSelect(spanId);
                }}
                onToggle={(spanId, isCollapsed) => onCollapse([spanId], isCollapsed)}
              />
            )
          );
        }}
      />
    </div>
  );
}
