import type { TraceInfo } from "@spanbook/core/model";
import { toAssessmentText } from "../derive/assessments.js";
import type { Column, ColumnName } from "../derive/columns.js";
import { formatCost, formatCount, formatShortCount, formatUsage } from "../derive/format.js";
import { toVisibleText } from "../derive/visible-text.js";
import { Duration } from "../parts/duration.js";
import { StateIcon } from "../parts/state-icon.js";
import { Time } from "../parts/time.js";

interface TraceRowProps {
  readonly info: TraceInfo;
  /** From 1, the head included. */
  readonly rowIndex: number;
  readonly columns: readonly Column[];
  /** CSS grid's tracks. */
  readonly template: string;
  /** In columns, or in two lines. */
  readonly isTable: boolean;
  /** It stands under the head of its group. */
  readonly isInGroup: boolean;
  /** It is open beside the list. */
  readonly isOpen: boolean;
  /** It was chosen, to do something with several. */
  readonly isChecked: boolean;
  /** In two lines there is a box only while some are chosen. */
  readonly hasBox: boolean;
  /** The one row that Tab reaches. */
  readonly isActive: boolean;
  /** Of the list, for the bars. */
  readonly maxDurationMs: number;
  readonly nowMs: number;
  readonly onOpen: (traceId: string) => void;
  /** `isRange`: and all from the one that was chosen before. */
  readonly onCheck: (traceId: string, isRange: boolean) => void;
}

export function TraceRow(props: TraceRowProps) {
  const { info, rowIndex, columns, template, isTable, isInGroup, isOpen, isChecked, hasBox, isActive } =
    props;
  const { onOpen, onCheck } = props;
  const layout = isTable
    ? { class: `trace-row${isInGroup ? " in-group" : ""}`, style: { gridTemplateColumns: template } }
    : { class: `trace-card${hasBox ? " with-box" : ""}${isInGroup ? " in-group" : ""}` };
  return (
    <div
      {...layout}
      role="row"
      data-id={info.traceId}
      aria-rowindex={rowIndex}
      aria-level={isInGroup ? 2 : undefined}
      aria-selected={isChecked}
      aria-current={isOpen ? "true" : undefined}
      tabIndex={isActive ? 0 : -1}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) onCheck(info.traceId, event.shiftKey);
        else onOpen(info.traceId);
      }}
    >
      {hasBox && (
        <span role="gridcell" class="cell cell-box" onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Choose ${info.name}`}
            checked={isChecked}
            onClick={(event) => onCheck(info.traceId, event.shiftKey)}
          />
        </span>
      )}
      {isTable ? (
        columns.map((column) => <Cell key={column.name} column={column} {...props} />)
      ) : (
        <Card {...props} />
      )}
    </div>
  );
}

function Cell({ column: { name, isNumber }, ...row }: TraceRowProps & { readonly column: Column }) {
  return (
    <span role="gridcell" class={`cell cell-${name}${isNumber ? " number" : ""}`}>
      {toContent(name, row)}
    </span>
  );
}

function toContent(name: ColumnName, { info, nowMs, maxDurationMs }: TraceRowProps) {
  switch (name) {
    case "name":
      return <TraceName info={info} />;
    case "request":
      return <Preview text={info.requestPreview} />;
    case "response":
      return <Preview text={info.responsePreview} />;
    case "errors":
      return info.errorCount > 0 && <span class="state-ERROR">{formatCount(info.errorCount)}</span>;
    case "spans":
      return formatShortCount(info.spanCount);
    case "tokens":
      return (
        info.tokenUsage && (
          <span title={formatUsage(info.tokenUsage)}>{formatShortCount(info.tokenUsage.totalTokens)}</span>
        )
      );
    case "session":
      return <Preview text={info.sessionId} />;
    case "tags":
      return <Preview text={toTagText(info.tags)} />;
    case "assessments":
      return <Preview text={toAssessmentText(info.assessments)} />;
    case "cost":
      return info.cost && formatCost(info.cost.totalCost);
    case "duration":
      return (
        <>
          <DurationBar info={info} maxDurationMs={maxDurationMs} />
          <TraceDuration info={info} nowMs={nowMs} />
        </>
      );
    case "start":
      return <Time unixNano={info.startTimeUnixNano} nowMs={nowMs} />;
  }
}

function Card({ info, nowMs }: TraceRowProps) {
  return (
    <>
      <span role="gridcell" class="cell cell-name">
        <TraceName info={info} />
      </span>
      <span role="gridcell" class="cell number">
        <TraceDuration info={info} nowMs={nowMs} />
      </span>
      <span role="gridcell" class="cell cell-request">
        <Preview text={info.requestPreview ?? info.responsePreview} />
      </span>
      <span role="gridcell" class="cell number faint">
        <Time unixNano={info.startTimeUnixNano} nowMs={nowMs} />
      </span>
    </>
  );
}

function TraceName({ info }: { readonly info: TraceInfo }) {
  return (
    <>
      <StateIcon state={info.state} />
      <span class="name" title={info.name}>
        {toVisibleText(info.name) || "(no name)"}
      </span>
    </>
  );
}

function toTagText(tags: TraceInfo["tags"]): string {
  return Object.entries(tags)
    .slice(0, 20)
    .map(([key, value]) => `${key.slice(0, 40)}: ${value.slice(0, 80)}`)
    .join(", ");
}

/** More than a line holds. */
const maxPreviewLength = 400;

function Preview({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <span class="preview" title={text}>
      {toVisibleText(text.slice(0, maxPreviewLength))}
    </span>
  );
}

function DurationBar({ info, maxDurationMs }: Pick<TraceRowProps, "info" | "maxDurationMs">) {
  const share = maxDurationMs > 0 ? (info.executionDuration ?? 0) / maxDurationMs : 0;
  return (
    <span class={`duration-bar state-${info.state}`} aria-hidden>
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}

/** How long it took, or how long it has been running. */
function TraceDuration({ info, nowMs }: Pick<TraceRowProps, "info" | "nowMs">) {
  if (info.executionDuration !== undefined) return <Duration ms={info.executionDuration} />;
  if (info.state !== "IN_PROGRESS") return <span class="faint">unfinished</span>;
  return (
    <span class="state-IN_PROGRESS">
      <Duration ms={Math.max(0, nowMs - info.requestTime)} />
    </span>
  );
}
