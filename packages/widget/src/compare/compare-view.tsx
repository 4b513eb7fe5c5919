import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toDifferences, toShownRows } from "../derive/compare-rows.js";
import { formatPlural } from "../derive/format.js";
import { toLayout } from "../derive/layout.js";
import { toNextMatch } from "../derive/span-filter.js";
import { spanStyles } from "../design/span-styles.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { Loading } from "../parts/loading.js";
import { Notice } from "../parts/notice.js";
import { useStyles } from "../parts/use-styles.js";
import type { TraceReader } from "../reading/source.js";
import type { Comparison } from "../state/compare-state.js";
import { withMembers } from "../state/members.js";
import type { Selection } from "../state/trace-state.js";
import { RestNote } from "../trace/rest-note.js";
import { CompareGrid } from "./compare-grid.js";
import { CompareHead } from "./compare-head.js";
import { CompareReading } from "./compare-reading.js";
import { compareStyles } from "./compare-styles.js";
import { CompareSums } from "./compare-sums.js";
import { SpanDifference } from "./span-difference.js";
import { useComparison } from "./use-comparison.js";
import type { TracePair } from "./use-trace-pair.js";

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

/** Two traces side by side: their totals, their aligned spans, and the differences in one of these. */
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

  const ready = traces.status === "ready" ? traces.value : undefined;
  useLayoutEffect(() => focusRows(), [ready !== undefined]);

  function toTitle(): string {
    const count = differences.places.length;
    if (!ready) return "Comparison";
    if (count > 0 || reading !== undefined) return formatPlural(count, "difference");
    return "No differences in spans, inputs or outputs";
  }

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
      <CompareHead
        title={toTitle()}
        traces={ready}
        reader={reader}
        isOnlyChanged={isOnlyChanged}
        onStep={goToDifference}
        onOnlyChanged={() => setOnlyChanged(!isOnlyChanged)}
        onSwap={swap}
        onClose={onClose}
        onHelp={props.onHelp}
      />
      {traces.status === "failed" && (
        <FailureNotice title="The traces could not be read" error={traces.error} onRetry={pair.read} />
      )}
      {traces.status === "loading" && <ComingTraces pair={pair} />}
      {traces.status === "ready" && !ready && (
        <Notice title="One of the traces is gone" actions={{ Back: onClose }}>
          <p class="notice-text">It was deleted, or pruned to make room.</p>
        </Notice>
      )}
      {ready && (
        <>
          <CompareSums traces={ready} nowMs={nowMs} />
          <CompareReading reading={reading} onRead={readPayloads} onCancel={cancel} />
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

/** While the traces are being read: the progress, and a way to stop and to go on. */
function ComingTraces({ pair: { reading, read, stop } }: { readonly pair: TracePair }) {
  return (
    <div class="trace-body">
      {reading?.rest === "left" ? (
        <Notice title="The traces were not read in full">
          <p class="notice-text">Only whole traces can be compared: missing spans would look removed.</p>
        </Notice>
      ) : (
        <Loading what="the traces" />
      )}
      {reading && <RestNote {...reading} onward="Read the rest" onStop={stop} onGoOn={read} />}
    </div>
  );
}
