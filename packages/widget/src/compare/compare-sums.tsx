import type { TraceInfo } from "@spanbook/core/model";
import { formatCost, formatCount, formatDuration } from "../derive/format.js";
import { toPreview } from "../derive/plain-words.js";
import { toName } from "../derive/visible-text.js";
import { StateIcon } from "../parts/state-icon.js";
import { Time } from "../parts/time.js";
import { formatChange } from "./format-change.js";
import type { ComparedTraces } from "./use-trace-pair.js";

interface CompareSumsProps {
  readonly traces: ComparedTraces;
  readonly nowMs: number;
}

type Figure = readonly [
  name: string,
  valueOf: (info: TraceInfo) => number | undefined,
  format: (value: number) => string,
];

const figures: readonly Figure[] = [
  ["Duration", (info) => info.executionDuration, formatDuration],
  ["Spans", (info) => info.spanCount, formatCount],
  ["Errors", (info) => info.errorCount, formatCount],
  ["Tokens", (info) => info.tokenUsage?.totalTokens, formatCount],
  ["Cost", (info) => info.cost?.totalCost, formatCost],
];

/** The two traces, one per line, and their totals. */
export function CompareSums({ traces: { before, after }, nowMs }: CompareSumsProps) {
  return (
    <div class="compare-sums">
      <TraceLine word="Before" info={before.info} nowMs={nowMs} />
      <TraceLine word="After" info={after.info} nowMs={nowMs} />
      <dl class="compare-figures">
        {figures.map(([name, valueOf, format]) => {
          const [left, right] = [valueOf(before.info), valueOf(after.info)];
          if (left === undefined && right === undefined) return null;
          if (name === "Errors" && left === 0 && right === 0) return null;
          return (
            <div key={name} class="fact-pair">
              <dt>{name}</dt>
              <dd>{formatChange(left, right, format)}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

interface TraceLineProps {
  readonly word: string;
  readonly info: TraceInfo;
  readonly nowMs: number;
}

function TraceLine({ word, info, nowMs }: TraceLineProps) {
  return (
    <p class="compare-trace">
      <span class="faint">{word}</span>
      <StateIcon state={info.state} />
      <strong class="name" title={info.name}>
        {toName(info.name, 300)}
      </strong>
      <span class="faint">
        <Time unixNano={info.startTimeUnixNano} nowMs={nowMs} />
      </span>
      <span class="compare-preview">{toPreview(info.requestPreview)}</span>
    </p>
  );
}
