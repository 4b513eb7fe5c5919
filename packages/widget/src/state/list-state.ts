import type { Trace, TraceInfo } from "@spanbook/core/model";
import type { FilterTree } from "@spanbook/core/search";
import type { GroupField, TracePage, TraceQuery } from "@spanbook/core/store";
import type { ColumnName } from "../derive/columns.js";
import { everyTrace, isNarrowing, type ListQuery } from "../derive/list-query.js";
import type { CompiledQuery } from "../derive/query-filter.js";
import type { TimeSpan } from "../derive/time-span.js";
import { mergeTraces, newestFirst, toOrderBy, type TraceOrder } from "../derive/trace-list.js";
import { settle, toError, type Loadable } from "./loadable.js";
import { withMembers } from "./members.js";
import { callWithSignal } from "./request.js";
import type { SliceContext } from "./slice.js";

export interface TraceList {
  readonly traces: readonly TraceInfo[];
  /** Absent when the list is complete. */
  readonly nextPageToken?: string;
  readonly isLoadingMore: boolean;
  /** Why the next page could not be read. */
  readonly moreError?: Error;
}

/** The list's request to the source. */
export interface ListRequest {
  readonly query: ListQuery;
  readonly order: TraceOrder;
}

/** A change to a query; a `time` of undefined means all times. */
export interface QueryChange {
  readonly text?: string;
  readonly time?: TimeSpan | undefined;
}

/** The state of the list. */
export interface ListState extends ListRequest {
  readonly list: Loadable<TraceList>;
  /** What is being read to replace `list`; absent while `list` is the answer to `query`. */
  readonly pending?: ListRequest;
  /** Recent searches, the last first. */
  readonly recent: readonly string[];
  /** The columns that the reader chose; absent for those that fit. */
  readonly columns?: readonly ColumnName[];
  /** The chosen traces, to do something with all of them. */
  readonly checked: ReadonlySet<string>;
}

/** What can be done with the list. */
export interface ListActions {
  loadMore(): Promise<void>;
  /** Reads the list again in that order. */
  setOrder(order: TraceOrder): Promise<void>;
  /** Searches for traces. The old list stays until they are found; an earlier search that still runs is cancelled. */
  search(change: QueryChange): Promise<void>;
  /** Cancels a running search: the list before it stays. */
  cancelSearch(): void;
  chooseColumns(columns: readonly ColumnName[] | undefined): void;
  setChecked(traceIds: readonly string[], isChecked: boolean): void;
}

