import type { TraceInfo } from "@spanbook/core/model";
import {
  formatCost,
  formatCount,
  formatExactDuration,
  formatDuration,
  formatPlural,
  formatUsage,
} from "../derive/format.js";
import type { ComponentChildren } from "preact";
import { toLabel } from "../derive/visible-text.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { StateBadge } from "../parts/state-badge.js";
import { Time } from "../parts/time.js";

interface TraceHeadProps {
  readonly info: TraceInfo;
  readonly nowMs: number;
  /** How long open spans have been running. */
  readonly openEndMs: number;
  readonly isNarrow: boolean;
  readonly areToolsShown: boolean;
  readonly isOverviewShown: boolean;
  /** Further actions on the trace. */
  readonly children: ComponentChildren;
  readonly onClose: () => void;
  readonly onNextFailing: () => void;
  readonly onOverview: () => void;
  readonly onHelp: () => void;
  readonly onToggleTools: () => void;
}

export function TraceHead(props: TraceHeadProps) {
  const { info, nowMs, openEndMs, areToolsShown, isOverviewShown } = props;
  const { tokenUsage: usage, cost, errorCount, openSpanCount } = info;
  const durationMs = info.executionDuration ?? (info.state === "IN_PROGRESS" ? openEndMs : undefined);
  return (
    <header class={`pane-head trace-title${props.isNarrow ? " narrow" : ""}`}>
      <IconButton icon="back" label="Back to the list" onClick={props.onClose} />
      <h2 class="pane-title" title={toLabel(info.name)}>
        {toLabel(info.name) || "(no name)"}
      </h2>
      <StateBadge state={info.state} />
      <div class="facts">
        {durationMs !== undefined && (
          <span class="fact strong" title={formatExactDuration(durationMs)}>
            {formatDuration(durationMs)}
          </span>
        )}
        <span class="fact">
          <Time unixNano={info.startTimeUnixNano} nowMs={nowMs} />
        </span>
        <span class="fact">{formatPlural(info.spanCount, "span")}</span>
        {openSpanCount > 0 && <span class="fact">{formatCount(openSpanCount)} open</span>}
        {usage && (
          <span class="fact" title={formatUsage(usage)}>
            {formatPlural(usage.totalTokens, "token")}
          </span>
        )}
        {cost && <span class="fact">{formatCost(cost.totalCost)}</span>}
        {errorCount > 0 && (
          <button
            type="button"
            class="fact link state-ERROR"
            title="Go to the next"
            onClick={props.onNextFailing}
          >
            {formatPlural(errorCount, "error")}
            <Icon name="next" />
          </button>
        )}
      </div>
      {props.children}
      <IconButton
        icon="search"
        label="Search and zoom"
        isPressed={areToolsShown}
        onClick={props.onToggleTools}
      />
      <IconButton
        icon="info"
        label="About the trace"
        isPressed={isOverviewShown}
        onClick={props.onOverview}
      />
      <IconButton icon="help" label="Keys" onClick={props.onHelp} />
    </header>
  );
}
