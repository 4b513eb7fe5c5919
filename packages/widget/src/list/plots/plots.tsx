import type { SpanGroup } from "@spanbook/core/store";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { maxDots } from "../../derive/dots.js";
import { formatCount, formatDuration, formatError, formatPlural } from "../../derive/format.js";
import type { ExplorerModel, ExplorerState } from "../../explorer-state.js";
import { Switch } from "../../parts/switch.js";
import { useStyles } from "../../parts/use-styles.js";
import type { Figures } from "../../state/figure-state.js";
import { listedTraces } from "../../state/list-state.js";
import { drawBuckets, errorMeasure, tokenMeasure } from "./bucket-figure.js";
import { drawDurations } from "./duration-figure.js";
import { Figure, type Plot } from "./figure.js";
import { drawLatencies } from "./latency-figure.js";
import * as plotParts from "./plot-parts.js";
import { plotStyles } from "./plot-styles.js";
import { SpanTable } from "./span-table.js";
import { TimelineStrip, toTime } from "./timeline-strip.js";

export interface PlotsProps {
  readonly state: ExplorerState;
  readonly actions: ExplorerModel;
  readonly widthPx: number;
  readonly onOpen: (traceId: string) => void;
}

const kinds = {
  durations: "Durations",
  latency: "Latency",
  spans: "Spans",
  tokens: "Tokens and errors",
} as const;

type Kind = keyof typeof kinds;

/** Shown above the list: the number of traces over time, and one drawing of the traces found. */
export function Plots(props: PlotsProps) {
  const { state, actions } = props;
  const [kind, setKind] = useState<Kind>("durations");
  const body = useRef<HTMLDivElement>(null);
  useStyles(body, plotStyles);
  useEffect(() => actions.watchFigures(), [actions]);
  const figures = state.figures && "value" in state.figures ? state.figures.value : undefined;
  const note = figures && toNote(kind, state, figures);
  const failure = state.figures?.status === "failed" ? state.figures.error : undefined;
  return (
    <>
      {figures && figures.whole.traceCount > 0 ? (
        <TimelineStrip
          stats={figures.whole}
          time={(state.pending?.query ?? state.query).time}
          nowMs={state.nowMs}
          onTime={(time) => void actions.search({ time })}
        />
      ) : (
        <div class="timeline-strip" />
      )}
      <div class="plot-head">
        <Switch label="What is plotted" choices={kinds} chosen={kind} onChoose={setKind} />
        {figures === undefined && !failure ? (
          <span class="plot-note faint late" role="status">
            Counting …{" "}
            <button type="button" class="link" onClick={actions.cancelCount}>
              Cancel
            </button>
          </span>
        ) : (
          note !== undefined && (
            <span class="plot-note faint" title={note}>
              {note}
            </span>
          )
        )}
      </div>
      <div class="plot-body" ref={body}>
        {failure && kind !== "durations" ? (
          <p class="plot-failure" role="alert">
            {failure.name === "AbortError" ? (
              <span>Not counted</span>
            ) : (
              <span class="state-ERROR">{formatError(failure).slice(0, 300)}</span>
            )}
            <button type="button" class="link" onClick={() => void actions.countAgain()}>
              Count again
            </button>
          </p>
        ) : (
          <Drawing kind={kind} figures={figures} plot={plotParts} {...props} />
        )}
      </div>
    </>
  );
}

/** The least width for the table's columns. */
const narrowPx = 520;

interface DrawingProps extends PlotsProps {
  readonly kind: Kind;
  /** undefined while they are being counted. */
  readonly figures: Figures | undefined;
  readonly plot: Plot;
}

function Drawing({ kind, figures, plot, state, actions, widthPx, onOpen }: DrawingProps) {
  const traces = listedTraces(state);
  const { traceId } = state;
  const stats = figures?.part;
  const halfPx = Math.floor(widthPx / 2);
  const dotted = useSame(traces.slice(0, maxDots));
  // If all have a dot, these align with the strip's bars.
  const { fromMs, toMs } = toTime(stats && dotted.length >= stats.traceCount ? stats : nothing);
  const durations = useCallback(
    () => drawDurations(plot, dotted, widthPx, traceId, fromMs < toMs ? { fromMs, toMs } : undefined),
    [plot, dotted, widthPx, traceId, fromMs, toMs],
  );
  const latencies = useCallback(() => drawLatencies(plot, stats ?? nothing, widthPx), [plot, stats, widthPx]);
  const tokens = useCallback(
    () => drawBuckets(plot, stats ?? nothing, tokenMeasure, halfPx),
    [plot, stats, halfPx],
  );
  const errors = useCallback(
    () => drawBuckets(plot, stats ?? nothing, errorMeasure, halfPx),
    [plot, stats, halfPx],
  );
  const open = useCallback(
    (dot: unknown) => {
      if (typeof dot === "object" && dot !== null && "traceId" in dot) onOpen(String(dot.traceId));
    },
    [onOpen],
  );

  if (kind === "durations") return <Figure plot={plot} draw={durations} onClick={open} />;
  if (stats === undefined) return <p class="plot-failure faint">Counting …</p>;
  if (stats.traceCount === 0) return <p class="plot-failure faint">No trace to plot</p>;
  if (kind === "latency") return <Figure plot={plot} draw={latencies} />;
  if (kind === "spans") {
    return (
      <SpanTable
        groups={stats.spanGroups}
        isNarrow={widthPx < narrowPx}
        onChoose={(group) => void actions.search({ text: toFilterText(group) })}
      />
    );
  }
  return (
    <div class="figure-pair">
      <Figure plot={plot} draw={tokens} />
      <Figure plot={plot} draw={errors} />
    </div>
  );
}

const nothing = {
  traceCount: 0,
  errorCount: 0,
  openCount: 0,
  buckets: [],
  bucketMs: 1,
  durationBins: [],
  spanGroups: [],
};

/** What neither the drawing nor the list's count tells: that not all traces are drawn, or some figures. */
function toNote(kind: Kind, state: ExplorerState, { part }: Figures): string | undefined {
  const { traceCount, durationMs } = part;
  const listed = listedTraces(state).length;
  if (kind === "durations" && listed < traceCount) {
    return `${formatCount(listed)} of ${formatPlural(traceCount, "trace")}`;
  }
  if (kind !== "latency" || !durationMs) return undefined;
  const { p50, p95, p99 } = durationMs;
  return `p50 ${formatDuration(p50)} · p95 ${formatDuration(p95)} · p99 ${formatDuration(p99)}`;
}

function toFilterText({ name, type }: SpanGroup): string {
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  return `span.name = ${quote(name)} AND span.type = ${quote(type)}`;
}

/** The previous array as long as the items are the same: loading more adds traces that are not drawn. */
function useSame<Item>(items: readonly Item[]): readonly Item[] {
  const known = useRef(items);
  const { current } = known;
  if (items.length !== current.length || items.some((item, at) => item !== current[at])) {
    known.current = items;
  }
  return known.current;
}
