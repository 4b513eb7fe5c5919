import type { SpanDigest, TraceInfo } from "@spanbook/core/model";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toNextFailing } from "../derive/failing.js";
import type { Layout } from "../derive/layout.js";
import { ancestorsOf, toSpanTree } from "../derive/span-tree.js";
import { toTimeline } from "../derive/timeline.js";
import type { ExplorerState, OpenTrace } from "../explorer-state.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { IconButton } from "../parts/icon-button.js";
import { Loading } from "../parts/loading.js";
import { SpanDetails } from "../span/span-details.js";
import { SpanTreeGrid } from "./span-tree-grid.js";
import { TraceHead } from "./trace-head.js";
import { TraceOverview } from "./trace-overview.js";

interface TraceViewProps {
  readonly state: ExplorerState;
  readonly layout: Layout;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly onClose: () => void;
  readonly onRetry: () => void;
  readonly onSelectSpan: (spanId: string | undefined) => void;
  readonly onCollapse: (spanIds: readonly string[], isCollapsed: boolean) => void;
}

/** The selected trace: what it was in a line, its spans, and the details of one. */
export function TraceView(props: TraceViewProps) {
  const { state, onClose, onRetry } = props;
  const { trace } = state;
  // While it is read anew, what was read before stays.
  if (trace?.status === "ready" && trace.value) {
    return <ReadyTrace {...props} trace={trace.value} />;
  }
  return (
    <section class="trace-pane" aria-label="Trace">
      <header class="pane-head">
        <IconButton icon="back" label="Back to the list" onClick={onClose} />
      </header>
      {trace?.status === "failed" ? (
        <FailureNotice title="The trace could not be read" error={trace.error} onRetry={onRetry} />
      ) : trace?.status === "ready" ? (
        <div class="notice">
          <p class="notice-title">This trace is gone</p>
          <p class="notice-text">It was deleted, or pruned to make room.</p>
          <button type="button" class="button" onClick={onClose}>
            Back to the list
          </button>
        </div>
      ) : (
        <Loading what="the trace" />
      )}
    </section>
  );
}

function ReadyTrace(props: TraceViewProps & { readonly trace: OpenTrace }) {
  const { state, trace, layout, focusNext, onClose, onSelectSpan, onCollapse } = props;
  const { info, digests } = trace;
  const { spanId, collapsed, nowMs } = state;
  const tree = useMemo(() => toSpanTree(digests), [digests]);
  const timeline = useTimeline(info, digests, nowMs);
  const [isOverviewOpen, setOverviewOpen] = useState(false);
  const pane = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    if (focusNext.current !== "tree") return;
    focusNext.current = undefined;
    pane.current?.querySelector<HTMLElement>('[role="treegrid"] [role="row"][tabindex="0"]')?.focus();
  }, []);

  function reveal(target: string | undefined): void {
    if (target === undefined) return;
    const hidden = ancestorsOf(tree, target).filter((id) => collapsed.has(id));
    if (hidden.length > 0) onCollapse(hidden, false);
    onSelectSpan(target);
  }

  function closeDetails(): void {
    setOverviewOpen(false);
    onSelectSpan(undefined);
  }

  const node = spanId === undefined ? undefined : tree.nodes[tree.indexOf.get(spanId) ?? -1];
  const isOverviewShown = node === undefined && (isOverviewOpen || layout.details === "beside");
  return (
    <section class="trace-pane" aria-label={`Trace ${info.name}`} ref={pane}>
      <TraceHead
        info={info}
        nowMs={nowMs}
        openEndMs={timeline.openEndMs}
        hasTree={tree.nodes.some(({ childCount }) => childCount > 0)}
        isAllCollapsed={collapsed.size > 0}
        isOverviewShown={isOverviewShown}
        onClose={onClose}
        onNextFailing={() => reveal(toNextFailing(tree.nodes, spanId))}
        onOverview={() => {
          onSelectSpan(undefined);
          setOverviewOpen(!isOverviewShown);
        }}
        onToggleAll={() => {
          const parents = tree.nodes.filter(({ childCount, depth }) => childCount > 0 && depth > 0);
          onCollapse(
            collapsed.size > 0 ? [...collapsed] : parents.map(({ digest }) => digest.spanId),
            collapsed.size === 0,
          );
        }}
      />
      <div class={`trace-body details-${layout.details}`}>
        {digests.length === 0 ? (
          <div class="notice">
            <p class="notice-title">No spans</p>
            <p class="notice-text">Only what was set on the trace as a whole is known.</p>
          </div>
        ) : (
          <SpanTreeGrid
            tree={tree}
            timeline={timeline}
            traceState={info.state}
            collapsed={collapsed}
            selectedId={spanId}
            isNarrow={layout.isNarrowTree}
            onSelect={onSelectSpan}
            onCollapse={onCollapse}
            onEscape={() => (spanId === undefined ? onClose() : closeDetails())}
          />
        )}
        {node && (
          <SpanDetails
            node={node}
            span={state.span}
            timeline={timeline}
            traceState={info.state}
            onClose={closeDetails}
            onRetry={() => onSelectSpan(spanId)}
          />
        )}
        {isOverviewShown && (
          <TraceOverview
            trace={trace}
            canClose={layout.details !== "beside"}
            onClose={closeDetails}
            onReveal={reveal}
          />
        )}
      </div>
    </section>
  );
}

/** The timeline; a new one only when the spans or, while it runs, the time are new. */
function useTimeline(info: TraceInfo, digests: readonly SpanDigest[], nowMs: number) {
  const runningMs = info.state === "IN_PROGRESS" ? nowMs : 0;
  return useMemo(() => toTimeline(info, digests, runningMs), [info, digests, runningMs]);
}
