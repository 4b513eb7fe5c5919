import type { TraceState } from "@spanbook/core/model";
import { formatCount, formatDuration } from "../derive/format.js";
import type { SpanNode } from "../derive/span-tree.js";
import { toBar, type Timeline } from "../derive/timeline.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toVisibleText } from "../derive/visible-text.js";
import { toTypeTone } from "../design/tokens.js";
import { Duration } from "../parts/duration.js";
import { Icon } from "../parts/icon.js";
import { SpanLabel } from "./span-label.js";

interface SpanRowProps {
  readonly node: SpanNode;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly timeline: Timeline;
  readonly traceState: TraceState;
  readonly isCollapsed: boolean;
  readonly isSelected: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (spanId: string, isCollapsed: boolean) => void;
}

export function SpanRow(props: SpanRowProps) {
  const { node, rowIndex, timeline, traceState, isCollapsed, isSelected, isActive, onSelect, onToggle } =
    props;
  const { digest, depth, position, siblingCount, childCount } = node;
  const bar = toBar(digest, timeline);
  const isFailed = digest.status === "ERROR";
  return (
    <div
      class={`span-row tone-${toTypeTone(digest.type)}${isFailed ? " failed" : ""}`}
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
    >
      <span role="gridcell" class="span-name">
        <span class="indent" style={{ "--depth": depth }} />
        {childCount > 0 ? (
          <span
            class={`chevron${isCollapsed ? "" : " open"}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(digest.spanId, !isCollapsed);
            }}
          >
            <Icon name="chevron" />
          </span>
        ) : (
          <span class="chevron" />
        )}
        <span class="type-icon" title={digest.type}>
          <Icon name={toTypeTone(digest.type)} label={toTypeLabel(digest.type)} />
        </span>
        <SpanLabel node={node} />
        {isFailed && (
          <span class="mark state-ERROR">
            <Icon name="error" label="failed" />
          </span>
        )}
        {!isFailed && isCollapsed && node.failedDescendantCount > 0 && (
          <span class="mark state-ERROR" title={`${formatCount(node.failedDescendantCount)} failed inside`}>
            <Icon name="error" label="failed inside" />
          </span>
        )}
        {isCollapsed && <span class="hidden-count">{formatCount(node.descendantCount)}</span>}
        {digest.model !== undefined && <span class="aside">{toVisibleText(digest.model)}</span>}
        {node.isOrphan && (
          <span class="aside" title={`The parent ${digest.parentSpanId ?? ""} is not in this trace`}>
            parent missing
          </span>
        )}
      </span>
      <span role="gridcell" class="number">
        {bar.isOpen ? (
          <span class={traceState === "IN_PROGRESS" ? "state-IN_PROGRESS" : "state-UNFINISHED"}>open</span>
        ) : (
          <Duration ms={bar.durationMs} />
        )}
      </span>
      <span role="gridcell" class="bar-cell">
        <span class="track">
          <span
            class={`bar${bar.isOpen ? " open" : ""}`}
            title={`${bar.isOpen ? "open since" : `${formatDuration(bar.durationMs)} from`} ${formatDuration(Math.max(0, bar.offsetMs))}`}
            style={{
              left: `min(${toPercent(bar.offsetMs, timeline)}, 100% - 2px)`,
              width: toPercent(bar.durationMs, timeline),
            }}
          />
        </span>
      </span>
    </div>
  );
}

function toPercent(ms: number, { durationMs }: Timeline): string {
  return `${((ms / durationMs) * 100).toFixed(3)}%`;
}
