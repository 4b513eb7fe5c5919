import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { toRowSlots } from "../derive/row-slots.js";

interface RowElementsOptions {
  /** The indices of the drawn rows, in order. */
  readonly indexes: readonly number[];
  readonly keyOf: (index: number) => string;
  /** The row with the focus; undefined for none. */
  readonly activeKey: string | undefined;
  /** What `draw` depends on: when it changes, rows are drawn again. */
  readonly of: readonly unknown[];
  /** Draws a row, with the key of its element. */
  readonly draw: (index: number, slot: number | undefined) => JSX.Element;
}

/** The drawn rows of a list: each takes over the element of one that disappears, and unchanged ones are not drawn again. */
export function useRowElements(options: RowElementsOptions): readonly JSX.Element[] {
  const { indexes, keyOf, activeKey, of, draw } = options;
  const slotCount = useRef(0);
  const slots = useRef<ReadonlyMap<string, number>>(new Map());
  const lastActiveKey = useRef("");
  const keys = indexes.map(keyOf);
  const takeable = new Map(slots.current);
  // The focus of a row that is gone must not pass to another row.
  if (!keys.includes(lastActiveKey.current)) takeable.delete(lastActiveKey.current);
  if (activeKey !== undefined) lastActiveKey.current = activeKey;
  slots.current = toRowSlots(keys, takeable, activeKey, () => slotCount.current++);

  // While only the window changes, rows that stay in it keep their vnodes, so that Preact skips them.
  const known = useMemo(() => new Map<number, JSX.Element>(), of);
  const drawn = indexes.map((index, at) => {
    const slot = slots.current.get(keys[at] ?? "");
    const row = known.get(index);
    return row && row.key === slot ? row : draw(index, slot);
  });
  known.clear();
  for (const [at, index] of indexes.entries()) {
    const row = drawn[at];
    if (row) known.set(index, row);
  }
  return drawn;
}
