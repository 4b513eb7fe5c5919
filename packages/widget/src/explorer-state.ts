import type { Span, SpanDigest, TraceInfo } from "@spanbook/core/model";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ColumnName } from "./derive/columns.js";
import { toInnermostFailing } from "./derive/failing.js";
import { noFilter, type SpanFilter } from "./derive/span-filter.js";
import type { TimeRange } from "./derive/time-range.js";
import { mergeTraces, newestFirst, toOrderBy, type TraceOrder } from "./derive/trace-list.js";
import { exportTraces } from "./export-traces.js";
import type { TraceReader } from "./source.js";

/** Something that is read from the source. While it is loading, `value` is what was known before. */
export type Loadable<Value> =
  | { readonly status: "loading"; readonly value?: Value }
  | { readonly status: "ready"; readonly value: Value }
  | { readonly status: "failed"; readonly error: Error };

export interface TraceList {
  readonly traces: readonly TraceInfo[];
  /** Absent when the list is whole. */
  readonly nextPageToken?: string;
  readonly isLoadingMore: boolean;
  /** Why the page after these could not be read. */
  readonly moreError?: Error;
}

export interface OpenTrace {
  readonly info: TraceInfo;
  readonly digests: readonly SpanDigest[];
  /** Whole, the innermost of those that failed; at most {@link maxFailingSpans}. */
  readonly failingSpans: readonly Span[];
}

/** Something that takes its time, or that went wrong. */
export interface Job {
  readonly kind: "export" | "delete";
  readonly doneCount: number;
  readonly totalCount: number;
  readonly error?: Error;
}

