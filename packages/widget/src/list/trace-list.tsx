import type { RefObject } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { minTableWidthPx, toColumns, toUsefulColumns, type ColumnName } from "../derive/columns.js";
import { isNarrowing } from "../derive/list-query.js";
import type { ExplorerParts } from "../explorer-parts.js";
import type { ExplorerModel, ExplorerState } from "../explorer-state.js";
import { downloadFile } from "../parts/download.js";
import { toFileName } from "../parts/file-name.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { Loading } from "../parts/loading.js";
import { usePaperWidth } from "../parts/use-printing.js";
import { toComparison } from "../state/compare-state.js";
import { isListPartial, listedTraces } from "../state/list-state.js";
import { EmptyList } from "./empty-list.js";
import { ListHead } from "./list-head.js";
import { NoMatch } from "./no-match.js";
import { PlotArea } from "./plot-area.js";
import { SelectionBar } from "./selection-bar.js";
import { TraceGrid } from "./trace-grid.js";
import { toChosen } from "./use-choosing.js";
import type { ListPlace } from "./use-list-place.js";

interface TraceListProps {
  readonly state: ExplorerState;
  readonly parts: ExplorerParts;
  /** The whole width available. */
  readonly widthPx: number;
  /** Its width beside an open trace; undefined if it has all the room. */
  readonly sidePx: number | undefined;
  readonly hasRoomForPlot: boolean;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly place: RefObject<ListPlace>;
  readonly actions: ExplorerModel;
  readonly onOpen: (traceId: string) => void;
  readonly onHelp: () => void;
  readonly onRetry: () => void;
}

/** The list of traces, and what can be done with several of them. */
export function TraceList(props: TraceListProps) {
  const { state, parts, sidePx, hasRoomForPlot, focusNext, place, actions, onOpen, onRetry } = props;
  const { list, query, checked, job, pending } = state;
  const traces = listedTraces(state);
  const searchField = useRef<HTMLInputElement>(null);
  const focusActive = useRef(() => {});
  const widthPx = sidePx ?? props.widthPx;
  const [plotChoice, setPlotChoice] = useState<boolean | undefined>(undefined);
  const [isChoosing, setChoosing] = useState(false);

  const pair = toComparison([...checked], traces);
  const isTable = widthPx >= minTableWidthPx;
  const { useful, hold } = useSteadyColumns(state);
  const wanted = state.columns ?? useful;
  const columnsPx = usePaperWidth(widthPx);
  const columns = useMemo(() => toColumns(wanted, columnsPx), [wanted, columnsPx]);
  const isPlotWanted = plotChoice ?? (hasRoomForPlot && traces.length > 1);
  const loadPlots = isPlotWanted && (traces.length > 1 || isNarrowing(query)) ? parts.plots : undefined;

  async function exportChecked(): Promise<void> {
    const first = traces.find((info) => checked.has(info.traceId));
    const content = await actions.exportChecked();
    if (content) downloadFile(toFileName(checked.size, first?.name), content);
  }

  return (
    <section
      class="list-pane"
      aria-label="Traces"
      style={sidePx === undefined ? {} : { flex: `0 0 ${sidePx}px` }}
      onKeyDown={(event) => {
        if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
        event.preventDefault();
        searchField.current?.focus();
      }}
    >
      {checked.size > 0 || job ? (
        <SelectionBar
          count={checked.size}
          isAllSoFar={
            isListPartial(state) && checked.size === traces.length && toChosen(traces, checked) === "all"
          }
          job={job}
          canDelete={actions.deleteChecked !== undefined}
          onCompare={pair && parts.compare && (() => actions.compare(pair))}
          onExport={() => void exportChecked()}
          onDelete={() => void actions.deleteChecked?.()}
          onCancel={actions.cancelJob}
          onClear={() => {
            actions.setChecked([...checked], false);
            focusActive.current();
          }}
        />
      ) : (
        <ListHead
          state={state}
          actions={actions}
          searchField={searchField}
          isTable={isTable}
          isAside={sidePx !== undefined}
          shownColumns={columns.map(({ name }) => name)}
          usefulColumns={useful}
          isChoosing={isChoosing}
          isPlotShown={loadPlots !== undefined}
          onChoosing={setChoosing}
          onPlot={parts.plots && setPlotChoice}
          onHelp={props.onHelp}
          onLeave={() => focusActive.current()}
        />
      )}
      <div class={`progress${pending ? " running" : ""}`} />
      {loadPlots && (
        <PlotArea load={loadPlots} state={state} actions={actions} widthPx={widthPx} onOpen={onOpen} />
      )}
      {list.status === "loading" && <Loading what="traces" />}
      {list.status === "failed" && (
        <FailureNotice title="The traces could not be read" error={list.error} onRetry={onRetry} />
      )}
      {list.status === "ready" &&
        traces.length === 0 &&
        (isNarrowing(query) ? (
          <NoMatch
            query={query}
            onSearch={(text) => void actions.search({ text })}
            onClearText={() => void actions.search({ text: "" })}
            onClearTime={() => void actions.search({ time: undefined })}
          />
        ) : (
          <EmptyList />
        ))}
      {traces.length > 0 && (
        <TraceGrid
          state={state}
          actions={actions}
          focusActive={focusActive}
          columns={columns}
          isTable={isTable}
          isChoosing={isChoosing}
          sidePx={sidePx}
          focusNext={focusNext}
          place={place}
          onOpen={onOpen}
          onHold={hold}
        />
      )}
    </section>
  );
}

/** The columns that have content. None appears or disappears while the reader is in the list. */
function useSteadyColumns(state: ExplorerState) {
  const traces = listedTraces(state);
  const now = useMemo(() => toUsefulColumns(traces), [traces]);
  const isHeld = useRef(false);
  const shown = useRef<{ readonly query: unknown; readonly names: readonly ColumnName[] }>({
    query: undefined,
    names: [],
  });
  const isOther = shown.current.query !== state.query || shown.current.names.length === 0;
  if (isOther || (!isHeld.current && shown.current.names.join() !== now.join())) {
    shown.current = { query: state.query, names: now };
  }
  return { useful: shown.current.names, hold: (held: boolean) => void (isHeld.current = held) };
}
