import type { TraceInfo } from "@spanbook/core/model";
import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Column } from "../derive/columns.js";
import { formatPlural } from "../derive/format.js";
import { toGroups, toListRows, type ListRow, type TraceGroup } from "../derive/groups.js";
import { toListKeyMove } from "../derive/keys.js";
import { newestFirst } from "../derive/trace-list.js";
import type { ExplorerState } from "../explorer-state.js";
import { focusRow, scrollToRow, VirtualRows } from "../parts/virtual-rows.js";
import type { GroupActions } from "../state/group-state.js";
import { listedTraces, type ListActions } from "../state/list-state.js";
import type { SessionActions } from "../state/session-state.js";
import { ColumnHead } from "./column-head.js";
import { GroupRow } from "./group-row.js";
import { MoreTraces } from "./more-traces.js";
import { TraceRow } from "./trace-row.js";

interface TraceGridProps {
  readonly state: ExplorerState;
  readonly actions: ListActions & GroupActions & SessionActions;
  /** Set while it is drawn: gives the focus to the row that Tab reaches. */
  readonly focusActive: RefObject<() => void>;
  readonly columns: readonly Column[];
  readonly isTable: boolean;
  readonly isChoosing: boolean;
  /** When it changes to a width, the row that is active is looked for again. */
  readonly sidePx: number | undefined;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly onOpen: (traceId: string) => void;
  readonly onHold: (isHeld: boolean) => void;
}

const rowPx = 32;
const boxWidth = "14px";
const tallRowPx = 50;
const headerPx = 29;
/** More are asked for when so few rows are left below. */
const reserve = 200;
/** In groups, up to so many are read without being asked: a group that is closed hides how many there are. */
const maxUnasked = 2000;

