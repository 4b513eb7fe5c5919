import type { Layout } from "../derive/layout.js";
import { valueAt } from "../derive/span-times.js";
import type { SpanNode } from "../derive/span-tree.js";
import type { EditKit } from "../edit/edit-kit.js";
import type { ExplorerState } from "../explorer-state.js";
import { Later } from "../parts/later.js";
import { Splitter } from "../parts/splitter.js";
import type { Size } from "../parts/use-size.js";
import type { OpenTrace } from "../state/trace-state.js";
import type { TraceActions } from "./trace-props.js";
import type { TraceFigures } from "./use-trace-figures.js";

interface DetailsPaneProps {
  readonly state: ExplorerState;
  readonly trace: OpenTrace;
  readonly figures: TraceFigures;
  /** The selected span; undefined for the trace as a whole. */
  readonly node: SpanNode | undefined;
  readonly edit: EditKit | undefined;
  readonly isReadOnly: boolean;
  readonly layout: Layout;
  /** The size of the area shared with the spans. */
  readonly size: Size;
  readonly actions: TraceActions;
  /** Shows a span in the tree and its details. */
  readonly onReveal: (spanId: string | undefined) => void;
  readonly onClose: () => void;
}

const minTreePx = 280;
const minTreeHeightPx = 110;

/** The details of a span, or of the trace as a whole: beside the spans, below them, or over them. */
export function DetailsPane(props: DetailsPaneProps) {
  const { state, trace, figures, node, edit, layout, actions, onClose } = props;
  const { spanId, nowMs } = state;
  const isOver = layout.details === "over";
  const pane = layout.details === "beside" ? toBeside(props) : toBelow(props);
  return (
    <>
      {!isOver && (
        <Splitter
          label="the details"
          isVertical={layout.details === "beside"}
          isPaneBehind
          sizePx={pane.sizePx}
          minPx={pane.minPx}
          maxPx={pane.maxPx}
          onResize={(sizePx) => actions.resizePane(pane.name, sizePx)}
        />
      )}
      <div class="details-pane" style={isOver ? {} : { flexBasis: `${pane.sizePx}px` }}>
        <Later load={() => import("../span/details-parts.js")} what="the details">
          {({ SpanDetails, TraceOverview }) =>
            node ? (
              <SpanDetails
                node={node}
                span={state.span}
                selfMs={valueAt(figures.times.selfMs, figures.tree.indexOf.get(node.digest.spanId) ?? -1)}
                timeline={figures.timeline}
                searched={state.filter.text.trim()}
                info={trace.info}
                nowMs={nowMs}
                edit={edit}
                onOpen={(linked) => {
                  if (linked.traceId === trace.info.traceId) props.onReveal(linked.spanId);
                  else void actions.select(linked);
                }}
                onClose={onClose}
                onRetry={() => void actions.selectSpan(spanId)}
              />
            ) : (
              <TraceOverview
                trace={trace}
                nowMs={nowMs}
                edit={edit}
                isReadOnly={props.isReadOnly}
                canClose={layout.details !== "beside"}
                onClose={onClose}
                onReveal={props.onReveal}
              />
            )
          }
        </Later>
      </div>
    </>
  );
}

function toBeside({ state: { panes }, size: { widthPx } }: DetailsPaneProps) {
  const maxPx = widthPx - minTreePx;
  const usualPx = Math.min(560, Math.max(320, widthPx * 0.4));
  return { name: "details" as const, sizePx: Math.min(maxPx, panes.details ?? usualPx), minPx: 260, maxPx };
}

function toBelow({ state: { panes }, size: { heightPx } }: DetailsPaneProps) {
  const maxPx = heightPx - minTreeHeightPx;
  const sizePx = Math.min(maxPx, panes.detailsHeight ?? heightPx * 0.58);
  return { name: "detailsHeight" as const, sizePx, minPx: 120, maxPx };
}