/** All that one explorer knows. What can be derived from it is not in it. */
export interface ExplorerState {
  readonly list: Loadable<TraceList>;
  readonly order: TraceOrder;
  /** The columns that the reader chose; absent while they are those that fit. */
  readonly columns?: readonly ColumnName[];
  /** The traces that were chosen, to do something with all of them. */
  readonly checked: ReadonlySet<string>;
  readonly job?: Job;
  readonly traceId?: string;
  /** undefined in a ready trace that was deleted meanwhile. */
  readonly trace?: Loadable<OpenTrace | undefined>;
  readonly spanId?: string;
  readonly span?: Loadable<Span | undefined>;
  readonly collapsed: ReadonlySet<string>;
  /** Which spans of the trace are looked for. */
  readonly filter: SpanFilter;
  /** The part of the trace's time that is shown; absent while it is all of it. */
  readonly range?: TimeRange;
  readonly isPathMarked: boolean;
  readonly panes: PaneSizes;
  /** Why what is shown is no longer brought up to date. */
  readonly liveError?: Error;
  /** Milliseconds since the Unix epoch, at the last look for changes. */
  readonly nowMs: number;
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

/** What is selected; `spanId` is absent while the trace as a whole is. */
export interface Selection {
  readonly traceId: string;
  readonly spanId?: string;
}

/** The explorer without its picture: what it knows, and what can be done. */
export interface ExplorerModel {
  readonly store: StoreApi<ExplorerState>;
  /** Reads the first page, then the selection, or the only trace. Also tries again after a failure. */
  load(selection?: Selection): Promise<void>;
  loadMore(): Promise<void>;
  /** Reads the list anew in that order. */
  setOrder(order: TraceOrder): Promise<void>;
  chooseColumns(columns: readonly ColumnName[] | undefined): void;
  setChecked(traceIds: readonly string[], isChecked: boolean): void;
  /** Absent where the source cannot delete. */
  readonly deleteChecked?: () => Promise<void>;
  /** The chosen traces as OTLP JSON; undefined if it was cancelled, or failed, which `job` then says. */
  exportChecked(): Promise<Blob | undefined>;
  /** Cancels what is running, and forgets what went wrong. */
  cancelJob(): void;
  selectTrace(traceId: string | undefined): Promise<void>;
  selectSpan(spanId: string | undefined): Promise<void>;
  /** Expands or collapses a span, or several. */
  setCollapsed(spanIds: readonly string[], isCollapsed: boolean): void;
  setFilter(filter: SpanFilter): void;
  /** Shows a part of the trace's time; undefined for all of it. */
  setRange(range: TimeRange | undefined): void;
  markPath(isMarked: boolean): void;
  resizePane(pane: keyof PaneSizes, sizePx: number | undefined): void;
  /** Brings what is shown up to date; whether anything had changed. */
  refresh(): Promise<boolean>;
}

const pageSize = 100;
const maxChanges = 1000;
export const maxFailingSpans = 3;

/** `nowMs` reads the clock, in milliseconds since the Unix epoch. */
export function createExplorerModel(reader: TraceReader, nowMs: () => number): ExplorerModel {
  const store = createStore<ExplorerState>(() => ({
    list: { status: "loading" },
    order: newestFirst,
    checked: new Set<string>(),
    collapsed: new Set<string>(),
    filter: noFilter,
    isPathMarked: true,
    panes: {},
    nowMs: nowMs(),
  }));
  const { getState: state, setState } = store;
  let revision = 0;
  let controller: AbortController | undefined;

  /** Puts fields in and, where undefined, out. */
  function set(fields: { readonly [Key in keyof ExplorerState]?: ExplorerState[Key] | undefined }): void {
    const next: Record<string, unknown> = { ...state(), ...fields };
    for (const key of Object.keys(fields)) if (next[key] === undefined) delete next[key];
    setState(next as unknown as ExplorerState, true);
  }

  function setList(change: (list: TraceList) => TraceList): void {
    const { list } = state();
    if (list.status === "ready") set({ list: { status: "ready", value: change(list.value) } });
  }

  async function readFirstPage(): Promise<TraceList> {
    const page = await reader.search({ maxResults: pageSize, orderBy: toOrderBy(state().order) });
    const traces = page.traces.map(({ info }) => info);
    return {
      traces,
      ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
      isLoadingMore: false,
    };
  }

  async function load(selection?: Selection): Promise<void> {
    set({ list: { status: "loading" }, liveError: undefined, nowMs: nowMs() });
    try {
      const list = await readFirstPage();
      // Later changes have higher revisions than any of these, or the page would have them.
      revision = list.traces.reduce((highest, info) => Math.max(highest, info.revision), 0);
      set({ list: { status: "ready", value: list } });
    } catch (error) {
      set({ list: { status: "failed", error: toError(error) } });
    }
    if (selection) {
      await selectTrace(selection.traceId);
      await selectSpan(selection.spanId);
      return;
    }
    const { list, traceId } = state();
    const [only, ...others] = list.status === "ready" ? list.value.traces : [];
    if (traceId === undefined && only && others.length === 0) await selectTrace(only.traceId);
  }

  async function loadMore(): Promise<void> {
    const { list } = state();
    if (list.status !== "ready" || list.value.isLoadingMore) return;
    const { nextPageToken: pageToken } = list.value;
    if (pageToken === undefined) return;
    setList(({ moreError: _, ...value }) => ({ ...value, isLoadingMore: true }));
    try {
      const { order } = state();
      const page = await reader.search({ maxResults: pageSize, pageToken, orderBy: toOrderBy(order) });
      if (state().order !== order) return;
      setList(({ nextPageToken: _, traces, ...rest }) => ({
        ...rest,
        traces: mergeTraces(
          traces,
          page.traces.map(({ info }) => info),
          [],
          order,
        ),
        ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
        isLoadingMore: false,
      }));
    } catch (error) {
      setList((value) => ({ ...value, isLoadingMore: false, moreError: toError(error) }));
    }
  }

  async function setOrder(order: TraceOrder): Promise<void> {
    set({ order });
    const first = await settle(readFirstPage);
    if (state().order !== order) return;
    set({ list: first });
  }

  function setChecked(traceIds: readonly string[], isChecked: boolean): void {
    const checked = new Set(state().checked);
    for (const traceId of traceIds) {
      if (isChecked) checked.add(traceId);
      else checked.delete(traceId);
    }
    set({ checked });
  }

  /** Runs one job at a time, and says in `job` how it goes. */
  async function run<Result>(
    kind: Job["kind"],
    totalCount: number,
    work: (signal: AbortSignal, onProgress: (doneCount: number) => void) => Promise<Result>,
  ): Promise<Result | undefined> {
    cancelJob();
    const { signal } = (controller = new AbortController());
    const report = (job: Partial<Job>) => {
      if (!signal.aborted) set({ job: { kind, doneCount: 0, totalCount, ...job } });
    };
    report({});
    try {
      const result = await work(signal, (doneCount) => report({ doneCount }));
      if (signal.aborted) return undefined;
      set({ job: undefined });
      return result;
    } catch (error) {
      report({ error: toError(error) });
      return undefined;
    }
  }

  function cancelJob(): void {
    controller?.abort();
    set({ job: undefined });
  }

  const { delete: deleteTraces } = reader;

  async function selectTrace(traceId: string | undefined): Promise<void> {
    set({
      traceId,
      trace: traceId === undefined ? undefined : { status: "loading" },
      spanId: undefined,
      span: undefined,
      collapsed: new Set<string>(),
      filter: noFilter,
      range: undefined,
    });
    if (traceId !== undefined) await readTrace(traceId);
  }

  async function readTrace(traceId: string): Promise<void> {
    const trace = await settle(async () => {
      const found = await reader.get(traceId, { include: "digests" });
      if (found === undefined) return undefined;
      const { digests } = found.data;
      const failingSpans = await Promise.all(
        toInnermostFailing(digests)
          .slice(0, maxFailingSpans)
          .map(({ spanId }) => reader.getSpan(traceId, spanId)),
      );
      return { info: found.info, digests, failingSpans: failingSpans.flatMap((span) => span ?? []) };
    });
    if (state().traceId === traceId) set({ trace, nowMs: nowMs() });
  }

  async function selectSpan(spanId: string | undefined): Promise<void> {
    const { traceId } = state();
    if (traceId === undefined) return;
    set({ spanId, span: spanId === undefined ? undefined : { status: "loading" } });
    if (spanId !== undefined) await readSpan(traceId, spanId);
  }

  async function readSpan(traceId: string, spanId: string): Promise<void> {
    const span = await settle(() => reader.getSpan(traceId, spanId));
    if (state().traceId === traceId && state().spanId === spanId) set({ span });
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

  async function refreshList(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void> {
    const known = listedTraces(state());
    const first = changed.size > 0 ? await readFirstPage() : undefined;
    const onFirst = new Set(first?.traces.map(({ traceId }) => traceId));
    const below = known.filter(({ traceId }) => changed.has(traceId) && !onFirst.has(traceId));
    const others = await Promise.all(
      below.map(({ traceId }) => reader.get(traceId, { include: "digests", maxSpans: 1 })),
    );
    const updated = [...(first?.traces ?? []), ...others.flatMap((trace) => trace?.info ?? [])];
    setList((list) => ({
      ...list,
      traces: mergeTraces(list.traces, withoutUnchanged(list, updated), deleted, state().order),
    }));
    if (deleted.length > 0) setChecked(deleted, false);
  }

  async function refreshSelection(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void> {
    const { traceId, spanId, span } = state();
    if (traceId === undefined) return;
    if (deleted.includes(traceId)) set({ trace: { status: "ready", value: undefined } });
    if (!changed.has(traceId)) return;
    await readTrace(traceId);
    // An ended span does not change any more.
    const isOpen = span?.status === "ready" && span.value?.endTimeUnixNano === undefined;
    if (spanId !== undefined && isOpen) await readSpan(traceId, spanId);
  }

  return {
    store,
    load,
    loadMore,
    setOrder,
    chooseColumns: (columns) => set({ columns }),
    setChecked,
    exportChecked() {
      const traceIds = [...state().checked];
      return run("export", traceIds.length, (signal, onProgress) =>
        exportTraces(reader, traceIds, onProgress, signal),
      );
    },
    ...(deleteTraces && {
      async deleteChecked() {
        const traceIds = [...state().checked];
        await run("delete", traceIds.length, () => deleteTraces({ traceIds }));
        await refresh();
      },
    }),
    cancelJob,
    selectTrace,
    selectSpan,
    refresh,
    setCollapsed(spanIds, isCollapsed) {
      const collapsed = new Set(state().collapsed);
      for (const spanId of spanIds) {
        if (isCollapsed) collapsed.add(spanId);
        else collapsed.delete(spanId);
      }
      set({ collapsed });
    },
    setFilter: (filter) => set({ filter }),
    setRange: (range) => set({ range }),
    markPath: (isPathMarked) => set({ isPathMarked }),
    resizePane(pane, sizePx) {
      const { [pane]: _, ...others } = state().panes;
      set({ panes: sizePx === undefined ? others : { ...others, [pane]: sizePx } });
    },
  };
}

/** The traces of the list that were read so far. */
export function listedTraces({ list }: ExplorerState): readonly TraceInfo[] {
  return list.status === "ready" ? list.value.traces : [];
}

export function selectionOf({ traceId, spanId }: ExplorerState): Selection | undefined {
  if (traceId === undefined) return undefined;
  return { traceId, ...(spanId !== undefined && { spanId }) };
}

function isAnyRunning(state: ExplorerState): boolean {
  const { trace } = state;
  const isTraceRunning = trace?.status === "ready" && trace.value?.info.state === "IN_PROGRESS";
  return isTraceRunning || listedTraces(state).some((info) => info.state === "IN_PROGRESS");
}

function withoutUnchanged({ traces }: TraceList, updated: readonly TraceInfo[]): TraceInfo[] {
  const revisions = new Map(traces.map(({ traceId, revision }) => [traceId, revision]));
  return updated.filter(({ traceId, revision }) => revisions.get(traceId) !== revision);
}

async function settle<Value>(read: () => Promise<Value>): Promise<Loadable<Value>> {
  try {
    return { status: "ready", value: await read() };
  } catch (error) {
    return { status: "failed", error: toError(error) };
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
