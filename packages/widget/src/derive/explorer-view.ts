import { isColumnName, isOrderField, type ColumnName } from "./columns.js";
import type { GroupField } from "@spanbook/core/store";
import { groupTitles } from "./groups.js";
import { noFilter, toAsked, type SpanFilter } from "./span-filter.js";
import type { TimeRange } from "./time-range.js";
import type { TimeSpan } from "./time-span.js";
import type { TraceOrder } from "./trace-list.js";

/**
 * What an explorer shows, as a small plain object; absent fields have their initial values. It can be kept, compared, sent, and
 * put into a URL with {@link encodeView}.
 */
export interface ExplorerView {
  /** The search: a filter, or plain text. */
  readonly text?: string;
  /** Only traces that started in this time. */
  readonly time?: TimeSpan;
  readonly order?: TraceOrder;
  readonly groupBy?: GroupField;
  readonly columns?: readonly ColumnName[];
  /** The open conversation. */
  readonly sessionId?: string;
  readonly traceId?: string;
  /** The span of that trace that is open. */
  readonly spanId?: string;
  /** How the trace's spans are drawn; absent for the tree. */
  readonly spanView?: "flame";
  /** The filter for the trace's spans. */
  readonly spanFilter?: Partial<SpanFilter>;
  /** The part of the trace's time that is shown, in milliseconds from its start. */
  readonly zoom?: TimeRange;
  /** How messages and other texts are shown; absent for Markdown. */
  readonly textView?: "plain";
  /** Two traces side by side, in front of everything else. */
  readonly compare?: { readonly beforeId: string; readonly afterId: string };
}

const textKeys = ["text", "groupBy", "sessionId", "traceId", "spanId", "spanView", "textView"] as const;

const isOneOf: { readonly [Key in (typeof textKeys)[number]]?: (text: string) => boolean } = {
  groupBy: (text) => Object.hasOwn(groupTitles, text),
  spanView: (text) => text === "flame",
  textView: (text) => text === "plain",
};

/** The view as URL parameters: `text=status+%3D+%27ERROR%27&order=name`. Empty for the initial view. */
export function encodeView(view: ExplorerView): string {
  const { time, order, columns, spanFilter, zoom, compare } = view;
  const parameters = new URLSearchParams();
  for (const key of textKeys) if (view[key] !== undefined) parameters.set(key, view[key]);
  if (time) parameters.set("time", `${time.fromMs}-${time.toMs}`);
  if (order) parameters.set("order", `${order.descending ? "-" : ""}${order.field}`);
  if (columns) parameters.set("columns", columns.join(","));
  if (spanFilter) setSpanFilter(parameters, spanFilter);
  if (zoom) parameters.set("zoom", `${zoom.startMs},${zoom.endMs}`);
  if (compare) parameters.set("compare", `${compare.beforeId},${compare.afterId}`);
  return parameters.toString();
}

/** Reads the view that `encodeView` has written, also after "?" or "#". What cannot be read is left out. */
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
  const spanFilter = toSpanFilter(parameters);
  const [startMs = NaN, endMs = NaN] = (parameters.get("zoom") ?? "").split(",").map(Number);
  return {
    ...Object.fromEntries(texts),
    ...(Number(from) < Number(to) && { time: { fromMs: Number(from), toMs: Number(to) } }),
    ...(isOrderField(field) && { order: { field, descending: sign === "-" } }),
    ...(columns && columns.length > 0 && { columns }),
    ...(Object.keys(spanFilter).length > 0 && { spanFilter }),
    ...(startMs >= 0 && startMs < endMs && endMs < Infinity && { zoom: { startMs, endMs } }),
    ...(beforeId && afterId && { compare: { beforeId, afterId } }),
  };
}

function setSpanFilter(parameters: URLSearchParams, filter: Partial<SpanFilter>): void {
  const { text, type, hasFailed, minDurationMs } = toAsked({ ...noFilter, ...filter });
  if (text !== undefined) parameters.set("spanText", text);
  if (type !== undefined) parameters.set("spanType", type);
  if (hasFailed) parameters.set("spanFailed", "1");
  if (minDurationMs !== undefined) parameters.set("spanMs", String(minDurationMs));
}

function toSpanFilter(parameters: URLSearchParams): Partial<SpanFilter> {
  const type = parameters.get("spanType");
  const minDurationMs = Number(parameters.get("spanMs"));
  return toAsked({
    text: parameters.get("spanText") ?? "",
    ...(type !== null && { type }),
    hasFailed: parameters.get("spanFailed") === "1",
    minDurationMs: minDurationMs < Infinity ? minDurationMs : 0,
  });
}

/** Whether two views show the same. */
export function isSameView(a: ExplorerView, b: ExplorerView): boolean {
  return encodeView(a) === encodeView(b);
}
