/** The order of a search, and the place in it where a page ends. */
import type { TraceInfo } from "../model/trace.js";
import { checkExperimentIds, expectIntegerWithin } from "./checks.js";
import type { TraceQuery } from "./contract.js";
import { compareText } from "../model/text-order.js";

export type OrderField =
  | "timestamp_ms"
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

/** A trace's place: a key a term, and the trace id last. Keys of one term are all numbers, or all texts. */
export type OrderKey = readonly (string | number)[];

/** A query, checked, with its defaults filled in. */
export interface SearchPlan {
  readonly terms: readonly OrderTerm[];
  readonly maxResults: number;
  /** The place of the last trace of the page before. */
  readonly after?: OrderKey;
}

/** Before every figure, the durations of spans that end before they start too; and JSON can hold it, unlike -Infinity. */
export const missingFigure = -Number.MAX_VALUE;

// A missing value comes first in ascending order. Starts are padded, so that they compare as text.
const keyOf: Record<OrderField, (info: TraceInfo) => string | number> = {
  timestamp_ms: (info) => toStartKey(info.startTimeUnixNano),
  execution_time_ms: (info) => info.executionDuration ?? missingFigure,
  status: (info) => info.state,
  name: (info) => info.name,
  request_id: (info) => info.traceId,
  run_id: (info) => info.runId ?? "",
  experiment: (info) => info.experimentId ?? "",
  span_count: (info) => info.spanCount,
  total_tokens: (info) => info.tokenUsage?.totalTokens ?? missingFigure,
};

/** A start as the text by which traces are ordered: 20 digits, which hold every unsigned 64-bit integer. */
export function toStartKey(startTimeUnixNano: string): string {
  return startTimeUnixNano.padStart(20, "0");
}

/** Throws TypeError for an unknown order or a foreign page token, RangeError for a bad `maxResults`. */
export function planSearch({ experimentIds, orderBy, maxResults = 100, pageToken }: TraceQuery): SearchPlan {
  checkExperimentIds(experimentIds);
  expectIntegerWithin(maxResults, "maxResults", 1, 1000);
  const terms = orderBy && orderBy.length > 0 ? orderBy.map(parseTerm) : [parseTerm("timestamp_ms DESC")];
  if (pageToken === undefined) return { terms, maxResults };
  return { terms, maxResults, after: parsePageToken(pageToken, terms) };
}

export function toOrderKey(info: TraceInfo, terms: readonly OrderTerm[]): OrderKey {
  return [...terms.map(({ field }) => keyOf[field](info)), info.traceId];
}

/** Negative where `a` comes first. */
export function compareOrderKeys(a: OrderKey, b: OrderKey, terms: readonly OrderTerm[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? "", b[i] ?? ""];
    const order = typeof x === "number" && typeof y === "number" ? x - y : compareText(String(x), String(y));
    if (order !== 0) return terms[i]?.descending ? -order : order;
  }
  return 0;
}

/** The token of the page that begins behind that place. */
export function toPageToken(key: OrderKey, terms: readonly OrderTerm[]): string {
  return encodeURIComponent(JSON.stringify({ order: describe(terms), key }));
}

function parsePageToken(token: string, terms: readonly OrderTerm[]): OrderKey {
  try {
    const { order, key } = JSON.parse(decodeURIComponent(token)) as { order: unknown; key: unknown };
    if (order === describe(terms) && isOrderKey(key, terms.length + 1)) return key;
  } catch {
    // Not ours at all: refused below, like a token of another order.
  }
  throw new TypeError("pageToken must be the nextPageToken of the same query");
}

function isOrderKey(key: unknown, length: number): key is OrderKey {
  return (
    Array.isArray(key) &&
    key.length === length &&
    key.every((part) => ["string", "number"].includes(typeof part))
  );
}

function describe(terms: readonly OrderTerm[]): string {
  return terms.map(({ field, descending }) => `${field} ${descending ? "DESC" : "ASC"}`).join(",");
}

function parseTerm(text: string): OrderTerm {
  const [, field = "", direction = "ASC"] = /^\s*(?:trace\.)?(\w+)(?:\s+(ASC|DESC))?\s*$/i.exec(text) ?? [];
  const name = field === "timestamp" ? "timestamp_ms" : field;
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
