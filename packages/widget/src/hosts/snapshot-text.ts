import { toUnixMs, type Trace } from "@spanbook/core/model";
import { formatPlural, formatTime } from "../derive/format.js";
import { stateWords } from "../design/states.js";
import { formatTrace } from "../terminal.js";
import { describeSnapshot, type Snapshot } from "./snapshot.js";

const maxTraces = 10;
const maxLines = 100;

/** The trees of the ten newest traces as text, and the number of traces. */
export function toSnapshotText(snapshot: Snapshot): string {
  const { traces, totalCount, madeAtMs } = snapshot;
  if (traces.length === 0) return "No traces.";
  const shown = traces.slice(0, maxTraces);
  const trees = shown.map((trace) => `${toHead(trace, madeAtMs)}\n${toTree(trace)}`);
  const isAll = shown.length === totalCount && snapshot.cutTo === undefined;
  const note = describeSnapshot({ ...snapshot, traces: shown });
  return [...trees, ...(isAll ? [] : [`Shown: ${note}.`])].join("\n\n");
}

function toHead({ info }: Trace, nowMs: number): string {
  const time = formatTime(toUnixMs(info.startTimeUnixNano), nowMs);
  return `${stateWords[info.state]}, ${time}, trace ${info.traceId}`;
}

function toTree(trace: Trace): string {
  const lines = formatTrace(trace).split("\n").filter(Boolean);
  const shown = lines.slice(0, maxLines);
  const hidden = Math.max(lines.length, trace.info.spanCount) - shown.length;
  return [...shown, ...(hidden > 0 ? [`… and ${formatPlural(hidden, "span")} more`] : [])].join("\n");
}