/** The traces in rows, under a head or in two lines each, alone or in groups. */
export function TraceGrid(props: TraceGridProps) {
  const { state, actions, columns, isTable, isChoosing, sidePx, focusNext, onOpen, onHold } = props;
  const { list, query, order, checked, groupBy, openGroups, traceId, nowMs } = state;
  const traces = listedTraces(state);
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | undefined>(undefined);

  const groups = useMemo(() => (groupBy ? toGroups(traces, groupBy) : undefined), [traces, groupBy]);
  const knownRows = useRef<readonly ListRow[]>([]);
  const rows = useMemo(
    () => (knownRows.current = toListRows(traces, groups, openGroups, knownRows.current)),
    [traces, groups, openGroups],
  );
  const maxDurationMs = useMemo(
    () => traces.reduce((most, { executionDuration = 0 }) => Math.max(most, executionDuration), 0),
    [traces],
  );
  const wantedKey = activeKey ?? traceId;
  const activeIndex = useMemo(
    () => Math.max(0, wantedKey === undefined ? 0 : rows.findIndex(({ key }) => key === wantedKey)),
    [rows, wantedKey],
  );
  const rowHeightPx = isTable ? rowPx : tallRowPx;
  const hasMore = list.status === "ready" && list.value.nextPageToken !== undefined;
  const canReadOn = hasMore && (groups === undefined || traces.length < maxUnasked);

  const keyOf = useCallback((index: number) => rows[index]?.key ?? "", [rows]);
  const onReach = useCallback(
    (lastIndex: number) => {
      if (canReadOn && lastIndex >= rows.length - reserve) void actions.loadMore();
    },
    [canReadOn, rows, actions],
  );

  useLayoutEffect(() => {
    if (focusNext.current !== "list" || rows.length === 0) return;
    focusNext.current = undefined;
    focusActive();
  }, [rows, sidePx]);

  // Focus that was moved by a key lands as soon as the row is drawn.
  const isMoving = useRef(false);
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    focusActive();
  }, [activeKey]);

  // Another list begins at its top.
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [query, order, groupBy]);

  const { newCount, seeNewest } = useNewest(scroller, rows, order.field === newestFirst.field && !groups);
  const lastChecked = useRef<string | undefined>(undefined);
  props.focusActive.current = focusActive;

  function focusActive(): void {
    const active = rows[activeIndex];
    if (scroller.current && active) focusRow(scroller.current, active.key);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const active = rows[activeIndex];
    if (active === undefined || isInHead(event.target)) return;
    const isDone = active.kind === "group" ? onGroupKey(event, active) : onTraceKey(event, active);
    if (isDone || onListKey(event) || move(event, active)) event.preventDefault();
  }

  function onTraceKey({ key, shiftKey }: KeyboardEvent, row: ListRow & { readonly kind: "trace" }): boolean {
    if (key === "Enter") onOpen(row.info.traceId);
    else if (key === " ") check(row.info.traceId, shiftKey);
    else if (key === "ArrowLeft" && row.group) goTo(rows.findIndex((other) => isHeadOf(other, row.group)));
    else return false;
    return true;
  }

  function onGroupKey(
    { key }: KeyboardEvent,
    { group, isOpen }: ListRow & { readonly kind: "group" },
  ): boolean {
    if (key === "Enter" || key === " ") toggle(group);
    else if (key === "ArrowRight" && !isOpen) toggle(group);
    else if (key === "ArrowLeft" && isOpen) toggle(group);
    else if (key === "ArrowRight") goTo(activeIndex + 1);
    else if (key === "r" && groupBy === "session") read(group);
    else if (key === "*") {
      actions.setGroupOpen(
        (groups ?? []).map(({ id }) => id),
        true,
      );
    } else return false;
    return true;
  }

  function onListKey({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (key === "Escape" && checked.size > 0) actions.setChecked([...checked], false);
    else if (key === "a" && (ctrlKey || metaKey)) actions.setChecked(idsOf(traces), true);
    else return false;
    return true;
  }

  function move({ key, shiftKey }: KeyboardEvent, active: ListRow): boolean {
    const pageRows = Math.max(
      1,
      Math.floor(((scroller.current?.clientHeight ?? 0) - headerPx) / rowHeightPx) - 1,
    );
    const index = toListKeyMove(key, activeIndex, rows.length, pageRows);
    const target = index === undefined ? undefined : rows[index];
    if (index === undefined || target === undefined) return false;
    goTo(index);
    if (shiftKey && target !== active && target.kind === "trace") {
      actions.setChecked([active, target].flatMap(idOf), true);
      lastChecked.current = target.key;
    }
    return true;
  }

  function goTo(index: number): void {
    const target = rows[index];
    if (scroller.current === null || target === undefined) return;
    scrollToRow(scroller.current, index, rowHeightPx, isTable ? headerPx : 0);
    if (index === activeIndex) return;
    isMoving.current = true;
    setActiveKey(target.key);
  }

  function toggle(group: TraceGroup): void {
    actions.setGroupOpen([group.id], !openGroups.has(group.id));
    setActiveKey(rows.find((row) => isHeadOf(row, group))?.key);
  }

  function read(group: TraceGroup): void {
    if (group.id !== "") void actions.openSession(group.id);
  }

  /** Chooses a trace or no longer; with `isRange`, all from the last that was chosen up to it. */
  function check(chosenId: string, isRange: boolean): void {
    const from = rows.findIndex(({ key }) => key === lastChecked.current);
    const to = rows.findIndex(({ key }) => key === chosenId);
    lastChecked.current = chosenId;
    setActiveKey(chosenId);
    if (!isRange || from < 0) {
      actions.setChecked([chosenId], !checked.has(chosenId));
      return;
    }
    actions.setChecked(rows.slice(Math.min(from, to), Math.max(from, to) + 1).flatMap(idOf), true);
  }

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
        class={`scroller${state.pending ? " stale" : ""}`}
        ref={scroller}
        role={groups ? "treegrid" : "grid"}
        aria-label="Traces"
        aria-multiselectable
        aria-busy={state.pending !== undefined}
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        onKeyDown={onKeyDown}
        onScroll={hold}
        onPointerEnter={hold}
        onPointerLeave={hold}
        onFocusIn={hold}
        onFocusOut={hold}
      >
        <div
          class={isTable ? "trace-head" : "unseen"}
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: template }}
        >
          <span role="columnheader" class="cell-box">
            {isTable ? (
              <input
                type="checkbox"
                aria-label="Choose all that are listed"
                checked={checked.size > 0 && checked.size >= traces.length}
                onChange={({ currentTarget }) => actions.setChecked(idsOf(traces), currentTarget.checked)}
              />
            ) : (
              "Chosen"
            )}
          </span>
          {columns.map((column) => (
            <ColumnHead
              key={column.name}
              column={column}
              order={state.pending?.order ?? order}
              canOrder={isTable}
              onOrder={(next) => void actions.setOrder(next)}
            />
          ))}
        </div>
        <VirtualRows
          scroller={scroller}
          count={rows.length}
          rowHeightPx={rowHeightPx}
          keyOf={keyOf}
          indexOf={(wanted) => rows.findIndex(({ key }) => key === wanted)}
          activeIndex={activeIndex}
          onReach={onReach}
          renderRow={(index) => {
            const row = rows[index];
            if (row === undefined) return null;
            if (row.kind === "group") {
              return (
                <GroupRow
                  group={row.group}
                  field={groupBy ?? "session"}
                  rowIndex={index + 2}
                  isOpen={row.isOpen}
                  isPartial={hasMore}
                  isTable={isTable}
                  isActive={index === activeIndex}
                  nowMs={nowMs}
                  onToggle={toggle}
                  onRead={read}
                />
              );
            }
            const { info } = row;
            return (
              <TraceRow
                info={info}
                rowIndex={index + 2}
                columns={columns}
                template={template}
                isTable={isTable}
                isInGroup={row.group !== undefined}
                isOpen={info.traceId === traceId}
                isChecked={checked.has(info.traceId)}
                hasBox={isTable || isChoosing || checked.size > 0}
                isActive={index === activeIndex}
                maxDurationMs={maxDurationMs}
                nowMs={nowMs}
                onCheck={check}
                onOpen={(chosenId) => {
                  setActiveKey(chosenId);
                  onOpen(chosenId);
                }}
              />
            );
          }}
        />
        <MoreTraces list={list} onLoadMore={() => void actions.loadMore()} />
      </div>
    </div>
  );
}

/** How many traces came in at the top since the reader was there, and the way up to them. */
function useNewest(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly ListRow[],
  isNewestFirst: boolean,
) {
  const [isBelow, setBelow] = useState(false);
  const seenKey = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const update = () => setBelow(current.scrollTop > rowPx);
    update();
    current.addEventListener("scroll", update, { passive: true });
    return () => current.removeEventListener("scroll", update);
  }, []);
  const place = isBelow ? rows.findIndex(({ key }) => key === seenKey.current) : -1;
  if (place < 0) seenKey.current = rows[0]?.key;
  return {
    newCount: isNewestFirst ? Math.max(0, place) : 0,
    seeNewest: () => scroller.current?.scrollTo({ top: 0 }),
  };
}

function isInHead(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=columnheader], button") !== null;
}

function isHeadOf(row: ListRow, group: TraceGroup | undefined): boolean {
  return row.kind === "group" && row.group.id === group?.id;
}

function idOf(row: ListRow): readonly string[] {
  return row.kind === "trace" ? [row.key] : [];
}

function idsOf(traces: readonly TraceInfo[]): readonly string[] {
  return traces.map((info) => info.traceId);
}
