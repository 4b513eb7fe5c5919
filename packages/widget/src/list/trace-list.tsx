import type { TraceInfo } from "@spanbook/core/model";
import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { minTableWidthPx, orderChoices, toColumns, toUsefulColumns, type Column } from "../derive/columns.js";
import { formatPlural } from "../derive/format.js";
import { toListKeyMove } from "../derive/keys.js";
import { toNextOrder, type TraceOrder } from "../derive/trace-list.js";
import type { ExplorerState } from "../explorer-state.js";
import { toComparison, type Comparison } from "../state/compare-state.js";
import { downloadFile } from "../parts/download.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { toFileName } from "../parts/file-name.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { Loading } from "../parts/loading.js";
import { useSize } from "../parts/use-size.js";
import { focusRow, scrollToRow, VirtualRows } from "../parts/virtual-rows.js";
import type { JobActions } from "../state/job-state.js";
import { listedTraces, type ListActions } from "../state/list-state.js";
import { ColumnChoice } from "./column-choice.js";
import { DurationPlot } from "./duration-plot.js";
import { EmptyList } from "./empty-list.js";
import { SelectionBar } from "./selection-bar.js";
import { TraceRow } from "./trace-row.js";

interface TraceListProps {
  readonly state: ExplorerState;
  /** Its width beside an open trace; undefined where it has all the room. */
  readonly sidePx: number | undefined;
  readonly hasRoomForPlot: boolean;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly onOpen: (traceId: string) => void;
  readonly onHelp: () => void;
  readonly actions: ListActions & JobActions;
  /** Absent where traces cannot be compared. */
  readonly onCompare: ((comparison: Comparison) => void) | undefined;
  readonly onLoadMore: () => void;
  readonly onRetry: () => void;
}

const rowPx = 32;
const boxWidth = "14px";
const tallRowPx = 50;
const headerPx = 29;
/** More are asked for when so few rows are left below. */
const reserve = 30;

