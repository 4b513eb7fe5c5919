import type { Column } from "../derive/columns.js";
import { toNextOrder, type TraceOrder } from "../derive/trace-list.js";
import { Icon } from "../parts/icon.js";

interface ColumnHeadProps {
  readonly column: Column;
  readonly order: TraceOrder;
  /** False if the head is not visible. */
  readonly canOrder: boolean;
  readonly onOrder: (order: TraceOrder) => void;
}

export function ColumnHead({ column, order, canOrder, onOrder }: ColumnHeadProps) {
  const { name, title, isNumber, orderField } = column;
  const isOrdered = orderField === order.field;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <span
      role="columnheader"
      class={`cell cell-${name}${isNumber ? " number" : ""}`}
      aria-sort={isOrdered ? direction : undefined}
    >
      {orderField === undefined || !canOrder ? (
        title
      ) : (
        <button
          type="button"
          class={`order${isOrdered ? ` ${direction}` : ""}`}
          onClick={() => onOrder(toNextOrder(order, orderField))}
        >
          {title}
          {isOrdered && <Icon name={order.descending ? "next" : "previous"} />}
        </button>
      )}
    </span>
  );
}
