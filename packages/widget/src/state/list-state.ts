import type { TraceInfo } from "@spanbook/core/model";
import type { ColumnName } from "../derive/columns.js";
import { mergeTraces, newestFirst, toOrderBy, type TraceOrder } from "../derive/trace-list.js";
import { settle, toError, type Loadable } from "./loadable.js";
import type { SliceContext } from "./slice.js";

export interface TraceList {
  readonly traces: readonly TraceInfo[];
  /** Absent when the list is whole. */
  readonly nextPageToken?: string;
  readonly isLoadingMore: boolean;
  /** Why the page after these could not be read. */
  readonly moreError?: Error;
}

/** What is known of the list. */
export interface ListState {
  readonly list: Loadable<TraceList>;
  readonly order: TraceOrder;
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
  chooseColumns(columns: readonly ColumnName[] | undefined): void;
  setChecked(traceIds: readonly string[], isChecked: boolean): void;
}

interface ListSlice extends ListActions {
  /** Reads the first page; the highest revision on it. */
  loadList(): Promise<number>;
  /** Brings the list up to date with what the source says has changed. */
  refreshList(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

const pageSize = 100;

export function initialListState(): ListState {
  return { list: { status: "loading" }, order: newestFirst, checked: new Set<string>() };
}

export function createListSlice({ reader, state, set }: SliceContext<ListState>): ListSlice {
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

  async function loadList(): Promise<number> {
    set({ list: { status: "loading" } });
    set({ list: await settle(readFirstPage) });
    return listedTraces(state()).reduce((highest, info) => Math.max(highest, info.revision), 0);
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

  return {
    loadList,
    loadMore,
    setOrder,
    chooseColumns: (columns) => set({ columns }),
    setChecked,
    refreshList,
  };
}

/** The traces of the list that were read so far. */
export function listedTraces({ list }: Pick<ListState, "list">): readonly TraceInfo[] {
  return list.status === "ready" ? list.value.traces : [];
}

function withoutUnchanged({ traces }: TraceList, updated: readonly TraceInfo[]): TraceInfo[] {
  const revisions = new Map(traces.map(({ traceId, revision }) => [traceId, revision]));
  return updated.filter(({ traceId, revision }) => revisions.get(traceId) !== revision);
}
