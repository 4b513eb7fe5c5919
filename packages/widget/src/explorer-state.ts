import { createStore, type StoreApi } from "zustand/vanilla";
import type { TraceReader } from "./source.js";
import { createCompareSlice, type CompareActions, type CompareState } from "./state/compare-state.js";
import { createJobSlice, type JobActions, type JobState } from "./state/job-state.js";
import {
  createListSlice,
  initialListState,
  listedTraces,
  type ListActions,
  type ListState,
} from "./state/list-state.js";
import { toError } from "./state/loadable.js";
import type { SliceContext } from "./state/slice.js";
import {
  createTraceSlice,
  initialTraceState,
  type OpenTraceState,
  type Selection,
  type OpenTraceActions,
} from "./state/trace-state.js";

/** All that one explorer knows. What can be derived from it is not in it. */
export interface ExplorerState extends ListState, JobState, OpenTraceState, CompareState {
  readonly panes: PaneSizes;
  /** Why what is shown is no longer brought up to date. */
  readonly liveError?: Error;
}

/** What the reader made wider or narrower, in pixels; absent while it is as the layout has it. */
export interface PaneSizes {
  readonly list?: number;
  readonly names?: number;
  /** Of the details, where they are beside the spans. */
  readonly details?: number;
  /** Of the details, where they are below. */
  readonly detailsHeight?: number;
}

/** The explorer without its picture: what it knows, and what can be done. */
export interface ExplorerModel extends ListActions, JobActions, OpenTraceActions, CompareActions {
  readonly reader: TraceReader;
  readonly store: StoreApi<ExplorerState>;
  /** Reads the first page, then the selection, or the only trace. Also tries again after a failure. */
  load(selection?: Selection): Promise<void>;
  resizePane(pane: keyof PaneSizes, sizePx: number | undefined): void;
  /** Brings what is shown up to date; whether anything had changed. */
  refresh(): Promise<boolean>;
}

const maxChanges = 1000;

/** `nowMs` reads the clock, in milliseconds since the Unix epoch. */
export function createExplorerModel(reader: TraceReader, nowMs: () => number): ExplorerModel {
  const store = createStore<ExplorerState>(() => ({
    ...initialListState(),
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
  const { loadList, refreshList, ...listActions } = createListSlice(context);
  const { refreshSelection, ...traceActions } = createTraceSlice(context);
  const jobActions = createJobSlice(context, refresh);
  let revision = 0;

  async function load(selection?: Selection): Promise<void> {
    set({ liveError: undefined, nowMs: nowMs() });
    // Later changes have higher revisions than any of these, or the page would have them.
    revision = await loadList();
    if (selection) {
      await traceActions.selectTrace(selection.traceId);
      await traceActions.selectSpan(selection.spanId);
      return;
    }
    const { list, traceId } = state();
    const [only, ...others] = list.status === "ready" ? list.value.traces : [];
    if (traceId === undefined && only && others.length === 0) await traceActions.selectTrace(only.traceId);
  }

  async function refresh(): Promise<boolean> {
    if (state().list.status !== "ready") return false;
    try {
      const { changes, revision: latest, hasMore } = await reader.changes(revision, maxChanges);
      const changed = new Set(changes.filter(({ deleted }) => !deleted).map(({ traceId }) => traceId));
      const deleted = changes.filter((change) => change.deleted).map(({ traceId }) => traceId);
      if (changes.length > 0) {
        await refreshList(changed, deleted);
        await refreshSelection(changed, deleted);
      }
      revision = latest;
      set({ liveError: undefined, ...(isAnyRunning(state()) && { nowMs: nowMs() }) });
      return changes.length > 0 || hasMore;
    } catch (error) {
      set({ liveError: toError(error) });
      return false;
    }
  }

  return {
    reader,
    store,
    load,
    refresh,
    ...listActions,
    ...traceActions,
    ...jobActions,
    ...createCompareSlice(context),
    resizePane(pane, sizePx) {
      const { [pane]: _, ...others } = state().panes;
      set({ panes: sizePx === undefined ? others : { ...others, [pane]: sizePx } });
    },
  };
}

function isAnyRunning(state: ExplorerState): boolean {
  const { trace } = state;
  const isTraceRunning = trace?.status === "ready" && trace.value?.info.state === "IN_PROGRESS";
  return isTraceRunning || listedTraces(state).some((info) => info.state === "IN_PROGRESS");
}
