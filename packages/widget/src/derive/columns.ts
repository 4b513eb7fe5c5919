import type { TraceInfo } from "@spanbook/core/model";

export type ColumnName =
  "name" | "request" | "response" | "errors" | "spans" | "tokens" | "duration" | "start";

export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  /** A track of CSS grid. */
  readonly width: string;
  readonly isNumber: boolean;
}

interface ColumnRule extends Column {
  readonly minPx: number;
  /** Where there is little room, those of greater rank go first. */
  readonly rank: number;
  /** Whether any trace has something to show in it. */
  readonly isUseful: (traces: readonly TraceInfo[]) => boolean;
}

const always = () => true;
const some = (has: (info: TraceInfo) => unknown) => (traces: readonly TraceInfo[]) => traces.some(has);

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
  number(
    "errors",
    "Errors",
    48,
    7,
    some(({ errorCount }) => errorCount > 0),
  ),
  number("spans", "Spans", 48, 5, always),
  number(
    "tokens",
    "Tokens",
    60,
    6,
    some(({ tokenUsage }) => tokenUsage),
  ),
  { ...text("duration", "Duration", 112, 0, 2, always), width: "minmax(112px, 168px)" },
  number("start", "Started", 98, 3, always),
];

/** As the styles have them: between columns, and at both ends together. */
const gapPx = 16;
const paddingPx = 26;

/** Below this width a trace takes two lines instead of columns. */
export const minTableWidthPx = 580;

/** The columns that fit a list of that width and have something to show. */
export function toColumns(traces: readonly TraceInfo[], widthPx: number): readonly Column[] {
  const useful = rules.filter(({ isUseful }) => isUseful(traces)).sort((a, b) => a.rank - b.rank);
  let roomPx = widthPx - paddingPx + gapPx;
  const chosen = new Set<Column>();
  for (const rule of useful) {
    roomPx -= rule.minPx + gapPx;
    if (roomPx < 0) break;
    chosen.add(rule);
  }
  return rules.filter((rule) => chosen.has(rule));
}

function text(
  name: ColumnName,
  title: string,
  minPx: number,
  share: number,
  rank: number,
  isUseful: ColumnRule["isUseful"],
): ColumnRule {
  return { name, title, minPx, width: `minmax(${minPx}px, ${share}fr)`, rank, isUseful, isNumber: false };
}

function number(
  name: ColumnName,
  title: string,
  minPx: number,
  rank: number,
  isUseful: ColumnRule["isUseful"],
): ColumnRule {
  return { name, title, minPx, width: `${minPx}px`, rank, isUseful, isNumber: true };
}
