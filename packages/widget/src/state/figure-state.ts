import type { GroupField, TraceGroup, TraceStats } from "@spanbook/core/store";
import type { ListQuery } from "../derive/list-query.js";
import type { GroupState } from "./group-state.js";
import type { ListState } from "./list-state.js";
import { settle, type Loadable } from "./loadable.js";
import { callWithSignal } from "./request.js";
import type { SliceContext } from "./slice.js";

/** What the plots draw, as the source counts it. */
export interface Figures {
  /** What they are of. */
  readonly query: ListQuery;
  readonly groupBy?: GroupField;
  /** Of all that is looked for, whenever it was. */
  readonly whole: TraceStats;
  /** Of the time that is shown; the same object where that is all. */
  readonly part: TraceStats;
}

export interface FigureState {
  /** Absent while nobody looks at them. While they are counted anew, `value` is what was known before. */
  readonly figures?: Loadable<Figures>;
}

/** What can be done with the figures. */
export interface FigureActions {
  /** Counts, and goes on counting when the list changes, until the result is called. Several may watch. */
  watchFigures(): () => void;
  /** Counts again after a failure, or when it was given up. */
  countAgain(): Promise<void>;
  /** Gives up counting; what was known before is no longer shown. */
  cancelCount(): void;
}

interface FigureSlice extends FigureActions {
  /** Counts what changed meanwhile, if anybody looks, and if the last count does not forbid it by its length. */
  refreshFigures(): Promise<void>;
}

const bucketCount = 120;
/** Of the time, at most this share is spent counting. */
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

/** The figures, if they are of what is listed now. */
export function maybeFigures({
  figures,
  query,
}: FigureState & Pick<ListState, "query">): Figures | undefined {
  const value = figures && "value" in figures ? figures.value : undefined;
  return value?.query === query ? value : undefined;
}

/** What the source says of the groups that are listed now; undefined until it has. */
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
