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
  /** In columns, or in two lines. */
  readonly isTable: boolean;
  /** It stands under the head of its group. */
  readonly isInGroup: boolean;
  /** It is open beside the list. */
  readonly isOpen: boolean;
  /** It was chosen, to do something with several. */
  readonly isChecked: boolean;
  /** In two lines there is a box only while some are chosen. */
  readonly hasBox: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  /** Of the list, for the bars. */
  readonly maxDurationMs: number;
  readonly nowMs: number;
  readonly onOpen: (traceId: string) => void;
  /** `isRange`: and all from the one that was chosen before. */
  readonly onCheck: (traceId: string, isRange: boolean) => void;
}

export function TraceRow(props: TraceRowProps) {
  const { info, rowIndex, columns, isTable, isInGroup, isOpen, isChecked, hasBox, isActive } = props;
  const { maxDurationMs, nowMs, onOpen, onCheck } = props;
  const { state } = info;
  // An element of a row serves another of the same state most of the time, and its icon is not looked at again.
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
