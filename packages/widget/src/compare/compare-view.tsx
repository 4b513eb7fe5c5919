import type { TraceInfo } from "@spanbook/core/model";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toDifferences, toShownRows } from "../derive/compare-rows.js";
import { formatCost, formatCount, formatDuration, formatPlural } from "../derive/format.js";
import { toLayout } from "../derive/layout.js";
import { toNextMatch } from "../derive/span-filter.js";
import { toPreview } from "../derive/plain-words.js";
import { toName } from "../derive/visible-text.js";
import { spanStyles } from "../design/span-styles.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { IconButton } from "../parts/icon-button.js";
import { Loading } from "../parts/loading.js";
import { Notice } from "../parts/notice.js";
import { Popover } from "../parts/popover.js";
import { Progress } from "../parts/progress.js";
import { StateIcon } from "../parts/state-icon.js";
import { Time } from "../parts/time.js";
import { useStyles } from "../parts/use-styles.js";
import type { TraceReader } from "../reading/source.js";
import { PairShareMenu } from "../span/share-menu.js";
import type { Comparison } from "../state/compare-state.js";
import { withMembers } from "../state/members.js";
import type { Selection } from "../state/trace-state.js";
import { RestNote } from "../trace/rest-note.js";
import { CompareGrid } from "./compare-grid.js";
import { compareStyles } from "./compare-styles.js";
import { formatChange } from "./format-change.js";
import { SpanDifference } from "./span-difference.js";
import { useComparison, type PayloadReading } from "./use-comparison.js";
import type { ComparedTraces, TracePair } from "./use-trace-pair.js";

interface CompareViewProps {
  readonly reader: TraceReader;
  readonly comparison: Comparison;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly nowMs: number;
  readonly onCompare: (comparison: Comparison) => void;
  readonly onClose: () => void;
  readonly onOpen: (selection: Selection) => void;
  readonly onHelp: () => void;
}

/** Two traces side by side: their sums, their spans laid on each other, and what differs in one of them. */
export function CompareView(props: CompareViewProps) {
  const { reader, comparison, widthPx, heightPx, nowMs, onClose, onOpen } = props;
  const { beforeId, afterId } = comparison;
  const { pair, rows, reading, readPayloads, cancel } = useComparison(reader, comparison);
  const { traces } = pair;
  const pane = useRef<HTMLElement>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [selectedKey, setSelectedKey] = useState<string | undefined>(undefined);
  const [isOnlyChanged, setOnlyChanged] = useState(false);
  useStyles(pane, spanStyles + compareStyles);
  const layout = toLayout(widthPx, heightPx);
  const differences = useMemo(() => toDifferences(rows), [rows]);
  const shown = useMemo(
    () => toShownRows(rows, collapsed, isOnlyChanged ? differences.kept : undefined),
    [rows, collapsed, isOnlyChanged, differences],
  );
  const selected = selectedKey === undefined ? undefined : rows.findIndex(({ key }) => key === selectedKey);
  const row = rows[selected ?? -1];

  const isReady = traces.status === "ready" && traces.value !== undefined;
  useLayoutEffect(() => focusRows(), [isReady]);

  function focusRows(): void {
    const target = '[role="treegrid"] [role="row"][tabindex="0"]';
    (pane.current?.querySelector<HTMLElement>(target) ?? pane.current?.querySelector("button"))?.focus();
  }

  function swap(): void {
    props.onCompare({ beforeId: afterId, afterId: beforeId });
  }

  function goToDifference(step: 1 | -1): void {
    const place = toNextMatch(differences.places, selected ?? -1, step);
    if (place === undefined) return;
    const around = new Set(collapsed);
    for (let up = rows[place]?.parent ?? -1; up >= 0; up = rows[up]?.parent ?? -1) {
      around.delete(rows[up]?.key ?? "");
    }
    setCollapsed(around);
    setSelectedKey(rows[place]?.key);
  }

  function onShortcut(key: string): boolean {
    if (key === "n") goToDifference(1);
    else if (key === "N") goToDifference(-1);
    else if (key === "d") setOnlyChanged(!isOnlyChanged);
    else if (key === "x") swap();
    else if (key === "Escape" && row) closeDifference();
    else if (key === "Escape") onClose();
    else return false;
    return true;
  }

  function closeDifference(): void {
    focusRows();
    setSelectedKey(undefined);
  }

  return (
    <section class="trace-pane compare" aria-label="Comparison of two traces" ref={pane}>
      <header class="pane-head trace-title">
        <IconButton icon="back" label="Back" onClick={onClose} />
        <h2 class="pane-title" aria-live="polite">
          {!isReady
            ? "Comparison"
            : differences.places.length === 0 && reading === undefined
              ? "No difference in spans, inputs and outputs"
              : formatPlural(differences.places.length, "difference")}
        </h2>
        <span class="grow" />
        <IconButton icon="previous" label="Previous difference" onClick={() => goToDifference(-1)} />
        <IconButton icon="next" label="Next difference" onClick={() => goToDifference(1)} />
        <IconButton
          icon="filter"
          label="Only differences"
          isPressed={isOnlyChanged}
          onClick={() => setOnlyChanged(!isOnlyChanged)}
        />
        <IconButton icon="swap" label="Swap the two" onClick={swap} />
        {traces.status === "ready" && traces.value && (
          <Popover icon="share" label="Copy and save">
            <PairShareMenu pair={[traces.value.before.info, traces.value.after.info]} reader={reader} />
          </Popover>
        )}
        <IconButton icon="help" label="Keys" onClick={props.onHelp} />
      </header>
      {traces.status === "failed" && (
        <FailureNotice title="The traces could not be read" error={traces.error} onRetry={pair.read} />
      )}
      {traces.status === "loading" && <ComingTraces pair={pair} />}
      {traces.status === "ready" && !traces.value && (
        <Notice title="One of the traces is gone" actions={{ Back: onClose }}>
          <p class="notice-text">It was deleted, or pruned to make room.</p>
        </Notice>
      )}
      {traces.status === "ready" && traces.value && (
        <>
          <Sums traces={traces.value} nowMs={nowMs} />
          <Reading reading={reading} onRead={readPayloads} onCancel={cancel} />
          <div class={`trace-body details-${layout.details}`}>
            {shown.length === 0 ? (
              <Notice
                title={rows.length === 0 ? "No spans" : "No difference"}
                actions={isOnlyChanged ? { "Show all spans": () => setOnlyChanged(false) } : {}}
              />
            ) : (
              <CompareGrid
                rows={rows}
                shown={shown}
                collapsed={collapsed}
                selectedKey={selectedKey}
                isNarrow={layout.isNarrowTree || widthPx < 560}
                onSelect={setSelectedKey}
                onCollapse={(keys, isCollapsed) => setCollapsed(withMembers(collapsed, keys, isCollapsed))}
                onShortcut={onShortcut}
              />
            )}
            {row && (
              <div class="details-pane compare-details">
                <SpanDifference
                  key={row.key}
                  reader={reader}
                  row={row}
                  beforeId={beforeId}
                  afterId={afterId}
                  onOpen={onOpen}
                  onClose={closeDifference}
                />
              </div>
            )}
          </div>
        </>
      )}
    </section>
  );
}

