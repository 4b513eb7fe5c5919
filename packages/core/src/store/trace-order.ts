/** The order of a search, and the position where a page ends. */
import { contentId } from "../model/ids.js";
import type { TraceInfo } from "../model/trace.js";
import { checkExperimentIds, checkFields, expectIntegerWithin } from "./checks.js";
import type { TraceQuery } from "./contract.js";
import { compareText } from "../model/text-order.js";
import { traceSynonyms } from "../search/trace-synonyms.js";

export type OrderField =
  | "timestamp_ms"
  | "end_time_ms"
  | "execution_time_ms"
  | "status"
  | "name"
  | "request_id"
  | "run_id"
  | "experiment"
  | "span_count"
  | "total_tokens";

export interface OrderTerm {
  readonly field: OrderField;
  readonly descending: boolean;
}

/** A trace's position: one key per term, and the trace id last. Keys of one term are all numbers or all texts. */
export type OrderKey = readonly (string | number)[];

/** A checked query with its defaults filled in. */
export interface SearchPlan {
  readonly terms: readonly OrderTerm[];
  readonly maxResults: number;
  /** The position of the last trace on the previous page. */
  readonly after?: OrderKey;
}

/**
 * Sorts before every figure, even negative durations of spans that end before they start; and JSON can hold it, unlike
 * -Infinity.
 */
export const missingFigure = -Number.MAX_VALUE;

// A missing value comes first in ascending order. Starts are padded, so that they compare as text.
const keyOf: Record<OrderField, (info: TraceInfo) => string | number> = {
  timestamp_ms: (info) => toStartKey(info.startTimeUnixNano),
  end_time_ms: ({ requestTime, executionDuration }) =>
    executionDuration === undefined ? missingFigure : requestTime + executionDuration,
  execution_time_ms: (info) => info.executionDuration ?? missingFigure,
  status: (info) => info.state,
  name: (info) => info.name,
  request_id: (info) => info.traceId,
  run_id: (info) => info.runId ?? "",
  experiment: (info) => info.experimentId ?? "",
  span_count: (info) => info.spanCount,
  total_tokens: (info) => info.tokenUsage?.totalTokens ?? missingFigure,
};

/** A start as text that sorts correctly: 20 digits, which hold every unsigned 64-bit integer. */
export function toStartKey(startTimeUnixNano: string): string {
  return startTimeUnixNano.padStart(20, "0");
}

const queryFields: readonly (keyof TraceQuery)[] = [
  "experimentIds",
  "filter",
  "orderBy",
  "maxResults",
  "pageToken",
  "includeSpans",
  "requestId",
];

/** Throws TypeError for an unknown field or order, or a foreign page token, RangeError for a bad `maxResults`. */
export function planSearch(query: TraceQuery): SearchPlan {
  checkFields(query, "a search", queryFields);
  const { experimentIds, orderBy, maxResults = 100, pageToken } = query;
  checkExperimentIds(experimentIds);
  expectIntegerWithin(maxResults, "maxResults", 1, 1000);
  const terms = parseTerms(orderBy);
  if (pageToken === undefined) return { terms, maxResults };
  return { terms, maxResults, after: parsePageToken(pageToken, query) };
}

export function toOrderKey(info: TraceInfo, terms: readonly OrderTerm[]): OrderKey {
  return [...terms.map(({ field }) => keyOf[field](info)), info.traceId];
}

/** Negative if `a` comes first. */
export function compareOrderKeys(a: OrderKey, b: OrderKey, terms: readonly OrderTerm[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? "", b[i] ?? ""];
    const order = typeof x === "number" && typeof y === "number" ? x - y : compareText(String(x), String(y));
    if (order !== 0) return terms[i]?.descending ? -order : order;
  }
  return 0;
}

/** The token of the page that begins after that position. */
export function toPageToken(key: OrderKey, query: TraceQuery): string {
  return encodeURIComponent(JSON.stringify({ of: describe(query), key }));
}

function parsePageToken(token: string, query: TraceQuery): OrderKey {
  const expected = "pageToken must be the nextPageToken of the same query";
  let content: { readonly of?: unknown; readonly key?: unknown } | null;
  try {
    content = JSON.parse(decodeURIComponent(token)) as typeof content;
  } catch (cause) {
    throw new TypeError(`${expected}, got something else`, { cause });
  }
  const { order, chosen } = describe(query);
  const of = (content?.of ?? {}) as { readonly order?: unknown; readonly chosen?: unknown };
  if (typeof of.order === "string" && of.order !== order) {
    throw new TypeError(`${expected}, got one from a search by ${of.order} in a search by ${order}`);
  }
  if (typeof of.chosen === "string" && of.chosen !== chosen) {
    throw new TypeError(`${expected}, got one from a search with another filter or other experiments`);
  }
  const { key } = content ?? {};
  if (of.order === order && of.chosen === chosen && isOrderKey(key, order.split(",").length + 1)) return key;
  throw new TypeError(`${expected}, got something else`);
}

function isOrderKey(key: unknown, length: number): key is OrderKey {
  return (
    Array.isArray(key) &&
    key.length === length &&
    key.every((part) => ["string", "number"].includes(typeof part))
  );
}

/** The order of a query, and a hash of which traces it selects. */
function describe({ experimentIds, filter, orderBy }: TraceQuery): { order: string; chosen: string } {
  const terms = parseTerms(orderBy).map(({ field, descending }) => `${field} ${descending ? "DESC" : "ASC"}`);
  const isAll = filter === undefined || filter === "";
  return { order: terms.join(","), chosen: contentId([experimentIds ?? null, isAll ? null : filter]) };
}

function parseTerms(orderBy: readonly string[] | undefined): OrderTerm[] {
  if (orderBy !== undefined && !Array.isArray(orderBy)) {
    throw new TypeError(`orderBy must be an array of strings, got ${JSON.stringify(orderBy)}`);
  }
  return (orderBy && orderBy.length > 0 ? orderBy : ["timestamp_ms DESC"]).map(parseTerm);
}

function parseTerm(text: string): OrderTerm {
  const pattern = /^\s*(?:(?:trace|attributes?)\.)?(\w+)(?:\s+(ASC|DESC))?\s*$/i;
  const [, field = "", direction = "ASC"] = pattern.exec(text) ?? [];
  const name = traceSynonyms.get(field) ?? field;
  if (!isOrderField(name)) {
    throw new TypeError(
      `orderBy must name one of ${Object.keys(keyOf).join(", ")}, got ${JSON.stringify(text)}`,
    );
  }
  return { field: name, descending: direction.toUpperCase() === "DESC" };
}

function isOrderField(name: string): name is OrderField {
  return Object.hasOwn(keyOf, name);
}
