import type { TraceInfo } from "@spanbook/core/model";
import { compareOrderKeys, toOrderKey, type OrderField, type OrderTerm } from "@spanbook/core/store";

/** How a list is ordered; ties by trace id. */
export type TraceOrder = OrderTerm;

export const newestFirst: TraceOrder = { field: "timestamp_ms", descending: true };

/** As the store's `orderBy` takes it. */
export function toOrderBy({ field, descending }: TraceOrder): readonly string[] {
  return [`${field} ${descending ? "DESC" : "ASC"}`];
}

/** The order that a click on a column's head asks for: what is greatest first, names from A; then the other way round. */
export function toNextOrder(order: TraceOrder, field: OrderField): TraceOrder {
  return { field, descending: order.field === field ? !order.descending : field !== "name" };
}

/**
 * A list with traces put in, taken out or brought up to date, ordered as a store orders them. What did not change stays the
 * same object.
 */
export function mergeTraces(
  list: readonly TraceInfo[],
  changed: readonly TraceInfo[],
  deletedIds: readonly string[] = [],
  order: TraceOrder = newestFirst,
): readonly TraceInfo[] {
  if (changed.length === 0 && deletedIds.length === 0) return list;
  const byId = new Map(list.map((info) => [info.traceId, info]));
  for (const info of changed) byId.set(info.traceId, info);
  for (const traceId of deletedIds) byId.delete(traceId);
  return orderTraces([...byId.values()], [order], (info) => info);
}

/** What belongs to traces, in their order. */
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
