import { isColumnName, isOrderField, type ColumnName } from "./columns.js";
import type { GroupField } from "@spanbook/core/store";
import { groupTitles } from "./groups.js";
import type { TimeSpan } from "./time-span.js";
import type { TraceOrder } from "./trace-list.js";

/**
 * What an explorer shows, as a small plain object: what is absent is as it is at first. It can be kept, compared, sent, and
 * put into an address with {@link encodeView}.
 */
export interface ExplorerView {
  /** What is looked for: a filter, or plain text. */
  readonly text?: string;
  /** Only traces that started then. */
  readonly time?: TimeSpan;
  readonly order?: TraceOrder;
  readonly groupBy?: GroupField;
  readonly columns?: readonly ColumnName[];
  /** The conversation that is open. */
  readonly sessionId?: string;
  readonly traceId?: string;
  /** Of that trace. */
  readonly spanId?: string;
  /** How its spans are drawn; absent for the tree. */
  readonly spanView?: "flame";
  /** Two traces side by side, in front of all else. */
  readonly compare?: { readonly beforeId: string; readonly afterId: string };
}

const textKeys = ["text", "groupBy", "sessionId", "traceId", "spanId", "spanView"] as const;

const isOneOf: { readonly [Key in (typeof textKeys)[number]]?: (text: string) => boolean } = {
  groupBy: (text) => Object.hasOwn(groupTitles, text),
  spanView: (text) => text === "flame",
};

/** The parameters of an address: `text=status+%3D+%27ERROR%27&order=name`. Empty for the view that is there at first. */
export function encodeView(view: ExplorerView): string {
  const { time, order, columns, compare } = view;
  const parameters = new URLSearchParams();
  for (const key of textKeys) if (view[key] !== undefined) parameters.set(key, view[key]);
  if (time) parameters.set("time", `${time.fromMs}-${time.toMs}`);
  if (order) parameters.set("order", `${order.descending ? "-" : ""}${order.field}`);
  if (columns) parameters.set("columns", columns.join(","));
  if (compare) parameters.set("compare", `${compare.beforeId},${compare.afterId}`);
  return parameters.toString();
}

/** The view that `encodeView` has put into a text, also behind "?" or "#". What cannot be read is left out. */
export function decodeView(text: string): ExplorerView {
  const parameters = new URLSearchParams(text.replace(/^[?#]/, ""));
  const texts = textKeys.flatMap((key) => {
    const value = parameters.get(key);
    const isReadable = value !== null && (isOneOf[key]?.(value) ?? true);
    return isReadable ? [[key, value] as const] : [];
  });
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(parameters.get("time") ?? "") ?? [];
  const [, sign, field = ""] = /^(-?)(\w+)$/.exec(parameters.get("order") ?? "") ?? [];
  const [beforeId, afterId] = parameters.get("compare")?.split(",") ?? [];
  const columns = parameters.get("columns")?.split(",").filter(isColumnName);
  return {
    ...Object.fromEntries(texts),
    ...(Number(from) < Number(to) && { time: { fromMs: Number(from), toMs: Number(to) } }),
    ...(isOrderField(field) && { order: { field, descending: sign === "-" } }),
    ...(columns && columns.length > 0 && { columns }),
    ...(beforeId && afterId && { compare: { beforeId, afterId } }),
  };
}

/** Whether two views show the same. */
export function isSameView(a: ExplorerView, b: ExplorerView): boolean {
  return encodeView(a) === encodeView(b);
}
