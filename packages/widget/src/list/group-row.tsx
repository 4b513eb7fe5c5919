import { formatCost, formatDuration, formatPlural, formatShortCount } from "../derive/format.js";
import { groupTitles, toGroupKey, type GroupField, type TraceGroup } from "../derive/groups.js";
import { toVisibleText } from "../derive/visible-text.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { Time } from "../parts/time.js";

interface GroupRowProps {
  readonly group: TraceGroup;
  readonly field: GroupField;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly isOpen: boolean;
  /** More of its traces may not have been read yet. */
  readonly isPartial: boolean;
  /** In a line, or in two. */
  readonly isTable: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  readonly nowMs: number;
  readonly onToggle: (group: TraceGroup) => void;
  /** Reads a session as a conversation. */
  readonly onRead: (group: TraceGroup) => void;
}

/** What stands above the traces of a session, a run or an experiment, and what they come to. */
export function GroupRow(props: GroupRowProps) {
  const { group, field, rowIndex, isOpen, isPartial, isTable, isActive, nowMs, onToggle, onRead } = props;
  const { id, traces, failedCount, totalTokens, totalCost, totalDurationMs, lastStartUnixNano } = group;
  const title = id === "" ? `No ${groupTitles[field].toLowerCase()}` : id;
  const count = formatPlural(traces.length, "trace");
  return (
    <div
      class={`group-row${isTable ? "" : " tall"}`}
      role="row"
      data-id={toGroupKey(id)}
      aria-rowindex={rowIndex}
      aria-level={1}
      aria-expanded={isOpen}
      tabIndex={isActive ? 0 : -1}
      onClick={() => onToggle(group)}
    >
      <span role="gridcell" class="cell cell-name">
        <span class={`chevron${isOpen ? " open" : ""}`}>
          <Icon name="chevron" />
        </span>
        <span class="name" title={title}>
          {toVisibleText(title.slice(0, 400))}
        </span>
        {field === "session" && id !== "" && (
          <span class="group-read" onClick={(event) => event.stopPropagation()}>
            <IconButton icon="chat" label="Read as a conversation" onClick={() => onRead(group)} />
          </span>
        )}
      </span>
      <span role="gridcell" class="cell group-figures">
        <span>{isPartial ? `${count} so far` : count}</span>
        {failedCount > 0 && <span class="state-ERROR">{failedCount} failed</span>}
        {totalTokens > 0 && <span>{formatShortCount(totalTokens)} tokens</span>}
        {totalCost > 0 && <span>{formatCost(totalCost)}</span>}
        {totalDurationMs > 0 && <span>{formatDuration(totalDurationMs)} in all</span>}
        <Time unixNano={lastStartUnixNano} nowMs={nowMs} />
      </span>
    </div>
  );
}
