import type { ComponentChildren } from "preact";
import { usePrinting } from "./use-printing.js";
import { useRowElements } from "./use-row-elements.js";
import { useRowWindow, type RowWindowOptions } from "./use-row-window.js";

interface VirtualRowsProps extends RowWindowOptions {
  /** Drawn even when out of view, because it has the focus; -1 for none. */
  readonly activeIndex: number;
  readonly renderRow: (index: number) => ComponentChildren;
}

const maxPrinted = 2000;

/**
 * The visible rows of a list of any length; in print all of them, up to 2,000. Rows have equal height and are placed absolutely.
 */
export function VirtualRows(props: VirtualRowsProps) {
  const { count, rowHeightPx, keyOf, activeIndex, renderRow } = props;
  const shown = useRowWindow(props);
  const { first, last } = usePrinting() ? { first: 0, last: maxPrinted } : shown;
  const isAnyActive = activeIndex >= 0 && activeIndex < count;
  const indexes: number[] = [];
  for (let index = first; index < Math.min(last, count); index++) indexes.push(index);
  if (isAnyActive && activeIndex < first) indexes.unshift(activeIndex);
  if (isAnyActive && activeIndex >= last) indexes.push(activeIndex);

  const rows = useRowElements({
    indexes,
    keyOf,
    activeKey: isAnyActive ? keyOf(activeIndex) : undefined,
    of: [renderRow, keyOf, rowHeightPx],
    draw: (index, slot) => (
      <div
        key={slot}
        class="row-place"
        role="presentation"
        style={{ top: `${index * rowHeightPx}px`, height: `${rowHeightPx}px` }}
      >
        {renderRow(index)}
      </div>
    ),
  });
  return (
    <div class="rows" role="presentation" style={{ height: `${count * rowHeightPx}px` }}>
      {rows}
    </div>
  );
}
