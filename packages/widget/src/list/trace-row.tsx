import type { TraceInfo } from "@spanbook/core/model";
import { useMemo } from "preact/hooks";
import type { Column } from "../derive/columns.js";
import { StateIcon } from "../parts/state-icon.js";
import { toCardCells, toCell } from "./trace-cells.js";

interface TraceRowProps {
  readonly info: TraceInfo;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly columns: readonly Column[];
  /** Whether it is in columns, rather than in two lines. */
  readonly isTable: boolean;
  /** Whether it is under the head of its group. */
  readonly isInGroup: boolean;
  /** Whether it is open beside the list. */
  readonly isOpen: boolean;
  /** Whether it is chosen, to do something with several. */
  readonly isChecked: boolean;
  /** In two lines there is a box only while some are chosen. */
  readonly hasBox: boolean;
  /** Whether this is the one row that Tab reaches. */
  readonly isActive: boolean;
  /** The longest in the list, for the bars. */
  readonly maxDurationMs: number;
  readonly nowMs: number;
  readonly onOpen: (traceId: string) => void;
  /** `isRange`: also all from the one chosen before. */
  readonly onCheck: (traceId: string, isRange: boolean) => void;
}

export function TraceRow(props: TraceRowProps) {
  const { info, rowIndex, columns, isTable, isInGroup, isOpen, isChecked, hasBox, isActive } = props;
  const { maxDurationMs, nowMs, onOpen, onCheck } = props;
  const { state } = info;
  // A row's element mostly goes to another of the same state, so its icon need not be rendered again.
  const stateIcon = useMemo(() => <StateIcon state={state} />, [state]);
  const content = { info, stateIcon, maxDurationMs, nowMs };
  return (
    <div
      class={`${isTable ? "trace-row" : "trace-card"}${hasBox ? " with-box" : ""}${isInGroup ? " in-group" : ""}`}
      role="row"
      data-id={info.traceId}
      aria-rowindex={rowIndex}
      aria-level={isInGroup ? 2 : undefined}
      aria-selected={isChecked}
      aria-current={isOpen ? "true" : undefined}
      tabIndex={isActive ? 0 : -1}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) onCheck(info.traceId, event.shiftKey);
        else onOpen(info.traceId);
      }}
    >
      {hasBox && (
        <span role="gridcell" class="cell cell-box" onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${info.name}`}
            checked={isChecked}
            onClick={(event) => onCheck(info.traceId, event.shiftKey)}
          />
        </span>
      )}
      {isTable ? columns.map((column) => toCell(column, content)) : toCardCells(content)}
    </div>
  );
}
