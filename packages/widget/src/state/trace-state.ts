import type { Span, SpanDigest, TraceInfo } from "@spanbook/core/model";
import { toFailureCauses } from "../derive/failing.js";
import { unfolded, type Folding } from "../derive/folding.js";
import { noFilter, type SpanFilter } from "../derive/span-filter.js";
import type { TimeRange } from "../derive/time-range.js";
import { readDigests } from "../reading/read-digests.js";
import { settle, type Loadable } from "./loadable.js";
import type { SliceContext } from "./slice.js";

export interface OpenTrace {
  readonly info: TraceInfo;
  readonly digests: readonly SpanDigest[];
  /** The whole spans in which failures began; at most {@link maxFailingSpans}. Empty until all spans are there. */
  readonly failingSpans: readonly Span[];
  /** Only the earlier spans are there: the rest is being read, or was given up. */
  readonly rest?: "coming" | "left";
  /** Why the rest could not be read. */
  readonly restError?: Error;
}

/** The state of the selected trace and span. */
export interface OpenTraceState {
  readonly traceId?: string;
  /** undefined in a ready state if the trace was deleted meanwhile. */
  readonly trace?: Loadable<OpenTrace | undefined>;
  readonly spanId?: string;
  readonly span?: Loadable<Span | undefined>;
  readonly folding: Folding;
  /** Which spans of the trace are searched for. */
  readonly filter: SpanFilter;
  /** The visible part of the trace's time; absent for all of it. */
  readonly range?: TimeRange;
  readonly isPathMarked: boolean;
  /** How its spans are drawn. */
  readonly view: SpanView;
  /** Milliseconds since the Unix epoch, at the last check for changes. */
  readonly nowMs: number;
}

export type SpanView = "tree" | "flame";

/** What is selected; `spanId` is absent if the trace as a whole is selected. */
export interface Selection {
  readonly traceId: string;
  readonly spanId?: string;
}

/** How a trace is shown; whatever is absent has its initial value. */
export interface ShownPart {
  readonly spanId?: string | undefined;
  readonly filter?: SpanFilter | undefined;
  readonly range?: TimeRange | undefined;
}

/** What can be done with the selected trace. */
export interface OpenTraceActions {
  /** Opens a trace. `part` is applied as soon as it can be, even while the rest is still being read. */
  selectTrace(traceId: string | undefined, part?: ShownPart): Promise<void>;
  selectSpan(spanId: string | undefined): Promise<void>;
  /** Opens a trace, and a span of it. */
  select(selection: Selection): Promise<void>;
  /** Expands and collapses spans. */
  fold(folding: Folding): void;
  setFilter(filter: SpanFilter): void;
  /** Shows a part of the trace's time; undefined for all of it. */
  setRange(range: TimeRange | undefined): void;
  markPath(isMarked: boolean): void;
  setView(view: SpanView): void;
  /** Stops reading a large trace: the spans read so far stay. */
  stopReading(): void;
  /** Reads the remaining spans. */
  readOn(): Promise<void>;
}

interface TraceSlice extends OpenTraceActions {
  /** Updates the selection with the changes reported by the source. */
  refreshSelection(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

const maxFailingSpans = 3;

export function initialTraceState(nowMs: number): OpenTraceState {
  return { folding: unfolded, filter: noFilter, isPathMarked: true, view: "tree", nowMs };
}

export function createTraceSlice({ reader, nowMs, state, set }: SliceContext<OpenTraceState>): TraceSlice {
  async function selectTrace(traceId: string | undefined, part: ShownPart = {}): Promise<void> {
    const { spanId, filter = noFilter, range } = part;
    set({
      traceId,
      trace: traceId === undefined ? undefined : { status: "loading" },
      spanId: undefined,
      span: undefined,
      folding: unfolded,
      filter,
      range,
    });
    if (traceId === undefined) controller.abort();
    else await Promise.all([readTrace(traceId), selectSpan(spanId)]);
  }

  let controller = new AbortController();
  let reading: Promise<void> = Promise.resolve();

  /** Reads the selected trace; of what is already known, only what may have changed. */
  function readTrace(traceId: string): Promise<void> {
    controller.abort();
    const { signal } = (controller = new AbortController());
    return (reading = readUnlessAborted(traceId, signal));
  }

  async function readUnlessAborted(traceId: string, signal: AbortSignal): Promise<void> {
    const last = openTrace();
    const known = last && { info: last.info, digests: last.digests, isPartial: last.rest !== undefined };
    const show = (trace: Loadable<OpenTrace | undefined>) => {
      if (!signal.aborted) set({ trace, nowMs: nowMs() });
    };
    const trace = await settle(async () => {
      const found = await readDigests(reader, traceId, known, signal, ({ info, digests }) =>
        show({ status: "ready", value: { info, digests, failingSpans: [], rest: "coming" } }),
      );
      if (found === undefined) return undefined;
      const { info, digests } = found;
      const failingSpans = await Promise.all(
        toFailureCauses(digests)
          .slice(0, maxFailingSpans)
          .map(({ spanId }) => reader.getSpan(traceId, spanId)),
      );
      return { info, digests, failingSpans: failingSpans.flatMap((span) => span ?? []) };
    });
    const part = openTrace();
    // What was read before a failure stays.
    if (trace.status !== "failed" || !part?.rest) show(trace);
    else show({ status: "ready", value: { ...part, rest: "left", restError: trace.error } });
  }

  function openTrace(): OpenTrace | undefined {
    const { trace } = state();
    return trace?.status === "ready" ? trace.value : undefined;
  }

  function stopReading(): void {
    controller.abort();
    const value = openTrace();
    if (value?.rest) set({ trace: { status: "ready", value: { ...value, rest: "left" } } });
  }

  async function readOn(): Promise<void> {
    const part = openTrace();
    if (!part?.rest) return;
    const { restError: _, ...value } = part;
    set({ trace: { status: "ready", value: { ...value, rest: "coming" } } });
    await readTrace(value.info.traceId);
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

  async function refreshSelection(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void> {
    const { traceId, spanId, span } = state();
    if (traceId === undefined) return;
    if (deleted.includes(traceId)) {
      controller.abort();
      set({ trace: { status: "ready", value: undefined } });
    }
    if (!changed.has(traceId)) return;
    await reading;
    if (state().traceId !== traceId || openTrace()?.rest) return;
    await readTrace(traceId);
    // An ended span no longer changes.
    const isOpen = span?.status === "ready" && span.value?.endTimeUnixNano === undefined;
    if (spanId !== undefined && isOpen) await readSpan(traceId, spanId);
  }

  return {
    selectTrace,
    selectSpan,
    select: ({ traceId, spanId }) => selectTrace(traceId, { spanId }),
    fold: (folding) => set({ folding }),
    setFilter: (filter) => set({ filter }),
    setRange: (range) => set({ range }),
    markPath: (isPathMarked) => set({ isPathMarked }),
    setView: (view) => set({ view }),
    stopReading,
    readOn,
    refreshSelection,
  };
}