interface ListSlice extends ListActions {
  /** Reads the traces of a group that the list does not have yet, at most {@link maxPageSize}. */
  loadGroup(field: GroupField, id: string): Promise<void>;
  /** Reads the first page of the current request, or of the given one. */
  loadList(request?: Partial<ListRequest>): Promise<void>;
  /**
   * Updates the list with the changes reported by the source. Rejects with AbortError if the list is being read again meanwhile.
   */
  refreshList(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

const pageSize = 100;
/** For pages after the first: whoever scrolls wants many. */
const laterPageSize = 500;
const maxPageSize = 1000;
const maxRecent = 8;

export function initialListState(): ListState {
  return {
    list: { status: "loading" },
    query: everyTrace,
    order: newestFirst,
    recent: [],
    checked: new Set<string>(),
  };
}

/** `onAnswer` is called when the list answers another query. */
export function createListSlice(
  { reader, state, set }: SliceContext<ListState>,
  onAnswer: () => void,
): ListSlice {
  /** The query that `list` answers. */
  let compiled: CompiledQuery | undefined;
  let controller = new AbortController();

  function setList(change: (list: TraceList) => TraceList): void {
    const { list } = state();
    if (list.status === "ready") set({ list: { status: "ready", value: change(list.value) } });
  }

  function readPage(
    query: TraceQuery,
    of: CompiledQuery | undefined,
    signal: AbortSignal,
  ): Promise<TracePage> {
    return callWithSignal(reader, signal, (requestId) =>
      reader.search({ ...query, filter: of?.filter, requestId }),
    );
  }

  async function loadList(request: Partial<ListRequest> = {}): Promise<void> {
    cancelSearch();
    const { signal } = controller;
    const { query, order } = { ...state(), ...request };
    set(
      state().list.status === "ready"
        ? { pending: { query, order } }
        : { query, order, list: { status: "loading" } },
    );
    let found: CompiledQuery | undefined;
    const list = await settle(async () => {
      found = await maybeCompile(query);
      const page = await readPage({ maxResults: pageSize, orderBy: toOrderBy(order) }, found, signal);
      return { traces: infosOf(page), ...tokenOf(page), isLoadingMore: false };
    });
    if (signal.aborted) return;
    compiled = found;
    const isOther = state().query !== query;
    set({ list, query, order, pending: undefined, recent: withRecent(state().recent, query.text.trim()) });
    if (isOther) onAnswer();
  }

  function cancelSearch(): void {
    controller.abort();
    controller = new AbortController();
    set({ pending: undefined });
    setList((list) => (list.isLoadingMore ? { ...list, isLoadingMore: false } : list));
  }

  async function loadMore(): Promise<void> {
    const { list, order, pending } = state();
    if (list.status !== "ready" || list.value.isLoadingMore || pending) return;
    const { nextPageToken: pageToken } = list.value;
    if (pageToken === undefined) return;
    setList(({ moreError: _, ...value }) => ({ ...value, isLoadingMore: true }));
    const { signal } = controller;
    try {
      const query = { maxResults: laterPageSize, pageToken, orderBy: toOrderBy(order) };
      const page = await readPage(query, compiled, signal);
      setList(({ nextPageToken: _, traces, ...rest }) => ({
        ...rest,
        traces: mergeTraces(traces, infosOf(page), [], order),
        ...tokenOf(page),
        isLoadingMore: false,
      }));
    } catch (error) {
      if (signal.aborted) return;
      setList((value) => ({ ...value, isLoadingMore: false, moreError: toError(error) }));
    }
  }

  async function loadGroup(field: GroupField, id: string): Promise<void> {
    const { order } = state();
    if (!isListPartial(state())) return;
    const { signal } = controller;
    const filter = compiled
      ? { kind: "and" as const, operands: [compiled.filter, toGroupFilter(field, id)] }
      : toGroupFilter(field, id);
    setList(({ moreError: _, ...value }) => value);
    try {
      const { traces } = await callWithSignal(reader, signal, (requestId) =>
        reader.search({ filter, maxResults: maxPageSize, orderBy: toOrderBy(order), requestId }),
      );
      const found = traces.map(({ info }) => info);
      setList((value) => ({ ...value, traces: mergeTraces(value.traces, found, [], order) }));
    } catch (error) {
      if (!signal.aborted) setList((value) => ({ ...value, moreError: toError(error) }));
    }
  }

  function setChecked(traceIds: readonly string[], isChecked: boolean): void {
    set({ checked: withMembers(state().checked, traceIds, isChecked) });
  }

  async function refreshList(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void> {
    const { order } = state();
    const { signal } = controller;
    // As many as changed, since new traces are mostly at the top.
    const maxResults = Math.min(maxPageSize, Math.max(pageSize, changed.size));
    const query = { maxResults, orderBy: toOrderBy(order) };
    const first = changed.size > 0 ? infosOf(await readPage(query, compiled, signal)) : [];
    const onFirst = new Set(first.map(({ traceId }) => traceId));
    const others = [...changed].filter((traceId) => !onFirst.has(traceId));
    const found = (await Promise.all(others.map(readIfFound))).flatMap((info) => info ?? []);
    signal.throwIfAborted();
    const foundIds = new Set(found.map(({ traceId }) => traceId));
    const gone = [...deleted, ...others.filter((traceId) => !foundIds.has(traceId))];
    setList((known) => ({
      ...known,
      traces: mergeTraces(
        known.traces,
        withoutUnchanged(known, [...first, ...found]),
        gone,
        order,
        known.nextPageToken === undefined,
      ),
    }));
    if (deleted.length > 0) setChecked(deleted, false);
  }

  /** A trace's info, if it matches the list's query. */
  async function readIfFound(traceId: string): Promise<TraceInfo | undefined> {
    const needs = compiled?.needs ?? "info";
    const trace: Trace | undefined = await reader.get(traceId, {
      include: needs === "spans" ? "spans" : "digests",
      ...(needs === "info" && { maxSpans: 1 }),
    });
    return trace && (compiled?.matches(trace) ?? true) ? trace.info : undefined;
  }

  return {
    loadList,
    loadMore,
    loadGroup,
    setOrder: (order) => loadList({ order }),
    search: (change) => {
      const { query, pending } = state();
      const { time, ...others } = { ...(pending?.query ?? query), ...change };
      return loadList({
        query: { ...others, ...(time && { time }) },
        ...(pending && { order: pending.order }),
      });
    },
    cancelSearch,
    chooseColumns: (columns) => set({ columns }),
    setChecked,
    refreshList,
  };
}

/** The traces of the list that were read so far. */
export function listedTraces({ list }: Pick<ListState, "list">): readonly TraceInfo[] {
  return list.status === "ready" ? list.value.traces : [];
}

/** Whether there are more traces than were read so far. */
export function isListPartial({ list }: Pick<ListState, "list">): boolean {
  return list.status === "ready" && list.value.nextPageToken !== undefined;
}

function toGroupFilter(field: GroupField, id: string): FilterTree {
  const name = field === "experiment" ? "trace.experiment" : (`trace.${field}_id` as const);
  return id === ""
    ? { kind: "nullCheck", field: { name }, op: "IS NULL" }
    : { kind: "comparison", field: { name }, op: "=", value: id };
}

/** Rejects with FilterSyntaxError. The parser is loaded at the first search. */
async function maybeCompile(query: ListQuery): Promise<CompiledQuery | undefined> {
  if (!isNarrowing(query)) return undefined;
  const { compileQuery } = await import("../derive/query-filter.js");
  return compileQuery(query);
}

function withRecent(recent: readonly string[], text: string): readonly string[] {
  if (text === "" || text === recent[0]) return recent;
  return [text, ...recent.filter((other) => other !== text)].slice(0, maxRecent);
}

function infosOf({ traces }: TracePage): TraceInfo[] {
  return traces.map(({ info }) => info);
}

function tokenOf({ nextPageToken }: TracePage): Pick<TracePage, "nextPageToken"> {
  return nextPageToken === undefined ? {} : { nextPageToken };
}

function withoutUnchanged({ traces }: TraceList, updated: readonly TraceInfo[]): TraceInfo[] {
  const revisions = new Map(traces.map(({ traceId, revision }) => [traceId, revision]));
  return updated.filter(({ traceId, revision }) => revisions.get(traceId) !== revision);
}
