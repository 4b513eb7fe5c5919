import type { TraceState } from "@spanbook/core/model";
import { formatCount, formatDuration } from "../derive/format.js";
import type { SpanNode } from "../derive/span-tree.js";
import type { TimeRange } from "../derive/time-range.js";
import type { Bar } from "../derive/timeline.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toLabel } from "../derive/visible-text.js";
import { toTypeTone } from "../design/tokens.js";
import { Duration } from "../parts/duration.js";
import { Icon } from "../parts/icon.js";
import { Indent } from "../parts/indent.js";
import { SpanBar } from "./span-bar.js";
import { SpanLabel } from "./span-label.js";

interface SpanRowProps {
  readonly node: SpanNode;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly bar: Bar;
  readonly selfMs: number;
  readonly range: TimeRange;
  readonly critical: readonly TimeRange[];
  readonly traceState: TraceState;
  /** Whether it is shown for its descendants, not as a match. */
  readonly isContext: boolean;
  readonly searched: string;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  /** Whether this is the one row that Tab reaches. */
  readonly isActive: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (isCollapsed: boolean) => void;
  readonly onZoom: (spanId: string) => void;
}

export function SpanRow(props: SpanRowProps) {
  const { node, rowIndex, bar, selfMs, range, critical, traceState, isContext, searched } = props;
  const { isCollapsed, isSelected, isActive, onSelect, onToggle, onZoom } = props;
  const { digest, depth, position, siblingCount, childCount } = node;
  const isFailed = digest.status === "ERROR";
  const tone = toTypeTone(digest.type);
  return (
    <div
      class={`span-row${isFailed ? " failed" : ""}${isContext ? " context" : ""}`}
      role="row"
      data-id={digest.spanId}
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblingCount}
      aria-rowindex={rowIndex}
      aria-expanded={childCount > 0 ? !isCollapsed : undefined}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      onClick={() => onSelect(digest.spanId)}
      onDblClick={() => onZoom(digest.spanId)}
    >
      <span role="gridcell" class="span-name">
        <Indent depth={depth} />
        <span
          class={childCount === 0 ? "no-chevron" : isCollapsed ? "chevron" : "chevron open"}
          onClick={(event) => {
            if (childCount === 0) return;
            event.stopPropagation();
            onToggle(!isCollapsed);
          }}
          onDblClick={(event) => childCount > 0 && event.stopPropagation()}
        />
        <Icon name={tone} label={toTypeLabel(digest.type)} class={`type-icon tone-${tone}`} />
        <SpanLabel node={node} searched={searched} />
        {isFailed && (
          <span class="mark state-ERROR" title="failed">
            <Icon name="error" label="failed" />
          </span>
        )}
        {!isFailed && isCollapsed && node.failedDescendantCount > 0 && (
          <span class="mark state-ERROR" title={`${formatCount(node.failedDescendantCount)} failed inside`}>
            <Icon name="error" label="failed inside" />
          </span>
        )}
        {isCollapsed && <span class="hidden-count">{formatCount(node.descendantCount)}</span>}
        {digest.model !== undefined && (
          <span class="aside">
            <span>{toLabel(digest.model)}</span>
          </span>
        )}
        {node.isOrphan && (
          <span class="aside" title={`The parent ${digest.parentSpanId ?? ""} is not in this trace`}>
            <span>parent missing</span>
          </span>
        )}
      </span>
      <span role="gridcell" class="number">
        {bar.isOpen ? (
          <OpenDuration soFarMs={bar.durationMs} traceState={traceState} />
        ) : (
          <Duration ms={bar.durationMs} note={`${formatDuration(selfMs)} self time`} />
        )}
      </span>
      <span role="gridcell" class="bar-cell track">
        <SpanBar tone={tone} bar={bar} selfMs={selfMs} range={range} critical={critical} />
      </span>
    </div>
  );
}

/** How long a running span has taken so far. If its program is gone, nobody knows. */
function OpenDuration({
  soFarMs,
  traceState,
}: {
  readonly soFarMs: number;
  readonly traceState: TraceState;
}) {
  if (traceState !== "IN_PROGRESS") {
    return <span class="faint">{traceState === "UNFINISHED" ? "unfinished" : "open"}</span>;
  }
  return (
    <span class="state-IN_PROGRESS">
      <Duration ms={soFarMs} note="so far" />
    </span>
  );
}
