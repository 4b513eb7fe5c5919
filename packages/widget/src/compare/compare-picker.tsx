import type { TraceInfo } from "@spanbook/core/model";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatDuration } from "../derive/format.js";
import { toVisibleText } from "../derive/visible-text.js";
import { Icon } from "../parts/icon.js";
import { StateIcon } from "../parts/state-icon.js";
import { Time } from "../parts/time.js";
import { useStyles } from "../parts/use-styles.js";
import { compareStyles } from "./compare-styles.js";

interface ComparePickerProps {
  readonly info: TraceInfo;
  /** The traces of the list that were read so far. */
  readonly traces: readonly TraceInfo[];
  readonly nowMs: number;
  readonly onPick: (otherId: string) => void;
}

const maxShown = 50;

/** The traces with which one can be compared: those of its name first. */
export function ComparePicker({ info, traces, nowMs, onPick }: ComparePickerProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  useStyles(frame, compareStyles);
  useLayoutEffect(() => frame.current?.querySelector("input")?.focus(), []);
  const wanted = text.trim().toLowerCase();
  const others = traces
    .filter(({ traceId }) => traceId !== info.traceId)
    .filter(({ traceId, name, requestPreview = "" }) =>
      [traceId, name, requestPreview].some((field) => field.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => Number(b.name === info.name) - Number(a.name === info.name))
    .slice(0, maxShown);
  return (
    <div class="picker" ref={frame}>
      <span class="search-field">
        <Icon name="search" />
        <input
          type="text"
          spellcheck={false}
          aria-label="Find the other trace"
          placeholder="Compare with …"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      {others.length === 0 && <p class="faint">No other trace is listed.</p>}
      <ul class="picker-list">
        {others.map((other) => (
          <li key={other.traceId}>
            <button type="button" class="picker-choice" onClick={() => onPick(other.traceId)}>
              <StateIcon state={other.state} />
              <span class="name">
                {toVisibleText(other.name.slice(0, 200)) || "(no name)"}{" "}
                <span class="faint">{toVisibleText((other.requestPreview ?? "").slice(0, 120))}</span>
              </span>
              <span class="faint">
                {other.executionDuration !== undefined && `${formatDuration(other.executionDuration)}, `}
                <Time unixNano={other.startTimeUnixNano} nowMs={nowMs} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
