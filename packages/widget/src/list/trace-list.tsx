import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { minTableWidthPx, toColumns } from "../derive/columns.js";
import { formatPlural } from "../derive/format.js";
import { toListKeyMove } from "../derive/keys.js";
import { listedTraces, type ExplorerState } from "../explorer-state.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { IconButton } from "../parts/icon-button.js";
import { Loading } from "../parts/loading.js";
import { useSize } from "../parts/use-size.js";
import { focusRow, scrollToRow, VirtualRows } from "../parts/virtual-rows.js";
import { DurationPlot } from "./duration-plot.js";
import { EmptyList } from "./empty-list.js";
import { TraceRow } from "./trace-row.js";

interface TraceListProps {
  readonly state: ExplorerState;
  /** Its width beside an open trace; undefined where it has all the room. */
  readonly sidePx: number | undefined;
  readonly hasRoomForPlot: boolean;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly onOpen: (traceId: string) => void;
  readonly onLoadMore: () => void;
  readonly onRetry: () => void;
}

const rowPx = 32;
const tallRowPx = 50;
const headerPx = 29;
/** More are asked for when so few rows are left below. */
const reserve = 30;

export function TraceList(props: TraceListProps) {
  const { state, sidePx, hasRoomForPlot, focusNext, onOpen, onLoadMore, onRetry } = props;
  const { list, traceId, liveError, nowMs } = state;
  const traces = listedTraces(state);
  const pane = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { widthPx } = useSize(pane, { widthPx: 800, heightPx: 600 });
  const [plotChoice, setPlotChoice] = useState<boolean | undefined>(undefined);
  const [activeId, setActiveId] = useState<string | undefined>(undefined);

  const isTable = widthPx >= minTableWidthPx;
  const columns = useMemo(() => toColumns(traces, widthPx), [traces, widthPx]);
  const maxDurationMs = useMemo(
    () => traces.reduce((most, { executionDuration = 0 }) => Math.max(most, executionDuration), 0),
    [traces],
  );
  const activeIndex = Math.max(
    0,
    traces.findIndex((info) => info.traceId === (activeId ?? traceId)),
  );
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

  function focusActive(): void {
    const active = traces[activeIndex];
    if (scroller.current && active) focusRow(scroller.current, active.traceId);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { current } = scroller;
    const active = traces[activeIndex];
    if (current === null || active === undefined) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onOpen(active.traceId);
      return;
    }
    const pageRows = Math.max(1, Math.floor((current.clientHeight - headerPx) / rowHeightPx) - 1);
    const index = toListKeyMove(event.key, activeIndex, traces.length, pageRows);
    const target = index === undefined ? undefined : traces[index];
    if (index === undefined || target === undefined) return;
    event.preventDefault();
    scrollToRow(current, index, rowHeightPx, isTable ? headerPx : 0);
    if (target === active) return;
    isMoving.current = true;
    setActiveId(target.traceId);
  }

  const template = columns.map(({ width }) => width).join(" ");
  return (
    <section
      class="list-pane"
      aria-label="Traces"
      ref={pane}
      style={sidePx === undefined ? {} : { flex: `0 0 ${sidePx}px` }}
    >
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
        <span class="grow" />
        {traces.length > 1 && (
          <IconButton
            icon="chart"
            label={isPlotShown ? "Hide the durations" : "Show the durations"}
            isPressed={isPlotShown}
            onClick={() => setPlotChoice(!isPlotShown)}
          />
        )}
      </header>
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
          aria-rowcount={hasMore ? -1 : traces.length + 1}
          onKeyDown={onKeyDown}
        >
          <div
            class={isTable ? "trace-head" : "unseen"}
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns: template }}
          >
            {columns.map(({ name, title, isNumber }) => (
              <span key={name} role="columnheader" class={`cell cell-${name}${isNumber ? " number" : ""}`}>
                {title}
              </span>
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
                    isSelected={info.traceId === traceId}
                    isActive={index === activeIndex}
                    maxDurationMs={maxDurationMs}
                    nowMs={nowMs}
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
