import { withoutUndefined } from "@spanbook/core/model";
import { groupIdOf } from "@spanbook/core/store";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ExplorerView } from "./derive/explorer-view.js";
import { everyTrace, isNarrowing } from "./derive/list-query.js";
import { isFiltering, noFilter, toAsked } from "./derive/span-filter.js";
import { newestFirst } from "./derive/trace-list.js";
import type { TraceReader } from "./reading/source.js";
import { createCompareSlice, type CompareActions, type CompareState } from "./state/compare-state.js";
import { createContentSlice, type ContentActions, type ContentState } from "./state/content-state.js";
import { createFigureSlice, type FigureActions, type FigureState } from "./state/figure-state.js";
import {
  createGroupSlice,
  initialGroupState,
  type GroupActions,
  type GroupState,
} from "./state/group-state.js";
import { createJobSlice, type JobActions, type JobState } from "./state/job-state.js";
import {
  createListSlice,
  initialListState,
  isListPartial,
  listedTraces,
  type ListActions,
  type ListRequest,
  type ListState,
} from "./state/list-state.js";
import { createLive, type LiveActions, type LiveState } from "./state/live.js";
import { settle } from "./state/loadable.js";
import { createSessionSlice, type SessionActions, type SessionState } from "./state/session-state.js";
import type { SliceContext } from "./state/slice.js";
import {
  createTraceSlice,
  initialTraceState,
  type OpenTraceActions,
  type OpenTraceState,
} from "./state/trace-state.js";

/** All that one explorer knows, without what can be derived from it. */
export interface ExplorerState
  extends
    ListState,
    GroupState,
    FigureState,
    SessionState,
    JobState,
    OpenTraceState,
    ContentState,
    CompareState,
    LiveState {
  readonly panes: PaneSizes;
  /** How texts are shown; absent for Markdown. */
  readonly textView?: "plain";
}

/** The sizes that the reader has changed, in pixels; absent for the layout's default. */
export interface PaneSizes {
  readonly list?: number;
  readonly names?: number;
  /** The width of the details, when beside the spans. */
  readonly details?: number;
  /** The height of the details, when below. */
  readonly detailsHeight?: number;
}

/** The explorer without its rendering: what it knows, and what it can do. */
export interface ExplorerModel
  extends
    ListActions,
    GroupActions,
    FigureActions,
    SessionActions,
    JobActions,
    OpenTraceActions,
    ContentActions,
    CompareActions,
    LiveActions {
  readonly reader: TraceReader;
  readonly store: StoreApi<ExplorerState>;
  /** Reads the first page, then what the view has open, or the only trace. Also retries after a failure. */
  load(view?: ExplorerView): Promise<void>;
  /** Shows exactly what a view says; reads only what is not shown already. */
  show(view: ExplorerView): Promise<void>;
  resizePane(pane: keyof PaneSizes, sizePx: number | undefined): void;
  /** Shows texts of people and models as written, or as Markdown. */
  choosePlainText(isPlain: boolean): void;
}

