import type { TraceInfo } from "@spanbook/core/model";
import type { OrderField } from "@spanbook/core/store";

export type ColumnName =
  | "name"
  | "request"
  | "response"
  | "session"
  | "tags"
  | "assessments"
  | "errors"
  | "spans"
  | "tokens"
  | "cost"
  | "duration"
  | "start";

export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  /** A track of CSS grid. */
  readonly width: string;
  readonly isNumber: boolean;
  /** The field by which the store can sort it; absent if it cannot. */
  readonly orderField?: OrderField;
}

interface ColumnRule extends Column {
  readonly minPx: number;
  /** If there is little room, columns of greater rank are dropped first. */
  readonly rank: number;
  /** Whether any trace has something to show in it. */
  readonly isUseful: (traces: readonly TraceInfo[]) => boolean;
}

const always = () => true;
const some = (has: (info: TraceInfo) => unknown) => (traces: readonly TraceInfo[]) => traces.some(has);

const orderFields: { readonly [Name in ColumnName]?: OrderField } = {
  name: "name",
  spans: "span_count",
  tokens: "total_tokens",
  duration: "execution_time_ms",
  start: "timestamp_ms",
};

const rules: readonly ColumnRule[] = [
  text("name", "Trace", 130, 1.2, 1, always),
  text(
    "request",
    "Request",
    150,
    2,
    4,
    some(({ requestPreview }) => requestPreview),
  ),
  text(
    "response",
    "Response",
    150,
    2,
    8,
    some(({ responsePreview }) => responsePreview),
  ),
  text(
    "session",
    "Session",
    90,
    0.6,
    10,
    some(({ sessionId }) => sessionId),
  ),
  text(
    "tags",
    "Tags",
    120,
    1,
    12,
    some(({ tags }) => Object.keys(tags).length > 0),
  ),
  text(
    "assessments",
    "Feedback",
    110,
    0.8,
    9,
    some(({ assessments = [] }) => assessments.some(({ type, valid }) => type === "feedback" && valid)),
  ),
  number(
    "errors",
    "Errors",
    48,
    7,
    some(({ errorCount }) => errorCount > 0),
  ),
  number("spans", "Spans", 54, 5, always),
  number(
    "tokens",
    "Tokens",
    60,
    6,
    some(({ tokenUsage }) => tokenUsage),
  ),
  number(
    "cost",
    "Cost",
    60,
    11,
    some(({ cost }) => cost),
  ),
  { ...text("duration", "Duration", 112, 0, 2, always), width: "minmax(112px, 168px)" },
  number("start", "Started", 98, 3, always),
];

export const columnTitles: Readonly<Record<ColumnName, string>> = Object.fromEntries(
  rules.map(({ name, title }) => [name, title]),
) as Record<ColumnName, string>;

/** The orders that a list can have. */
export const orderChoices: readonly { readonly field: OrderField; readonly title: string }[] = rules.flatMap(
  ({ orderField, title }) => (orderField === undefined ? [] : { field: orderField, title }),
);

export function isColumnName(text: string): text is ColumnName {
  return Object.hasOwn(columnTitles, text);
}

/** Whether a list can be ordered by it. */
export function isOrderField(text: string): text is OrderField {
  return orderChoices.some(({ field }) => field === text);
}

/** As in the styles: between columns, at both ends together, and the checkbox that chooses a trace. */
const gapPx = 16;
const paddingPx = 26;
const boxPx = 30;

const sampleSize = 1000;

/** Below this width a trace takes two lines instead of columns. */
export const minTableWidthPx = 600;

/** The columns that have something to show in a sample of the traces. */
export function toUsefulColumns(traces: readonly TraceInfo[]): readonly ColumnName[] {
  const sample = traces.slice(0, sampleSize);
  return rules.filter(({ isUseful }) => isUseful(sample)).map(({ name }) => name);
}

/** Of the wanted columns, those that fit a list of that width. The name is always among them. */
export function toColumns(wanted: readonly ColumnName[], widthPx: number): readonly Column[] {
  const useful = rules
    .filter(({ name }) => name === "name" || wanted.includes(name))
    .sort((a, b) => a.rank - b.rank);
  let roomPx = widthPx - paddingPx - boxPx + gapPx;
  const chosen = new Set<Column>();
  for (const rule of useful) {
    roomPx -= rule.minPx + gapPx;
    if (roomPx < 0) break;
    chosen.add(rule);
  }
  return rules.filter((rule) => chosen.has(rule));
}

function orderOf(name: ColumnName): { readonly orderField?: OrderField } {
  const { [name]: orderField } = orderFields;
  return orderField === undefined ? {} : { orderField };
}

function text(
  name: ColumnName,
  title: string,
  minPx: number,
  share: number,
  rank: number,
  isUseful: ColumnRule["isUseful"],
): ColumnRule {
  return {
    name,
    title,
    minPx,
    width: `minmax(${minPx}px, ${share}fr)`,
    rank,
    isUseful,
    isNumber: false,
    ...orderOf(name),
  };
}

function number(
  name: ColumnName,
  title: string,
  minPx: number,
  rank: number,
  isUseful: ColumnRule["isUseful"],
): ColumnRule {
  return { name, title, minPx, width: `${minPx}px`, rank, isUseful, isNumber: true, ...orderOf(name) };
}
