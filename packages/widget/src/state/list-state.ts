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
  /** Absent when the list is whole. */
  readonly nextPageToken?: string;
  readonly isLoadingMore: boolean;
  /** Why the page after these could not be read. */
  readonly moreError?: Error;
}

/** What is asked of the source for the list. */
export interface ListRequest {
  readonly query: ListQuery;
  readonly order: TraceOrder;
}

/** What becomes different in a query; a `time` of undefined is all of the time. */
export interface QueryChange {
  readonly text?: string;
  readonly time?: TimeSpan | undefined;
}

/** What is known of the list. */
export interface ListState extends ListRequest {
  readonly list: Loadable<TraceList>;
  /** What is being read in place of `list`; absent while `list` is the answer to `query`. */
  readonly pending?: ListRequest;
  /** What was looked for before, the last first. */
  readonly recent: readonly string[];
  /** The columns that the reader chose; absent while they are those that fit. */
  readonly columns?: readonly ColumnName[];
  /** The traces that were chosen, to do something with all of them. */
  readonly checked: ReadonlySet<string>;
}

/** What can be done with the list. */
export interface ListActions {
  loadMore(): Promise<void>;
  /** Reads the list anew in that order. */
  setOrder(order: TraceOrder): Promise<void>;
  /** Looks for traces. What was listed stays until they are found; a search before it that still runs is given up. */
  search(change: QueryChange): Promise<void>;
  /** Gives up a search that runs: what was listed before it stays. */
  cancelSearch(): void;
  chooseColumns(columns: readonly ColumnName[] | undefined): void;
  setChecked(traceIds: readonly string[], isChecked: boolean): void;
}

interface ListSlice extends ListActions {
  /** Reads the traces of a group that the list has not got yet, at most {@link maxPageSize}. */
  loadGroup(field: GroupField, id: string): Promise<void>;
  /** Reads the first page of what is asked for; with a request, of that. */
  loadList(request?: Partial<ListRequest>): Promise<void>;
  /**
   * Brings the list up to date with what the source says has changed. Rejects with AbortError when the list is being read
   * anew meanwhile.
   */
  refreshList(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

const pageSize = 100;
/** Of pages behind the first: whoever scrolls wants many. */
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

/** `onAnswer` is called when the list is the answer to another query. */
export function createListSlice(
  { reader, state, set }: SliceContext<ListState>,
  onAnswer: () => void,
): ListSlice {
  /** Of what `list` is the answer to. */
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
    // As many as changed: what is new stands mostly at the top.
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

  /** A trace's info, if it is what the list looks for. */
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

/** Rejects with FilterSyntaxError. The parser comes when something is looked for first. */
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