/** `nowMs` reads the clock, in milliseconds since the Unix epoch. */
export function createExplorerModel(reader: TraceReader, nowMs: () => number): ExplorerModel {
  const store = createStore<ExplorerState>(() => ({
    ...initialListState(),
    ...initialGroupState(),
    ...initialTraceState(nowMs()),
    panes: {},
  }));
  const context: SliceContext<ExplorerState> = {
    reader,
    nowMs,
    state: store.getState,
    set(fields) {
      const next: Record<string, unknown> = { ...store.getState(), ...fields };
      for (const key of Object.keys(fields)) if (next[key] === undefined) delete next[key];
      store.setState(next as unknown as ExplorerState, true);
    },
  };
  const { state, set } = context;
  const { refreshFigures, ...figureActions } = createFigureSlice(context);
  const { loadList, loadGroup, refreshList, ...listActions } = createListSlice(
    context,
    () => void figureActions.countAgain(),
  );
  const groupActions = createGroupSlice(context, {
    loadGroup,
    onOther() {
      // The list has holes where groups were read.
      if (state().groupBy === undefined && isListPartial(state())) void loadList();
      void figureActions.countAgain();
    },
  });
  const { refreshSession, ...sessionActions } = createSessionSlice(context);
  const { refreshSelection, ...traceActions } = createTraceSlice(context);
  const { followFilter, ...contentActions } = createContentSlice(context);
  store.subscribe(followFilter);
  const { startAt, ...liveActions } = createLive(context, store.subscribe, async (changed, deleted) => {
    await refreshList(changed, deleted);
    await refreshSelection(changed, deleted);
    await refreshSession(changed, deleted);
    void refreshFigures();
  });
  const jobActions = createJobSlice(context, liveActions.refresh);

  async function load(view?: ExplorerView): Promise<void> {
    set({ liveError: undefined, nowMs: nowMs() });
    if (view) set({ groupBy: view.groupBy, columns: view.columns, textView: view.textView });
    const { query, order } = view ? toRequest(view) : state();
    const isPlain = order === newestFirst && !isNarrowing(query);
    const newest = isPlain ? undefined : await settle(() => reader.search({}));
    await loadList({ query, order });
    // Later changes have higher revisions than any of the newest traces; otherwise they would be among them.
    const traces =
      newest?.status === "ready" ? newest.value.traces.map(({ info }) => info) : listedTraces(state());
    startAt(traces.reduce((highest, info) => Math.max(highest, info.revision), 0));
    if (view && (view.traceId ?? view.sessionId ?? view.compare) !== undefined) {
      await open(view);
      await openGroup();
      return;
    }
    const { list, traceId } = state();
    const [only, ...others] = list.status === "ready" ? list.value.traces : [];
    if (traceId === undefined && only && others.length === 0 && isPlain) {
      await traceActions.selectTrace(only.traceId);
    }
  }

  async function show(view: ExplorerView): Promise<void> {
    const { groupBy, query, order, pending, traceId } = state();
    if (groupBy !== view.groupBy) groupActions.groupBy(view.groupBy);
    set({ columns: view.columns, textView: view.textView });
    const wanted = toRequest(view);
    const isListed = JSON.stringify(wanted) === JSON.stringify(pending ?? { query, order });
    await Promise.all([isListed ? undefined : loadList(wanted), open(view)]);
    if (groupBy !== view.groupBy || traceId !== view.traceId) await openGroup();
  }

  /** Opens the group of the open trace in the list, since a closed group would hide it. */
  async function openGroup(): Promise<void> {
    const { groupBy, trace } = state();
    if (!groupBy || trace?.status !== "ready" || !trace.value) return;
    await groupActions.setGroupOpen([groupIdOf(trace.value.info, groupBy) ?? ""], true);
  }

  async function open({
    sessionId,
    traceId,
    spanId,
    spanView,
    compare,
    ...view
  }: ExplorerView): Promise<void> {
    set({ view: spanView ?? "tree", comparison: compare });
    if (state().session?.id !== sessionId) void sessionActions.openSession(sessionId);
    const part = { filter: { ...noFilter, ...view.spanFilter }, range: view.zoom };
    if (state().traceId !== traceId) return traceActions.selectTrace(traceId, { spanId, ...part });
    set(part);
    if (state().spanId !== spanId) await traceActions.selectSpan(spanId);
  }

  return {
    reader,
    store,
    load,
    show,
    ...liveActions,
    ...listActions,
    ...groupActions,
    ...figureActions,
    ...sessionActions,
    ...traceActions,
    ...contentActions,
    ...jobActions,
    ...createCompareSlice(context),
    resizePane(pane, sizePx) {
      const { [pane]: _, ...others } = state().panes;
      set({ panes: sizePx === undefined ? others : { ...others, [pane]: sizePx } });
    },
    choosePlainText: (isPlain) => set({ textView: isPlain ? "plain" : undefined }),
  };
}

/** What is shown, as {@link ExplorerModel.show} takes it. */
export function viewOf(state: ExplorerState): ExplorerView {
  const { query, order, pending = { query, order } } = state;
  const { groupBy, columns, session, traceId, spanId, view, filter, range, comparison, textView } = state;
  const { text, time } = pending.query;
  const isNewestFirst = pending.order.field === newestFirst.field && pending.order.descending;
  const isTraceOpen = traceId !== undefined;
  return withoutUndefined({
    text: text === "" ? undefined : text,
    time,
    order: isNewestFirst ? undefined : pending.order,
    groupBy,
    columns,
    sessionId: session?.id,
    traceId,
    spanId,
    spanView: isTraceOpen && view === "flame" ? view : undefined,
    spanFilter: isTraceOpen && isFiltering(filter) ? toAsked(filter) : undefined,
    zoom: isTraceOpen ? range : undefined,
    compare: comparison,
    textView,
  });
}

function toRequest({ text = everyTrace.text, time, order = newestFirst }: ExplorerView): ListRequest {
  return { query: { text, ...(time && { time }) }, order };
}
