import type { TraceInfo } from "@spanbook/core/model";
import {
  compareOrderKeys,
  toOrderKey,
  type OrderField,
  type OrderKey,
  type OrderTerm,
} from "@spanbook/core/store";

/** The order of a list; ties are broken by trace id. */
export type TraceOrder = OrderTerm;

export const newestFirst: TraceOrder = { field: "timestamp_ms", descending: true };

/** In the form of the store's `orderBy`. */
export function toOrderBy({ field, descending }: TraceOrder): readonly string[] {
  return [`${field} ${descending ? "DESC" : "ASC"}`];
}

/** The order after a click on a column's head: greatest first, names from A; then reversed. */
export function toNextOrder(order: TraceOrder, field: OrderField): TraceOrder {
  return { field, descending: order.field === field ? !order.descending : field !== "name" };
}

/**
 * A list with traces added, removed or updated, in a store's order. What did not change stays the same object. If the list is
 * incomplete, traces that belong after its last one are left for a later page.
 *
 * Takes time in proportion to the list plus, for each change, its logarithm.
 */
export function mergeTraces(
  list: readonly TraceInfo[],
  changed: readonly TraceInfo[],
  deletedIds: readonly string[] = [],
  order: TraceOrder = newestFirst,
  isWhole = true,
): readonly TraceInfo[] {
  if (changed.length === 0 && deletedIds.length === 0) return list;
  const keyOf = (info: TraceInfo) => toOrderKey(info, [order]);
  const compare = (a: OrderKey, b: OrderKey) => compareOrderKeys(a, b, [order]);
  const last = list.at(-1);
  const end = isWhole || last === undefined ? undefined : keyOf(last);

  const outdated = new Set([...deletedIds, ...changed.map(({ traceId }) => traceId)]);
  const kept = list.filter(({ traceId }) => !outdated.has(traceId));
  const coming = [...new Map(changed.map((info) => [info.traceId, info])).values()]
    .map((info) => ({ info, key: keyOf(info) }))
    .filter(({ key }) => end === undefined || compare(key, end) <= 0)
    .sort((a, b) => compare(a.key, b.key));

  const merged: TraceInfo[] = [];
  let next = 0;
  for (const { info, key } of coming) {
    const place = placeOf(kept, next, (other) => compare(keyOf(other), key) > 0);
    for (; next < place; next++) merged.push(kept[next] ?? info);
    merged.push(info);
  }
  return merged.concat(kept.slice(next));
}

/** The index of the first item, from an index on, that comes after. */
function placeOf(list: readonly TraceInfo[], from: number, isBehind: (info: TraceInfo) => boolean): number {
  let [low, high] = [from, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const info = list[middle];
    if (info === undefined || isBehind(info)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Items sorted by their traces. */
export function orderTraces<Item>(
  items: readonly Item[],
  terms: readonly OrderTerm[],
  infoOf: (item: Item) => TraceInfo,
): readonly Item[] {
  return items
    .map((item) => ({ item, key: toOrderKey(infoOf(item), terms) }))
    .sort((a, b) => compareOrderKeys(a.key, b.key, terms))
    .map(({ item }) => item);
}
