import type { SpanDigest, TraceInfo } from "@spanbook/core/model";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toCriticalLookup, toNowhere } from "../derive/critical-path.js";
import { toCollapsedAt } from "../derive/depth.js";
import { useEditKit, type OpenedEdits } from "../edit/edit-kit.js";
import type { ExplorerParts } from "../explorer-parts.js";
import type { Layout } from "../derive/layout.js";
import {
  noFilter,
  toFailedPlaces,
  toMatches,
  toNextMatch,
  toSpansAround,
  type SpanFilter,
} from "../derive/span-filter.js";
import { toSpanTimes, valueAt } from "../derive/span-times.js";
import { ancestorsOf, toSpanTree, type SpanTree } from "../derive/span-tree.js";
import { toTimeline } from "../derive/timeline.js";
import { toLabel } from "../derive/visible-text.js";
import type { ExplorerModel, ExplorerState } from "../explorer-state.js";
import type { OpenTrace } from "../state/trace-state.js";
import { listedTraces } from "../state/list-state.js";
import { toComparison } from "../state/compare-state.js";
import type { TraceReader } from "../source.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { focusedIn } from "../parts/focused.js";
import { IconButton } from "../parts/icon-button.js";
import { Later } from "../parts/later.js";
import { Loading } from "../parts/loading.js";
import { Popover } from "../parts/popover.js";
import { Splitter } from "../parts/splitter.js";
import { manySpans, useAfterPaint } from "../parts/use-after-paint.js";
import { useSize } from "../parts/use-size.js";
import { Minimap } from "./minimap.js";
import { RestNote } from "./rest-note.js";
import { SpanTreeGrid } from "./span-tree-grid.js";
import { TraceHead } from "./trace-head.js";
import { TraceTools } from "./trace-tools.js";

interface TraceViewProps {
  readonly state: ExplorerState;
  readonly layout: Layout;
  readonly parts: ExplorerParts;
  /** Absent where nothing can be changed. */
  readonly openEdits: (() => Promise<OpenedEdits>) | undefined;
  readonly reader: TraceReader;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly actions: TraceActions;
  readonly onClose: () => void;
  readonly onHelp: () => void;
  readonly onRetry: () => void;
}

/** What the explorer's model does for an open trace. */
export type TraceActions = Pick<
  ExplorerModel,
  | "selectSpan"
  | "setCollapsed"
  | "setFilter"
  | "setRange"
  | "markPath"
  | "setView"
  | "compare"
  | "resizePane"
  | "stopReading"
  | "readOn"
>;

/** The selected trace: what it was in a line, its spans, and the details of one. */
export function TraceView(props: TraceViewProps) {
  const { state, onClose, onRetry } = props;
  const { trace } = state;
  // While it is read anew, what was read before stays.
  if (trace?.status === "ready" && trace.value) {
    return <ReadyTrace {...props} trace={trace.value} />;
  }
  return (
    <section class="trace-pane" aria-label="Trace">
      <header class="pane-head">
        <IconButton icon="back" label="Back to the list" onClick={onClose} />
      </header>
      {trace?.status === "failed" ? (
        <FailureNotice title="The trace could not be read" error={trace.error} onRetry={onRetry} />
      ) : trace?.status === "ready" ? (
        <div class="notice">
          <p class="notice-title">This trace is gone</p>
          <p class="notice-text">It was deleted, or pruned to make room.</p>
          <button type="button" class="button" onClick={onClose}>
            Back to the list
          </button>
        </div>
      ) : (
        <Loading what="the trace" />
      )}
    </section>
  );
}

