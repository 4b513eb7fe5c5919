import { useCallback, useMemo, useRef } from "preact/hooks";
import type { ComparedRow } from "../derive/compare-rows.js";
import { useRowFocus } from "../parts/use-row-focus.js";
import { VirtualRows } from "../parts/virtual-rows.js";
import { CompareRow, toDeltaMs } from "./compare-row.js";

interface CompareGridProps {
  readonly rows: readonly ComparedRow[];
  /** Indices of the rows to show. */
  readonly shown: readonly number[];
  readonly collapsed: ReadonlySet<string>;
  readonly selectedKey: string | undefined;
  /** Puts the times under the names. */
  readonly isNarrow: boolean;
  readonly onSelect: (key: string) => void;
  readonly onCollapse: (keys: readonly string[], isCollapsed: boolean) => void;
  /** Handles a key that means something outside the rows; true if it did. */
  readonly onShortcut: (key: string) => boolean;
}

const rowPx = 28;
const tallRowPx = 46;
const headerPx = 29;

/** The spans of both traces in one tree, with how much longer or shorter each took. */
export function CompareGrid(props: CompareGridProps) {
  const { rows, shown, collapsed, selectedKey, isNarrow, onSelect, onCollapse, onShortcut } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeightPx = isNarrow ? tallRowPx : rowPx;
  const keyOf = useCallback((index: number) => rows[shown[index] ?? -1]?.key ?? "", [rows, shown]);
  const indexOf = useCallback(
    (key: string) => shown.findIndex((place) => rows[place]?.key === key),
    [rows, shown],
  );
  const rowList = { scroller, count: shown.length, rowHeightPx, keyOf, indexOf };
  const focus = useRowFocus({ ...rowList, headerPx, selectedKey });
  const { activeIndex } = focus;
  const maxMs = useMemo(
    () => rows.reduce((most, row) => Math.max(most, Math.abs(toDeltaMs(row) ?? 0)), 0),
    [rows],
  );

  function moveTo(index: number): void {
    const row = rows[shown[index] ?? -1];
    if (!row) return;
    focus.goTo(index);
    if (row.key !== selectedKey) onSelect(row.key);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[shown[activeIndex] ?? -1];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key, row)) event.preventDefault();
  }

  function act(key: string, row: ComparedRow): boolean {
    const isExpanded = row.childCount > 0 && !collapsed.has(row.key);
    if (key === "ArrowRight") {
      if (isExpanded) moveTo(activeIndex + 1);
      else if (row.childCount > 0) onCollapse([row.key], false);
    } else if (key === "ArrowLeft") {
      if (isExpanded) onCollapse([row.key], true);
      else if (row.parent >= 0) moveTo(shown.indexOf(row.parent));
    } else if (key === "Enter" || key === " ") onSelect(row.key);
    else {
      const index = focus.toMove(key);
      if (index === undefined) return onShortcut(key);
      moveTo(index);
    }
    return true;
  }

  return (
    <div class="tree-frame">
      <div
        class={`scroller compare-grid${isNarrow ? " narrow" : ""}`}
        ref={scroller}
        role="treegrid"
        aria-label="Spans of both traces"
        aria-rowcount={shown.length + 1}
        onKeyDown={onKeyDown}
        onFocusIn={focus.onFocusIn}
      >
        <div class="compare-head" role="row" aria-rowindex={1}>
          <span role="columnheader">Span</span>
          <span role="columnheader" class="number">
            Before
          </span>
          <span role="columnheader" class="number">
            After
          </span>
          <span role="columnheader">Difference</span>
        </div>
        <VirtualRows
          {...rowList}
          activeIndex={activeIndex}
          renderRow={(index) => {
            const row = rows[shown[index] ?? -1];
            return (
              row && (
                <CompareRow
                  row={row}
                  rowIndex={index + 2}
                  maxMs={maxMs}
                  isCollapsed={collapsed.has(row.key)}
                  isSelected={row.key === selectedKey}
                  isActive={index === activeIndex}
                  onSelect={() => onSelect(row.key)}
                  onToggle={() => onCollapse([row.key], !collapsed.has(row.key))}
                />
              )
            );
          }}
        />
      </div>
    </div>
  );
}
