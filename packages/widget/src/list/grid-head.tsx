import type { Column } from "../derive/columns.js";
import type { TraceOrder } from "../derive/trace-list.js";
import { ColumnHead } from "./column-head.js";

interface GridHeadProps {
  readonly columns: readonly Column[];
  /** Without columns to see it is there for those who hear it. */
  readonly isTable: boolean;
  readonly order: TraceOrder;
  readonly areAllChecked: boolean;
  readonly onCheckAll: (isChecked: boolean) => void;
  readonly onOrder: (order: TraceOrder) => void;
}

/** Above the rows of the list: what stands in them, by what they are ordered, and the box that chooses all. */
export function GridHead(props: GridHeadProps) {
  const { columns, isTable, order, areAllChecked, onCheckAll, onOrder } = props;
  return (
    <div class={isTable ? "trace-head" : "unseen"} role="row" aria-rowindex={1}>
      <span role="columnheader" class="cell-box">
        {isTable ? (
          <input
            type="checkbox"
            aria-label="Choose all that are listed"
            checked={areAllChecked}
            onChange={({ currentTarget }) => onCheckAll(currentTarget.checked)}
          />
        ) : (
          "Chosen"
        )}
      </span>
      {columns.map((column) => (
        <ColumnHead key={column.name} column={column} order={order} canOrder={isTable} onOrder={onOrder} />
      ))}
    </div>
  );
}