export function TraceList(props: TraceListProps) {
  const { state, sidePx, hasRoomForPlot, focusNext, actions, onOpen, onLoadMore, onRetry } = props;
  const { list, order, checked, job, traceId, liveError, nowMs } = state;
  const traces = listedTraces(state);
  const pane = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { widthPx } = useSize(pane, { widthPx: 800, heightPx: 600 });
  const [plotChoice, setPlotChoice] = useState<boolean | undefined>(undefined);
  const [activeId, setActiveId] = useState<string | undefined>(undefined);

  const isTable = widthPx >= minTableWidthPx;
  const columns = useMemo(() => toColumns(traces, widthPx, state.columns), [traces, widthPx, state.columns]);
  const maxDurationMs = useMemo(
    () => traces.reduce((most, { executionDuration = 0 }) => Math.max(most, executionDuration), 0),
    [traces],
  );
  const activeIndex = Math.max(
    0,
    traces.findIndex((info) => info.traceId === (activeId ?? traceId)),
  );
  const pair = toComparison([...checked], traces);
  const rowHeightPx = isTable ? rowPx : tallRowPx;
  const hasMore = list.status === "ready" && list.value.nextPageToken !== undefined;
  const isPlotShown = (plotChoice ?? hasRoomForPlot) && traces.length > 1;

  const keyOf = useCallback((index: number) => traces[index]?.traceId ?? "", [traces]);
  const onReach = useCallback(
    (lastIndex: number) => {
      if (hasMore && lastIndex >= traces.length - reserve) onLoadMore();
    },
    [hasMore, traces, onLoadMore],
  );

  useLayoutEffect(() => {
    if (focusNext.current !== "list" || traces.length === 0) return;
    focusNext.current = undefined;
    focusActive();
  }, [traces, sidePx]);

  // Focus that was moved by a key lands as soon as the row is drawn.
  const isMoving = useRef(false);
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    focusActive();
  }, [activeId]);

  const [isChoosing, setChoosing] = useState(false);
  const lastChecked = useRef<string | undefined>(undefined);

  function focusActive(): void {
    const active = traces[activeIndex];
    if (scroller.current && active) focusRow(scroller.current, active.traceId);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { current } = scroller;
    const active = traces[activeIndex];
    if (current === null || active === undefined) return;
    if (event.target instanceof Element && event.target.closest("[role=columnheader]")) return;
    if (event.key === "Enter") onOpen(active.traceId);
    else if (event.key === " ") check(active.traceId, event.shiftKey);
    else if (event.key === "Escape" && checked.size > 0) actions.setChecked([...checked], false);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      actions.setChecked(
        traces.map((info) => info.traceId),
        true,
      );
    } else {
      move(event, current, active);
      return;
    }
    event.preventDefault();
  }

  /** Chooses a trace or no longer; with `isRange`, all from the last that was chosen up to it. */
  function check(chosenId: string, isRange: boolean): void {
    const from = traces.findIndex((info) => info.traceId === lastChecked.current);
    const to = traces.findIndex((info) => info.traceId === chosenId);
    lastChecked.current = chosenId;
    setActiveId(chosenId);
    if (!isRange || from < 0) {
      actions.setChecked([chosenId], !checked.has(chosenId));
      return;
    }
    const range = traces.slice(Math.min(from, to), Math.max(from, to) + 1);
    actions.setChecked(
      range.map((info) => info.traceId),
      true,
    );
  }

  async function exportChecked(): Promise<void> {
    const [first] = traces.filter((info) => checked.has(info.traceId));
    const content = await actions.exportChecked();
    if (content) downloadFile(toFileName(checked.size, first?.name), content);
  }

  function move(event: KeyboardEvent, current: HTMLElement, active: TraceInfo): void {
    const pageRows = Math.max(1, Math.floor((current.clientHeight - headerPx) / rowHeightPx) - 1);
    const index = toListKeyMove(event.key, activeIndex, traces.length, pageRows);
    const target = index === undefined ? undefined : traces[index];
    if (index === undefined || target === undefined) return;
    event.preventDefault();
    scrollToRow(current, index, rowHeightPx, isTable ? headerPx : 0);
    if (target === active) return;
    if (event.shiftKey) {
      actions.setChecked([active.traceId, target.traceId], true);
      lastChecked.current = target.traceId;
    }
    isMoving.current = true;
    setActiveId(target.traceId);
  }

  const template = [boxWidth, ...columns.map(({ width }) => width)].join(" ");
  const useful = useMemo(() => toUsefulColumns(traces), [traces]);
  return (
    <section
      class="list-pane"
      aria-label="Traces"
      ref={pane}
      style={sidePx === undefined ? {} : { flex: `0 0 ${sidePx}px` }}
    >
      {checked.size > 0 || job ? (
        <SelectionBar
          count={checked.size}
          job={job}
          canDelete={actions.deleteChecked !== undefined}
          onCompare={pair && props.onCompare && (() => props.onCompare?.(pair))}
          onExport={() => void exportChecked()}
          onDelete={() => void actions.deleteChecked?.()}
          onCancel={actions.cancelJob}
          onClear={() => {
            actions.setChecked([...checked], false);
            focusActive();
          }}
        />
      ) : (
        <header class="pane-head list-head">
          <h2 class="pane-title">Traces</h2>
          {traces.length > 0 && (
            <span class="count">{hasMore ? `${traces.length}+` : traces.length.toLocaleString("en-US")}</span>
          )}
          {liveError && (
            <span class="live-error state-UNFINISHED" title={`${liveError.name}: ${liveError.message}`}>
              not live
            </span>
          )}
          {/* The search box belongs here. */}
          <span class="grow" />
          {traces.length > 1 && !isTable && (
            <select
              class="choice"
              aria-label="Order"
              value={`${order.field} ${order.descending}`}
              onChange={({ currentTarget: { selectedIndex } }) => {
                const choice = orderChoices[Math.floor(selectedIndex / 2)];
                if (choice) {
                  void actions.setOrder({ field: choice.field, descending: selectedIndex % 2 === 0 });
                }
              }}
            >
              {orderChoices.flatMap(({ field, title }) =>
                [true, false].map((descending) => (
                  <option key={`${field} ${descending}`} value={`${field} ${descending}`}>
                    {`${title} ${descending ? "↓" : "↑"}`}
                  </option>
                )),
              )}
            </select>
          )}
          {traces.length > 0 && !isTable && (
            <IconButton
              icon="choose"
              label="Choose traces"
              isPressed={isChoosing}
              onClick={() => setChoosing(!isChoosing)}
            />
          )}
          {traces.length > 0 && isTable && (
            <ColumnChoice
              shown={columns.map((column) => column.name)}
              available={useful}
              onChoose={actions.chooseColumns}
            />
          )}
          {traces.length > 1 && (
            <IconButton
              icon="chart"
              label={isPlotShown ? "Hide the durations" : "Show the durations"}
              isPressed={isPlotShown}
              onClick={() => setPlotChoice(!isPlotShown)}
            />
          )}
          {sidePx === undefined && <IconButton icon="help" label="Keys" onClick={props.onHelp} />}
        </header>
      )}
      {isPlotShown && (
        <DurationPlot traces={traces} widthPx={widthPx} selectedId={traceId} onSelect={onOpen} />
      )}
      {list.status === "loading" && <Loading what="traces" />}
      {list.status === "failed" && (
        <FailureNotice title="The traces could not be read" error={list.error} onRetry={onRetry} />
      )}
      {list.status === "ready" && traces.length === 0 && <EmptyList />}
      {traces.length > 0 && (
        <div
          class="scroller"
          ref={scroller}
          role="grid"
          aria-label="Traces"
          aria-multiselectable
          aria-rowcount={hasMore ? -1 : traces.length + 1}
          onKeyDown={onKeyDown}
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
                  onChange={({ currentTarget }) =>
                    actions.setChecked(
                      traces.map((info) => info.traceId),
                      currentTarget.checked,
                    )
                  }
                />
              ) : (
                "Chosen"
              )}
            </span>
            {columns.map((column) => (
              <ColumnHead
                key={column.name}
                column={column}
                order={order}
                canOrder={isTable}
                onOrder={(next) => void actions.setOrder(next)}
              />
            ))}
          </div>
          <VirtualRows
            scroller={scroller}
            count={traces.length}
            rowHeightPx={rowHeightPx}
            keyOf={keyOf}
            activeIndex={activeIndex}
            onReach={onReach}
            renderRow={(index) => {
              const info = traces[index];
              return (
                info && (
                  <TraceRow
                    info={info}
                    rowIndex={index + 2}
                    columns={columns}
                    template={template}
                    isTable={isTable}
                    isOpen={info.traceId === traceId}
                    isChecked={checked.has(info.traceId)}
                    hasBox={isTable || isChoosing || checked.size > 0}
                    isActive={index === activeIndex}
                    maxDurationMs={maxDurationMs}
                    nowMs={nowMs}
                    onCheck={check}
                    onOpen={(chosenId) => {
                      setActiveId(chosenId);
                      onOpen(chosenId);
                    }}
                  />
                )
              );
            }}
          />
          <MoreTraces state={state} onLoadMore={onLoadMore} />
        </div>
      )}
    </section>
  );
}

