import { useCallback, useMemo, useRef } from "preact/hooks";
import type { ComparedRow } from "../derive/compare-rows.js";
import { formatCount, formatDuration } from "../derive/format.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toName, toVisibleText } from "../derive/visible-text.js";
import { toTypeTone } from "../design/tokens.js";
import { Duration } from "../parts/duration.js";
import { Icon } from "../parts/icon.js";
import { Indent } from "../parts/indent.js";
import { useRowFocus } from "../parts/use-row-focus.js";
import { VirtualRows } from "../parts/virtual-rows.js";

interface CompareGridProps {
  readonly rows: readonly ComparedRow[];
  /** Places of the rows that are shown. */
  readonly shown: readonly number[];
  readonly collapsed: ReadonlySet<string>;
  readonly selectedKey: string | undefined;
  /** Times under the names. */
  readonly isNarrow: boolean;
  readonly onSelect: (key: string) => void;
  readonly onCollapse: (keys: readonly string[], isCollapsed: boolean) => void;
  /** A key that means something beyond the rows; whether it was taken. */
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
  const mostMs = useMemo(
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
                  mostMs={mostMs}
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

interface CompareRowProps {
  readonly row: ComparedRow;
  /** From 1, the head included. */
  readonly rowIndex: number;
  /** The greatest difference of all rows. */
  readonly mostMs: number;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  readonly onSelect: () => void;
  readonly onToggle: () => void;
}

const signs = { same: "", changed: "≠", added: "+", removed: "−" } as const;

function CompareRow(props: CompareRowProps) {
  const { row, rowIndex, mostMs, isCollapsed, isSelected, isActive, onSelect, onToggle } = props;
  const { beforeDigest, afterDigest, beforeMs, afterMs, change, depth, childCount } = row;
  const digest = afterDigest ?? beforeDigest;
  if (!digest) return null;
  const hasFailed = afterDigest?.status === "ERROR" || (!afterDigest && beforeDigest?.status === "ERROR");
  const deltaMs = toDeltaMs(row);
  return (
    <div
      class={`compare-row ${change} tone-${toTypeTone(digest.type)}${hasFailed ? " failed" : ""}`}
      role="row"
      data-id={row.key}
      aria-level={depth + 1}
      aria-rowindex={rowIndex}
      aria-expanded={childCount > 0 ? !isCollapsed : undefined}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      onClick={onSelect}
    >
      <span role="gridcell" class="span-name">
        <span class={`sign ${change}`} role="img" aria-label={change} title={change}>
          {signs[change]}
        </span>
        <Indent depth={depth} />
        <span
          class={childCount > 0 ? `chevron${isCollapsed ? "" : " open"}` : "no-chevron"}
          onClick={(event) => {
            event.stopPropagation();
            if (childCount > 0) onToggle();
          }}
        />
        <span class="type-icon" title={toTypeLabel(digest.type)}>
          <Icon name={toTypeTone(digest.type)} label={toTypeLabel(digest.type)} />
        </span>
        <span class="name" title={digest.name}>
          {toName(digest.name, 500)}
          {row.number !== undefined && <span class="name-number">_{row.number}</span>}
        </span>
        {beforeDigest && afterDigest && beforeDigest.name !== afterDigest.name && (
          <span class="aside">
            <span>was {toVisibleText(beforeDigest.name.slice(0, 200))}</span>
          </span>
        )}
        {hasFailed && (
          <span class="mark state-ERROR" title="failed">
            <Icon name="error" label="failed" />
          </span>
        )}
        {isCollapsed && <span class="hidden-count">{formatCount(row.descendantCount)}</span>}
      </span>
      <span role="gridcell" class="number before">
        {beforeMs === undefined ? (
          <span class="faint">{beforeDigest ? "open" : "—"}</span>
        ) : (
          <Duration ms={beforeMs} />
        )}
      </span>
      <span role="gridcell" class="number">
        {afterMs === undefined ? (
          <span class="faint">{afterDigest ? "open" : "—"}</span>
        ) : (
          <Duration ms={afterMs} />
        )}
      </span>
      <span role="gridcell" class="delta">
        {deltaMs !== undefined && (
          <>
            <span class="delta-track" aria-hidden>
              <span
                class={`delta-bar ${deltaMs > 0 ? "longer" : "shorter"}`}
                style={{ width: `${mostMs > 0 ? (Math.abs(deltaMs) / mostMs) * 50 : 0}%` }}
              />
            </span>
            <span class={`delta-text ${deltaMs > 0 ? "longer" : "shorter"}`}>
              {deltaMs === 0 ? "0" : `${deltaMs > 0 ? "+" : "−"}${formatDuration(Math.abs(deltaMs))}`}
            </span>
          </>
        )}
      </span>
    </div>
  );
}

function toDeltaMs({ beforeMs, afterMs }: ComparedRow): number | undefined {
  return beforeMs === undefined || afterMs === undefined ? undefined : afterMs - beforeMs;
}
