import type { Column } from "../derive/columns.js";
import type { TraceOrder } from "../derive/trace-list.js";
import { ColumnHead } from "./column-head.js";
import type { Chosen } from "./use-choosing.js";

interface GridHeadProps {
  readonly columns: readonly Column[];
  /** Without visible columns it is there for screen readers only. */
  readonly isTable: boolean;
  readonly order: TraceOrder;
  readonly checked: Chosen;
  /** There are more traces than were read so far; the box does not affect those. */
  readonly hasMore: boolean;
  readonly onCheckAll: (isChecked: boolean) => void;
  readonly onOrder: (order: TraceOrder) => void;
}

/** The head of the list: the names of the columns, the order, and the box that chooses all. */
export function GridHead(props: GridHeadProps) {
  const { columns, isTable, order, checked, hasMore, onCheckAll, onOrder } = props;
  const boxTitle = hasMore ? "Select all read so far" : "Select all listed";
  return (
    <div class={isTable ? "trace-head" : "unseen"} role="row" aria-rowindex={1}>
      <span role="columnheader" class="cell-box">
        {isTable ? (
          <input
            type="checkbox"
            // A click clears the dash, whatever was drawn before.
            ref={(box) => void (box && (box.indeterminate = checked === "some"))}
            aria-label={boxTitle}
            title={boxTitle}
            checked={checked === "all"}
            onChange={({ currentTarget }) => onCheckAll(currentTarget.checked)}
          />
        ) : (
          "Selected"
        )}
      </span>
      {columns.map((column) => (
        <ColumnHead key={column.name} column={column} order={order} canOrder={isTable} onOrder={onOrder} />
      ))}
    </div>
  );
}