interface ColumnHeadProps {
  readonly column: Column;
  readonly order: TraceOrder;
  /** There is a head to see. */
  readonly canOrder: boolean;
  readonly onOrder: (order: TraceOrder) => void;
}

function ColumnHead({ column, order, canOrder, onOrder }: ColumnHeadProps) {
  const { name, title, isNumber, orderField } = column;
  const isOrdered = orderField === order.field;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <span
      role="columnheader"
      class={`cell cell-${name}${isNumber ? " number" : ""}`}
      aria-sort={isOrdered ? direction : undefined}
    >
      {orderField === undefined || !canOrder ? (
        title
      ) : (
        <button
          type="button"
          class={`order${isOrdered ? ` ${direction}` : ""}`}
          onClick={() => onOrder(toNextOrder(order, orderField))}
        >
          {title}
          {isOrdered && <Icon name={order.descending ? "next" : "previous"} />}
        </button>
      )}
    </span>
  );
}

/** What stands below the last trace that was read. */
function MoreTraces({ state: { list }, onLoadMore }: Pick<TraceListProps, "state" | "onLoadMore">) {
  if (list.status !== "ready") return null;
  const { moreError, isLoadingMore, nextPageToken, traces } = list.value;
  if (moreError) {
    return <FailureNotice title="More could not be read" error={moreError} onRetry={onLoadMore} />;
  }
  if (isLoadingMore) return <p class="list-end">Loading more …</p>;
  if (nextPageToken !== undefined) {
    return (
      <button type="button" class="list-end button" onClick={onLoadMore}>
        Load more
      </button>
    );
  }
  return traces.length > 20 ? <p class="list-end">{formatPlural(traces.length, "trace")}</p> : null;
}
