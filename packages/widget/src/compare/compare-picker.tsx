import type { TraceInfo } from "@spanbook/core/model";
import type { FilterTree } from "@spanbook/core/search";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatDuration, formatError } from "../derive/format.js";
import { toPreview } from "../derive/plain-words.js";
import { toName } from "../derive/visible-text.js";
import { Icon } from "../parts/icon.js";
import { StateIcon } from "../parts/state-icon.js";
import { Time } from "../parts/time.js";
import { useStyles } from "../parts/use-styles.js";
import type { TraceReader } from "../reading/source.js";
import { settle, type Loadable } from "../state/loadable.js";
import { callWithSignal } from "../state/request.js";
import { compareStyles } from "./compare-styles.js";

interface ComparePickerProps {
  readonly info: TraceInfo;
  readonly reader: TraceReader;
  readonly nowMs: number;
  readonly onPick: (other: TraceInfo) => void;
}

const maxShown = 50;

/** The traces to compare with, out of all that the source has: those of the same name first. */
export function ComparePicker({ info, reader, nowMs, onPick }: ComparePickerProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [others, setOthers] = useState<Loadable<readonly TraceInfo[]>>({ status: "loading" });
  /** The last answer, and the text for which Enter was pressed before its answer arrived. */
  const answered = useRef<{ readonly text: string; readonly first: TraceInfo | undefined }>(undefined);
  const wanted = useRef<string | undefined>(undefined);
  useStyles(frame, compareStyles);
  useLayoutEffect(() => frame.current?.querySelector("input")?.focus(), []);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    void settle(() => findOthers(reader, info, text, signal)).then((found) => {
      if (signal.aborted) return;
      answered.current = { text, first: found.status === "ready" ? found.value[0] : undefined };
      setOthers(found);
      if (wanted.current === text) enter(text);
    });
    return () => controller.abort();
  }, [reader, info.traceId, text]);

  function enter(asked: string): void {
    const { text: known, first } = answered.current ?? {};
    if (known !== asked) wanted.current = asked;
    else if (first) onPick(first);
  }

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
          onInput={(event) => {
            wanted.current = undefined;
            setText(event.currentTarget.value);
          }}
          onKeyDown={({ key, currentTarget }) => key === "Enter" && enter(currentTarget.value)}
        />
      </span>
      {others.status === "failed" && (
        <p class="state-ERROR" role="alert">
          {formatError(others.error).slice(0, 300)}
        </p>
      )}
      {others.status === "ready" && others.value.length === 0 && (
        <p class="faint">{text.trim() === "" ? "There is no other trace." : "No other trace matches."}</p>
      )}
      <ul class="picker-list">
        {(others.status === "ready" ? others.value : []).map((other) => (
          <li key={other.traceId}>
            <button type="button" class="picker-choice" onClick={() => onPick(other)}>
              <StateIcon state={other.state} />
              <span class="name">{toName(other.name, 200)}</span>
              <span class="end">
                {other.executionDuration !== undefined && formatDuration(other.executionDuration)}
              </span>
              <span class="request faint">{toPreview(other.requestPreview, 120)}</span>
              <span class="end faint">
                <Time unixNano={other.startTimeUnixNano} nowMs={nowMs} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The newest of the same name, then the newest of all. */
async function findOthers(
  reader: TraceReader,
  { traceId, name }: TraceInfo,
  text: string,
  signal: AbortSignal,
): Promise<readonly TraceInfo[]> {
  const { compileQuery } = await import("../derive/query-filter.js");
  const wanted = text.trim() === "" ? undefined : compileQuery({ text }).filter;
  const isSameName = { kind: "comparison", field: { name: "trace.name" }, op: "=", value: name } as const;
  const filters: readonly (FilterTree | undefined)[] = [
    wanted ? { kind: "and", operands: [isSameName, wanted] } : isSameName,
    wanted,
  ];
  const pages = await Promise.all(
    filters.map((filter) =>
      callWithSignal(reader, signal, (requestId) =>
        reader.search({ filter, maxResults: maxShown, requestId }),
      ),
    ),
  );
  const byId = new Map(pages.flatMap(({ traces }) => traces.map(({ info }) => [info.traceId, info])));
  byId.delete(traceId);
  return [...byId.values()].slice(0, maxShown);
}
