import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Column } from "../derive/columns.js";
import { formatPlural } from "../derive/format.js";
import type { ListGroup } from "../derive/groups.js";
import { newestFirst } from "../derive/trace-list.js";
import type { ExplorerState } from "../explorer-state.js";
import { useRowFocus } from "../parts/use-row-focus.js";
import { useSize } from "../parts/use-size.js";
import { VirtualRows } from "../parts/virtual-rows.js";
import type { FigureActions } from "../state/figure-state.js";
import type { GroupActions } from "../state/group-state.js";
import { isListPartial, type ListActions } from "../state/list-state.js";
import type { SessionActions } from "../state/session-state.js";
import { GridHead } from "./grid-head.js";
import { GroupRow } from "./group-row.js";
import { toKeyHandler } from "./list-keys.js";
import { MoreTraces } from "./more-traces.js";
import { TraceRow } from "./trace-row.js";
import { useChoosing } from "./use-choosing.js";
import { useListPlace, type ListPlace } from "./use-list-place.js";
import { useListRows } from "./use-list-rows.js";
import { useNewest } from "./use-newest.js";

interface TraceGridProps {
  readonly state: ExplorerState;
  readonly actions: ListActions & GroupActions & FigureActions & SessionActions;
  /** Set while it is drawn: focuses the row that Tab reaches. */
  readonly focusActive: RefObject<() => void>;
  readonly columns: readonly Column[];
  readonly isTable: boolean;
  readonly isChoosing: boolean;
  /** When it gets a width, the active row is scrolled into view again. */
  readonly sidePx: number | undefined;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly place: RefObject<ListPlace>;
  readonly onOpen: (traceId: string) => void;
  readonly onHold: (isHeld: boolean) => void;
}

const rowPx = 32;
const boxWidth = "14px";
const tallRowPx = 50;
const headerPx = 29;
const noSize = { widthPx: 0, heightPx: 0 };
/** More are loaded when this few rows are left below. */
const reserve = 200;

/** The traces in rows, in columns or in two lines each, grouped or not. */
export function TraceGrid(props: TraceGridProps) {
  const { state, actions, columns, isTable, isChoosing, sidePx, focusNext, place, onOpen, onHold } = props;
  const { list, query, order, checked, groupBy, openGroups, traceId, nowMs, pending } = state;
  const scroller = useRef<HTMLDivElement>(null);

  const { traces, groups, rows, hasMore, canReadOn } = useListRows(state);
  const maxDurationMs = useMemo(
    () => traces.reduce((most, { executionDuration = 0 }) => Math.max(most, executionDuration), 0),
    [traces],
  );
  const keyOf = useCallback((index: number) => rows[index]?.key ?? "", [rows]);
  const indexOf = useCallback((wanted: string) => rows.findIndex(({ key }) => key === wanted), [rows]);
  const rowHeightPx = isTable ? rowPx : tallRowPx;
  // Plots and the head's content come and go.
  const { heightPx } = useSize(scroller, noSize);
  // Before the selected row is scrolled into view.
  const activeKey = useListPlace(scroller, place, { query, order });
  const rowList = { scroller, count: rows.length, rowHeightPx, keyOf, indexOf };
  const focus = useRowFocus({
    ...rowList,
    headerPx: isTable ? headerPx : 0,
    selectedKey: traceId,
    firstKey: place.current.left?.activeKey,
    heightPx,
  });
  const { activeIndex } = focus;
  activeKey.current = keyOf(activeIndex);
  const choosing = useChoosing(rows, traces, checked, actions);

  useEffect(() => (groupBy ? actions.watchFigures() : undefined), [groupBy, actions]);
  const onReach = useCallback(
    (lastIndex: number) => {
      if (canReadOn && lastIndex >= rows.length - reserve) void actions.loadMore();
    },
    [canReadOn, rows, actions],
  );

  useLayoutEffect(() => {
    if (focusNext.current !== "list" || rows.length === 0) return;
    focusNext.current = undefined;
    const { closedKey, ...rest } = place.current;
    place.current = rest;
    const closed = closedKey === undefined ? -1 : indexOf(closedKey);
    focus.goTo(closed < 0 ? activeIndex : closed);
  }, [rows, sidePx]);

  // A different list starts at its top.
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    if (!isFirst.current) {
      if (scroller.current) scroller.current.scrollTop = 0;
      focus.setActive(undefined);
    }
    isFirst.current = false;
  }, [query, order, groupBy]);

  const { newCount, seeNewest } = useNewest(scroller, rows, order.field === newestFirst.field && !groups);
  props.focusActive.current = focus.focusActive;

  function toggle(group: ListGroup): void {
    void actions.setGroupOpen([group.id], !openGroups.has(group.id));
  }

  function read(group: ListGroup): void {
    if (group.id !== "") void actions.openSession(group.id);
  }

  const onKeyDown = toKeyHandler({
    rows,
    focus,
    choosing,
    onOpen,
    onToggle: toggle,
    onOpenGroups: () => void actions.setGroupOpen(groups?.map(({ id }) => id) ?? [], true),
    onRead: groupBy === "session" ? read : undefined,
  });

  const template = [boxWidth, ...columns.map(({ width }) => width)].join(" ");
  const hold = () =>
    onHold(
      (scroller.current?.scrollTop ?? 0) > 0 || scroller.current?.matches(":hover, :focus-within") === true,
    );
  return (
    <div class="grid-frame">
      {newCount > 0 && (
        <button type="button" class="newest" onClick={seeNewest}>
          {formatPlural(newCount, "new trace")}
        </button>
      )}
      <div
        class={`scroller${pending ? " stale" : ""}`}
        ref={scroller}
        role={groups ? "treegrid" : "grid"}
        aria-label="Traces"
        aria-multiselectable
        aria-busy={pending !== undefined}
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        style={{ "--columns": template }}
        onKeyDown={onKeyDown}
        onScroll={hold}
        onPointerEnter={hold}
        onPointerLeave={hold}
        onFocusIn={(event) => {
          focus.onFocusIn(event);
          hold();
        }}
        onFocusOut={hold}
      >
        <GridHead
          columns={columns}
          isTable={isTable}
          order={pending?.order ?? order}
          checked={choosing.chosen}
          hasMore={isListPartial(state)}
          onCheckAll={choosing.checkAll}
          onOrder={(next) => void actions.setOrder(next)}
        />
        <VirtualRows
          {...rowList}
          activeIndex={activeIndex}
          onReach={onReach}
          renderRow={(index) => {
            const row = rows[index];
            if (row === undefined) return null;
            const shared = { rowIndex: index + 2, isActive: index === activeIndex, isTable, nowMs };
            if (row.kind === "group") {
              return (
                <GroupRow
                  {...shared}
                  group={row.group}
                  field={groupBy ?? "session"}
                  isOpen={row.isOpen}
                  isPartial={hasMore}
                  onToggle={toggle}
                  onRead={read}
                />
              );
            }
            const { info } = row;
            return (
              <TraceRow
                {...shared}
                info={info}
                columns={columns}
                isInGroup={row.group !== undefined}
                isOpen={info.traceId === traceId}
                isChecked={checked.has(info.traceId)}
                hasBox={isTable || isChoosing || checked.size > 0}
                maxDurationMs={maxDurationMs}
                onCheck={choosing.check}
                onOpen={onOpen}
              />
            );
          }}
        />
        {list.status === "ready" && (
          <MoreTraces
            {...list.value}
            isWhole={!hasMore}
            count={list.value.traces.length}
            onLoadMore={() => void actions.loadMore()}
          />
        )}
      </div>
    </div>
  );
}
