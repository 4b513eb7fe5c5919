import type { GroupField } from "@spanbook/core/store";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatPlural,
  formatShortCount,
  formatTime,
} from "../derive/format.js";
import { groupTitles, toGroupKey, type ListGroup } from "../derive/groups.js";
import { toVisibleText } from "../derive/visible-text.js";
import { IconButton } from "../parts/icon-button.js";

interface GroupRowProps {
  readonly group: ListGroup;
  readonly field: GroupField;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly isOpen: boolean;
  /** The list continues: some of its traces may not have been read yet. */
  readonly isPartial: boolean;
  /** Whether it takes one line, rather than two. */
  readonly isTable: boolean;
  /** Whether this is the one row that Tab reaches. */
  readonly isActive: boolean;
  readonly nowMs: number;
  readonly onToggle: (group: ListGroup) => void;
  /** Shows a session as a conversation. */
  readonly onRead: (group: ListGroup) => void;
}

/** The head of a session, a run or an experiment, with its totals. */
export function GroupRow(props: GroupRowProps) {
  const { group, field, rowIndex, isOpen, isPartial, isTable, isActive, nowMs, onToggle, onRead } = props;
  const { id, totals } = group;
  const { errorCount, totalTokens, totalCost, totalDurationMs, lastStartMs } = totals;
  const title = id === "" ? `No ${groupTitles[field].toLowerCase()}` : id;
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
        <span class={`chevron${isOpen ? " open" : ""}`} />
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
        {/* In a narrow row, what does not fit is left out entirely. */}
        <span class="group-totals">
          <span>{toCountText(group, isOpen, isPartial)}</span>
          {errorCount > 0 && <span class="state-ERROR">{formatCount(errorCount)} failed</span>}
          {totalTokens > 0 && <span>{formatShortCount(totalTokens)} tokens</span>}
          {totalCost > 0 && <span>{formatCost(totalCost)}</span>}
          {totalDurationMs > 0 && <span>{formatDuration(totalDurationMs)} in total</span>}
        </span>
        <span class="time">{formatTime(lastStartMs, nowMs)}</span>
      </span>
    </div>
  );
}

function toCountText({ traces, totals, isCounted }: ListGroup, isOpen: boolean, isPartial: boolean): string {
  const count = formatPlural(totals.traceCount, "trace");
  if (!isCounted) return isPartial ? `${count} so far` : count;
  return isOpen && traces.length < totals.traceCount ? `${formatCount(traces.length)} of ${count}` : count;
}
