import { isColumnName, isOrderField, type ColumnName } from "./columns.js";
import { groupTitles, type GroupField } from "./groups.js";
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
}

const textKeys = ["text", "groupBy", "sessionId", "traceId", "spanId"] as const;

/** The parameters of an address: `text=status+%3D+%27ERROR%27&order=name`. Empty for the view that is there at first. */
export function encodeView(view: ExplorerView): string {
  const { time, order, columns } = view;
  const parameters = new URLSearchParams();
  for (const key of textKeys) if (view[key] !== undefined) parameters.set(key, view[key]);
  if (time) parameters.set("time", `${time.fromMs}-${time.toMs}`);
  if (order) parameters.set("order", `${order.descending ? "-" : ""}${order.field}`);
  if (columns) parameters.set("columns", columns.join(","));
  return parameters.toString();
}

/** The view that `encodeView` has put into a text, also behind "?" or "#". What cannot be read is left out. */
export function decodeView(text: string): ExplorerView {
  const parameters = new URLSearchParams(text.replace(/^[?#]/, ""));
  const texts = textKeys.flatMap((key) => {
    const value = parameters.get(key);
    return value === null || (key === "groupBy" && !isGroupField(value)) ? [] : [[key, value] as const];
  });
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(parameters.get("time") ?? "") ?? [];
  const [, sign, field = ""] = /^(-?)(\w+)$/.exec(parameters.get("order") ?? "") ?? [];
  const columns = parameters.get("columns")?.split(",").filter(isColumnName);
  return {
    ...Object.fromEntries(texts),
    ...(Number(from) < Number(to) && { time: { fromMs: Number(from), toMs: Number(to) } }),
    ...(isOrderField(field) && { order: { field, descending: sign === "-" } }),
    ...(columns && columns.length > 0 && { columns }),
  };
}

/** Whether two views show the same. */
export function isSameView(a: ExplorerView, b: ExplorerView): boolean {
  return encodeView(a) === encodeView(b);
}

function isGroupField(text: string): text is GroupField {
  return Object.hasOwn(groupTitles, text);
}