/** Before the traces are there: how far they are, and the way to give that up and go on. */
function ComingTraces({ pair: { reading, read, stop } }: { readonly pair: TracePair }) {
  return (
    <div class="trace-body">
      {reading?.rest === "left" ? (
        <Notice title="The traces were not read to their end">
          <p class="notice-text">Only whole traces are compared: what is missing would look removed.</p>
        </Notice>
      ) : (
        <Loading what="the traces" />
      )}
      {reading && <RestNote {...reading} onward="Read the rest" onStop={stop} onGoOn={read} />}
    </div>
  );
}

/** The two traces, each in a line, and what their sums came to. */
function Sums({
  traces: { before, after },
  nowMs,
}: {
  readonly traces: ComparedTraces;
  readonly nowMs: number;
}) {
  const sums: readonly (readonly [
    string,
    (info: TraceInfo) => number | undefined,
    (value: number) => string,
  ])[] = [
    ["Duration", (info) => info.executionDuration, formatDuration],
    ["Spans", (info) => info.spanCount, formatCount],
    ["Errors", (info) => info.errorCount, formatCount],
    ["Tokens", (info) => info.tokenUsage?.totalTokens, formatCount],
    ["Cost", (info) => info.cost?.totalCost, formatCost],
  ];
  return (
    <div class="compare-sums">
      <TraceLine word="Before" info={before.info} nowMs={nowMs} />
      <TraceLine word="After" info={after.info} nowMs={nowMs} />
      <dl class="compare-figures">
        {sums.map(([name, valueOf, format]) => {
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

interface ReadingProps {
  readonly reading: PayloadReading | undefined;
  readonly onRead: () => void;
  readonly onCancel: () => void;
}

function Reading({ reading, onRead, onCancel }: ReadingProps) {
  if (reading === undefined) return null;
  const { doneCount, totalCount, isSkipped = false, error } = reading;
  return (
    <div class="compare-reading" role={error ? "alert" : undefined}>
      {error ? (
        <span class="state-ERROR">
          {`Inputs and outputs could not be compared. ${error.name}: ${error.message}`.slice(0, 400)}
        </span>
      ) : isSkipped ? (
        <span>Inputs and outputs were not compared.</span>
      ) : (
        <Progress
          words="Comparing inputs and outputs:"
          doneCount={doneCount}
          totalCount={totalCount}
          unit="span"
          onCancel={onCancel}
        />
      )}
      {(error || isSkipped) && (
        <button type="button" class="link" onClick={onRead}>
          {error ? "Try again" : "Compare them"}
        </button>
      )}
    </div>
  );
}
