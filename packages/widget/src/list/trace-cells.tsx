import { toUnixMs, type TraceInfo } from "@spanbook/core/model";
import type { JSX } from "preact";
import { toAssessmentText } from "../derive/assessments.js";
import type { Column, ColumnName } from "../derive/columns.js";
import {
  formatCost,
  formatCount,
  formatExactTime,
  formatShortCount,
  formatTime,
  formatUsage,
} from "../derive/format.js";
import { toPreview } from "../derive/plain-words.js";
import { toName, toVisibleText } from "../derive/visible-text.js";
import { Duration } from "../parts/duration.js";

// A jump in the list draws 250 cells in one frame, so these are functions, which cost a tenth of what components do, and return a
// single element if possible.

/** The content of cells. */
export interface CellContent {
  readonly info: TraceInfo;
  readonly stateIcon: JSX.Element;
  /** The longest in the list, for the bars. */
  readonly maxDurationMs: number;
  readonly nowMs: number;
}

/** The cell of a trace in a column. */
export function toCell(column: Column, content: CellContent): JSX.Element {
  const { name } = column;
  const { info, nowMs } = content;
  switch (name) {
    case "name":
      return toNameCell(content);
    case "request":
      return toPreviewCell(name, info.requestPreview);
    case "response":
      return toPreviewCell(name, info.responsePreview);
    case "session":
      return toTextCell(name, info.sessionId);
    case "tags":
      return toTextCell(name, toTagText(info.tags));
    case "assessments":
      return toTextCell(name, toAssessmentText(info.assessments));
    case "errors":
      return info.errorCount > 0
        ? toNumberCell("errors state-ERROR", formatCount(info.errorCount))
        : toNumberCell(name, "");
    case "spans":
      return toNumberCell(name, formatShortCount(info.spanCount));
    case "tokens":
      return toNumberCell(
        name,
        info.tokenUsage ? formatShortCount(info.tokenUsage.totalTokens) : "",
        info.tokenUsage && formatUsage(info.tokenUsage),
      );
    case "cost":
      return toNumberCell(name, info.cost ? formatCost(info.cost.totalCost) : "");
    case "duration":
      return toDurationCell(content);
    case "start":
      return toStartCell(info, nowMs);
  }
}

/** The content of a trace in two lines. */
export function toCardCells(content: CellContent): readonly JSX.Element[] {
  const { info, nowMs } = content;
  return [
    toNameCell(content),
    <span key="duration" role="gridcell" class="cell number">
      <TraceDuration info={info} nowMs={nowMs} />
    </span>,
    toPreviewCell("request", info.requestPreview ?? info.responsePreview),
    toStartCell(info, nowMs),
  ];
}

function toNameCell({ info: { name }, stateIcon }: CellContent) {
  return (
    <span key="name" role="gridcell" class="cell cell-name">
      {stateIcon}
      <span class="name" title={name}>
        {toName(name)}
      </span>
    </span>
  );
}

function toPreviewCell(name: ColumnName, text: string | undefined) {
  return toTextCell(name, text, toPreview(text));
}

/** Longer than any line. */
const maxLineLength = 400;

function toTextCell(
  name: ColumnName,
  text = "",
  shown = toVisibleText(text.slice(0, maxLineLength)),
): JSX.Element {
  return (
    <span key={name} role="gridcell" class={`cell preview cell-${name}`} title={text}>
      {shown}
    </span>
  );
}

function toTagText(tags: TraceInfo["tags"]): string {
  return Object.entries(tags)
    .slice(0, 20)
    .map(([key, value]) => `${key.slice(0, 40)}: ${value.slice(0, 80)}`)
    .join(", ");
}

function toNumberCell(name: string, text: string, title?: string) {
  return (
    <span key={name} role="gridcell" class={`cell number cell-${name}`} title={title}>
      {text}
    </span>
  );
}

function toDurationCell({ info, nowMs, maxDurationMs }: CellContent) {
  const share = maxDurationMs > 0 ? (info.executionDuration ?? 0) / maxDurationMs : 0;
  return (
    <span key="duration" role="gridcell" class="cell cell-duration">
      <span class={`duration-bar state-${info.state}`} aria-hidden>
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <TraceDuration info={info} nowMs={nowMs} />
    </span>
  );
}

/** How long it took, or has been running. */
function TraceDuration({ info, nowMs }: { readonly info: TraceInfo; readonly nowMs: number }) {
  if (info.executionDuration !== undefined) return <Duration ms={info.executionDuration} />;
  if (info.state !== "IN_PROGRESS") return <span class="faint">unfinished</span>;
  return (
    <span class="state-IN_PROGRESS">
      <Duration ms={Math.max(0, nowMs - info.requestTime)} />
    </span>
  );
}

function toStartCell({ startTimeUnixNano }: TraceInfo, nowMs: number) {
  const title = formatExactTime(startTimeUnixNano);
  return toNumberCell("start", formatTime(toUnixMs(startTimeUnixNano), nowMs), title);
}