function ReadyTrace(props: TraceViewProps & { readonly trace: OpenTrace }) {
  const { state, trace, layout, focusNext, actions, onClose } = props;
  const { info, digests } = trace;
  const { spanId, collapsed, filter, range, isPathMarked, panes, nowMs, view } = state;
  const isFlame = view === "flame";
  const tree = useGrowingTree(digests);
  const timeline = useTimeline(info, tree, nowMs);
  const times = useMemo(() => toSpanTimes(tree, timeline), [tree, timeline]);
  const criticalOf = useAfterPaint(
    () => (isPathMarked ? toCriticalLookup(tree, times) : toNowhere),
    [isPathMarked, tree, times],
    digests.length > manySpans,
  );
  const matches = useMemo(() => toMatches(tree, times, filter), [tree, times, filter]);
  const edit = useEditKit(props.openEdits);
  const [isOverviewOpen, setOverviewOpen] = useState(false);
  const [toolsChoice, setToolsChoice] = useState<boolean | undefined>(undefined);
  const pane = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { widthPx, heightPx } = useSize(body, { widthPx: 800, heightPx: 500 });

  useLayoutEffect(() => {
    if (focusNext.current !== "tree") return;
    focusNext.current = undefined;
    focusTree();
  }, []);

  // The keyboard goes along to the other picture of the spans.
  const isFocusWanted = useRef(false);
  useLayoutEffect(takeFocus, [view]);

  function takeFocus(): void {
    if (isFocusWanted.current) isFocusWanted.current = !focusTree();
  }

  // The search was asked for by a key while it was not there.
  const isSearchWanted = useRef(false);
  useLayoutEffect(() => {
    if (!isSearchWanted.current) return;
    isSearchWanted.current = false;
    field.current?.focus();
  }, [toolsChoice]);

  /** Whether there was something to give the focus to. */
  function focusTree(): boolean {
    const spans = '[role="treegrid"] [role="row"][tabindex="0"], [data-focus="spans"]';
    const target = pane.current?.querySelector<HTMLElement>(spans);
    target?.focus();
    return target !== undefined && target !== null;
  }

  function reveal(target: string | undefined): void {
    if (target === undefined) return;
    const hidden = ancestorsOf(tree, target).filter((id) => collapsed.has(id));
    if (hidden.length > 0) actions.setCollapsed(hidden, false);
    if (matches?.kept[tree.indexOf.get(target) ?? -1] === 0) actions.setFilter(noFilter);
    void actions.selectSpan(target);
  }

  function closeDetails(): void {
    // What is focused in the details would be lost with them.
    const focused = pane.current && focusedIn(pane.current);
    if (focused?.closest(".details")) focusTree();
    setOverviewOpen(false);
    void actions.selectSpan(undefined);
  }

  function setFilter(next: SpanFilter): void {
    const found = collapsed.size > 0 ? toMatches(tree, times, next) : undefined;
    const around = found ? toSpansAround(tree, found).filter((id) => collapsed.has(id)) : [];
    if (around.length > 0) actions.setCollapsed(around, false);
    actions.setFilter(next);
  }

  function goToMatch(step: 1 | -1): void {
    const place = toNextMatch(matches?.places ?? [], tree.indexOf.get(spanId ?? "") ?? -1, step);
    if (place !== undefined) reveal(tree.digestAt(place)?.spanId);
  }

  function goToFailed(step: 1 | -1): void {
    const failed = toFailedPlaces(tree);
    const place = toNextMatch(failed, tree.indexOf.get(spanId ?? "") ?? -1, step);
    if (place !== undefined) reveal(tree.digestAt(place)?.spanId);
  }

  function onShortcut(key: string): boolean {
    if (key === "/") {
      isSearchWanted.current = !areToolsShown;
      setToolsChoice(true);
      field.current?.focus();
    } else if (key === "n") goToMatch(1);
    else if (key === "N") goToMatch(-1);
    else if (key === "e") goToFailed(1);
    else if (key === "E") goToFailed(-1);
    else if (key === "f" && props.parts.flame) toggleFlame();
    else if (/^[1-9]$/.test(key)) showLevels(Number(key));
    else return false;
    return true;
  }

  function toggleFlame(): void {
    isFocusWanted.current = true;
    actions.setView(isFlame ? "tree" : "flame");
  }

  function showLevels(levels: number): void {
    actions.setCollapsed([...collapsed], false);
    actions.setCollapsed(toCollapsedAt(tree, levels), true);
  }

  const node = spanId === undefined ? undefined : tree.nodeAt(tree.indexOf.get(spanId) ?? -1);
  const isOverviewShown = node === undefined && (isOverviewOpen || layout.details === "beside");
  const hasDetails = node !== undefined || isOverviewShown;
  const isCramped = hasDetails && layout.details === "below";
  const areToolsShown = toolsChoice ?? (layout.hasRoomAbove && !isCramped);
  const selectedMatch = node && matches ? matches.places.indexOf(tree.indexOf.get(spanId ?? "") ?? -1) : -1;
  const isBeside = layout.details === "beside";
  const detailsPx = isBeside
    ? Math.min(widthPx - leastTreePx, panes.details ?? Math.min(560, Math.max(320, widthPx * 0.4)))
    : Math.min(heightPx - leastTreeHeightPx, panes.detailsHeight ?? heightPx * 0.58);
  return (
    <section class="trace-pane" aria-label={`Trace ${toLabel(info.name)}`} ref={pane}>
      <TraceHead
        info={info}
        nowMs={nowMs}
        openEndMs={timeline.openEndMs}
        areToolsShown={areToolsShown}
        isOverviewShown={isOverviewShown}
        onClose={onClose}
        onNextFailing={() => goToFailed(1)}
        onOverview={() => {
          void actions.selectSpan(undefined);
          setOverviewOpen(!isOverviewShown);
        }}
        onHelp={props.onHelp}
        onToggleTools={() => setToolsChoice(!areToolsShown)}
      >
        {props.parts.compare && listedTraces(state).length > 1 && (
          <Popover icon="compare" label="Compare with another trace">
            <Later load={props.parts.compare} what="the traces">
              {({ ComparePicker }) => (
                <ComparePicker
                  info={info}
                  traces={listedTraces(state)}
                  nowMs={nowMs}
                  onPick={(otherId) =>
                    actions.compare(toComparison([info.traceId, otherId], listedTraces(state)))
                  }
                />
              )}
            </Later>
          </Popover>
        )}
        <Popover icon="share" label="Copy and save">
          <Later load={loadDetails} what="the choices">
            {({ TraceShareMenu }) => <TraceShareMenu info={info} reader={props.reader} />}
          </Later>
        </Popover>
      </TraceHead>
      <div class={`trace-body details-${layout.details}`} ref={body}>
        {digests.length === 0 ? (
          <div class="notice">
            <p class="notice-title">No spans</p>
            <p class="notice-text">Only what was set on the trace as a whole is known.</p>
          </div>
        ) : (
          <div class="tree-pane">
            {areToolsShown && (
              <>
                <Minimap
                  tree={tree}
                  times={times}
                  durationMs={timeline.durationMs}
                  range={range}
                  onRange={actions.setRange}
                />
                <TraceTools
                  tree={tree}
                  durationMs={timeline.durationMs}
                  filter={filter}
                  matchCount={matches?.places.length}
                  matchNumber={selectedMatch < 0 ? undefined : selectedMatch + 1}
                  collapsed={collapsed}
                  isPathMarked={isPathMarked}
                  field={field}
                  onFilter={setFilter}
                  onNext={goToMatch}
                  onLevels={showLevels}
                  onMarkPath={actions.markPath}
                  isFlame={isFlame}
                  {...(props.parts.flame && { onFlame: toggleFlame })}
                  onLeave={focusTree}
                />
              </>
            )}
            {matches?.places.length === 0 ? (
              <div class="notice">
                <p class="notice-title">No span matches</p>
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    actions.setFilter(noFilter);
                    field.current?.focus();
                  }}
                >
                  Show all spans
                </button>
              </div>
            ) : isFlame && props.parts.flame ? (
              <Later load={props.parts.flame} what="the flame graph">
                {({ FlameView }) => (
                  <FlameView
                    tree={tree}
                    times={times}
                    durationMs={timeline.durationMs}
                    range={range}
                    matches={matches}
                    selectedId={spanId}
                    onReady={takeFocus}
                    onSelect={(id) => void actions.selectSpan(id)}
                    onRange={actions.setRange}
                    onEscape={() => (spanId === undefined ? onClose() : closeDetails())}
                    onShortcut={onShortcut}
                  />
                )}
              </Later>
            ) : (
              <SpanTreeGrid
                tree={tree}
                times={times}
                criticalOf={criticalOf ?? toNowhere}
                timeline={timeline}
                range={range}
                traceState={info.state}
                collapsed={collapsed}
                matches={matches}
                searched={filter.text.trim()}
                selectedId={spanId}
                isNarrow={layout.isNarrowTree}
                namesPx={panes.names}
                onSelect={(id) => void actions.selectSpan(id)}
                onCollapse={actions.setCollapsed}
                onRange={actions.setRange}
                onResizeNames={(sizePx) => actions.resizePane("names", sizePx)}
                onEscape={() => (spanId === undefined ? onClose() : closeDetails())}
                onShortcut={onShortcut}
              />
            )}
            <RestNote trace={trace} onStop={actions.stopReading} onReadOn={() => void actions.readOn()} />
          </div>
        )}
        {hasDetails && layout.details !== "over" && (
          <Splitter
            label="the details"
            isVertical={isBeside}
            isPaneBehind
            sizePx={detailsPx}
            minPx={isBeside ? 260 : 120}
            maxPx={isBeside ? widthPx - leastTreePx : heightPx - leastTreeHeightPx}
            onResize={(sizePx) => actions.resizePane(isBeside ? "details" : "detailsHeight", sizePx)}
          />
        )}
        {hasDetails && (
          <div class="details-pane" style={layout.details === "over" ? {} : { flexBasis: `${detailsPx}px` }}>
            <Later load={loadDetails} what="the details">
              {({ SpanDetails, TraceOverview }) =>
                node ? (
                  <SpanDetails
                    node={node}
                    span={state.span}
                    selfMs={valueAt(times.selfMs, tree.indexOf.get(node.digest.spanId) ?? -1)}
                    timeline={timeline}
                    info={info}
                    nowMs={nowMs}
                    edit={edit}
                    onClose={closeDetails}
                    onRetry={() => void actions.selectSpan(spanId)}
                  />
                ) : (
                  <TraceOverview
                    trace={trace}
                    nowMs={nowMs}
                    edit={edit}
                    isReadOnly={props.parts.edit === undefined}
                    canClose={layout.details !== "beside"}
                    onClose={closeDetails}
                    onReveal={reveal}
                  />
                )
              }
            </Later>
          </div>
        )}
      </div>
    </section>
  );
}

const loadDetails = () => import("../span/details-parts.js");

const leastTreePx = 280;
const leastTreeHeightPx = 110;

/** The spans as a tree. While they become more, what was known of those before is made use of. */
function useGrowingTree(digests: readonly SpanDigest[]): SpanTree {
  const known = useRef<SpanTree | undefined>(undefined);
  return useMemo(() => (known.current = toSpanTree(digests, known.current)), [digests]);
}

/** The timeline; a new one only when the spans or, while it runs, the time are new. */
function useTimeline(info: TraceInfo, tree: SpanTree, nowMs: number) {
  const runningMs = info.state === "IN_PROGRESS" ? nowMs : 0;
  return useMemo(() => toTimeline(info, tree, runningMs), [info, tree, runningMs]);
}
