import type { GroupField, TraceGroup, TraceStats } from "@spanbook/core/store";
import type { ListQuery } from "../derive/list-query.js";
import type { GroupState } from "./group-state.js";
import type { ListState } from "./list-state.js";
import { settle, type Loadable } from "./loadable.js";
import { callWithSignal } from "./request.js";
import type { SliceContext } from "./slice.js";

/** The figures that the plots draw, as counted by the source. */
export interface Figures {
  /** What they count. */
  readonly query: ListQuery;
  readonly groupBy?: GroupField;
  /** For all matching traces, whatever their time. */
  readonly whole: TraceStats;
  /** For the time shown; the same object if that is everything. */
  readonly part: TraceStats;
}

export interface FigureState {
  /** Absent while nobody looks at them. During a recount, `value` is the previous figures. */
  readonly figures?: Loadable<Figures>;
}

/** What can be done with the figures. */
export interface FigureActions {
  /** Counts, and recounts when the list changes, until the returned function is called. Several may watch. */
  watchFigures(): () => void;
  /** Counts again after a failure, or after it was cancelled. */
  countAgain(): Promise<void>;
  /** Cancels the count; the previous figures are no longer shown. */
  cancelCount(): void;
}

interface FigureSlice extends FigureActions {
  /** Recounts after changes, if anybody is watching and the last count did not take too long. */
  refreshFigures(): Promise<void>;
}

const bucketCount = 120;
/** At most this share of the time is spent counting. */
const maxShare = 0.2;

export function createFigureSlice({
  reader,
  nowMs,
  state,
  set,
}: SliceContext<FigureState & Pick<ListState, "query"> & GroupState>): FigureSlice {
  let controller: AbortController | undefined;
  let watcherCount = 0;
  let restUntilMs = 0;

  async function count(): Promise<void> {
    if (controller === undefined) return;
    controller.abort();
    const { signal } = (controller = new AbortController());
    const { figures } = state();
    set({ figures: { status: "loading", ...(figures && "value" in figures && { value: figures.value }) } });
    const startMs = nowMs();
    const counted = await settle(() => read(signal));
    if (signal.aborted) return;
    restUntilMs = nowMs() + (nowMs() - startMs) / maxShare;
    set({ figures: counted });
  }

  async function read(signal: AbortSignal): Promise<Figures> {
    const { query: of, groupBy } = state();
    const { text, time } = of;
    const filter = text.trim() === "" ? undefined : await compile(text);
    const query = { bucketCount, filter, groupBy };
    const about = { query: of, ...(groupBy && { groupBy }) };
    const { stats } = reader;
    if (stats === undefined) throw new Error("this source does not count its traces");
    const whole = await callWithSignal(reader, signal, (requestId) => stats({ ...query, requestId }));
    if (time === undefined) return { ...about, whole, part: whole };
    const part = await callWithSignal(reader, signal, (requestId) => stats({ ...query, ...time, requestId }));
    return { ...about, whole, part };
  }

  return {
    watchFigures() {
      if (++watcherCount === 1) {
        controller = new AbortController();
        void count();
      }
      return () => {
        if (--watcherCount > 0) return;
        controller?.abort();
        controller = undefined;
        set({ figures: undefined });
      };
    },
    countAgain: count,
    cancelCount() {
      if (controller === undefined) return;
      controller.abort();
      set({ figures: { status: "failed", error: new DOMException("counting was cancelled", "AbortError") } });
    },
    async refreshFigures() {
      if (nowMs() >= restUntilMs) await count();
    },
  };
}

/** The figures, if they are for what is listed now. */
export function maybeFigures({
  figures,
  query,
}: FigureState & Pick<ListState, "query">): Figures | undefined {
  const value = figures && "value" in figures ? figures.value : undefined;
  return value?.query === query ? value : undefined;
}

/** The source's totals for the groups listed now; undefined until they are known. */
export function maybeGroups(
  state: FigureState & Pick<ListState, "query"> & GroupState,
): readonly TraceGroup[] | undefined {
  const known = maybeFigures(state);
  return known?.groupBy === state.groupBy ? known?.part.traceGroups : undefined;
}

async function compile(text: string) {
  const { compileQuery } = await import("../derive/query-filter.js");
  return compileQuery({ text }).filter;
}
