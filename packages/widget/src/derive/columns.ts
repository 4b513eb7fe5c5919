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
  /** Of the list, from which on the column is shown. */
  readonly fromWidthPx: number;
  /** Whether any trace has something to show in it. */
  readonly isUseful: (traces: readonly TraceInfo[]) => boolean;
}

const always = () => true;

const rules: readonly ColumnRule[] = [
  column("name", "Trace", "minmax(140px, 1.2fr)", 0, always),
  column("request", "Request", "minmax(120px, 2fr)", 680, (traces) =>
    traces.some(({ requestPreview }) => requestPreview),
  ),
  column("response", "Response", "minmax(120px, 2fr)", 900, (traces) =>
    traces.some(({ responsePreview }) => responsePreview),
  ),
  number("errors", "Errors", "56px", 820, (traces) => traces.some(({ errorCount }) => errorCount > 0)),
  number("spans", "Spans", "56px", 600, always),
  number("tokens", "Tokens", "68px", 740, (traces) => traces.some(({ tokenUsage }) => tokenUsage)),
  column("duration", "Duration", "minmax(112px, 168px)", 0, always),
  number("start", "Started", "112px", 0, always),
];

/** Below this width a trace takes two lines instead of columns. */
export const minTableWidthPx = 560;

/** The columns that fit a list of that width and have something to show. */
export function toColumns(traces: readonly TraceInfo[], widthPx: number): readonly Column[] {
  return rules.filter(({ fromWidthPx, isUseful }) => widthPx >= fromWidthPx && isUseful(traces));
}

function column(
  name: ColumnName,
  title: string,
  width: string,
  fromWidthPx: number,
  isUseful: ColumnRule["isUseful"],
): ColumnRule {
  return { name, title, width, fromWidthPx, isUseful, isNumber: false };
}

function number(...parts: Parameters<typeof column>): ColumnRule {
  return { ...column(...parts), isNumber: true };
}
