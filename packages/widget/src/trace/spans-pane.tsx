import type { RefObject } from "preact";
import { useMemo } from "preact/hooks";
import { noFilter } from "../derive/span-filter.js";
import { toRange } from "../derive/time-range.js";
import type { ExplorerParts } from "../explorer-parts.js";
import type { ExplorerState } from "../explorer-state.js";
import { Later } from "../parts/later.js";
import { Notice } from "../parts/notice.js";
import type { OpenTrace } from "../state/trace-state.js";
import { Minimap } from "./minimap.js";
import type { SpanSteps } from "./span-steps.js";
import { SpanTreeGrid } from "./span-tree-grid.js";
import { TraceNotes } from "./trace-notes.js";
import type { TraceActions } from "./trace-props.js";
import { TraceTools } from "./trace-tools.js";
import type { TraceFigures } from "./use-trace-figures.js";

interface SpansPaneProps {
  readonly state: ExplorerState;
  readonly trace: OpenTrace;
  readonly figures: TraceFigures;
  readonly steps: SpanSteps;
  readonly actions: TraceActions;
  /** Absent if there is no flame graph. */
  readonly flame: ExplorerParts["flame"];
  /** Puts bars under the names. */
  readonly isNarrow: boolean;
  readonly areToolsShown: boolean;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onFlame: () => void;
  readonly onFlameReady: () => void;
  /** Moves the focus on to the spans. */
  readonly onLeaveTools: () => void;
  /** Handles a key that means something outside the picture; true if it did. */
  readonly onShortcut: (key: string) => boolean;
  readonly onEscape: () => void;
}

/** The spans of a trace, as a tree or as flames, and above them the search and the minimap. */
export function SpansPane(props: SpansPaneProps) {
  const { state, trace, figures, steps, actions, flame, field, areToolsShown } = props;
  const { tree, timeline, times, matches } = figures;
  const { spanId, folding, filter, content, isPathMarked, panes, view } = state;
  const range = useMemo(
    () => state.range && toRange(state.range.startMs, state.range.endMs, timeline.durationMs),
    [state.range, timeline.durationMs],
  );
  const isFlame = view === "flame" && flame !== undefined;
  const selectedPlace = tree.indexOf.get(spanId ?? "") ?? -1;
  const selectedMatch = matches ? matches.places.indexOf(selectedPlace) : -1;
  const shared = {
    tree,
    times,
    matches,
    range,
    selectedId: spanId,
    onSelect: (id: string) => void actions.selectSpan(id),
    onRange: actions.setRange,
    onEscape: props.onEscape,
    onShortcut: props.onShortcut,
  };
  return (
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
            folding={folding}
            isPathMarked={isPathMarked}
            field={field}
            onFilter={steps.look}
            onNext={steps.toMatch}
            onLevels={steps.showLevels}
            onMarkPath={actions.markPath}
            isFlame={isFlame}
            {...(flame && { onFlame: props.onFlame })}
            onLeave={props.onLeaveTools}
          />
        </>
      )}
      {matches?.places.length === 0 ? (
        <Notice
          title={toNoMatch(content?.rest)}
          actions={{
            "Show all spans": () => {
              actions.setFilter(noFilter);
              field.current?.focus();
            },
          }}
        />
      ) : isFlame ? (
        <Later load={flame} what="the flame graph">
          {({ FlameView }) => (
            <FlameView {...shared} durationMs={timeline.durationMs} onReady={props.onFlameReady} />
          )}
        </Later>
      ) : (
        <SpanTreeGrid
          {...shared}
          criticalOf={figures.criticalOf}
          timeline={timeline}
          traceState={trace.info.state}
          folding={folding}
          searched={filter.text.trim()}
          isNarrow={props.isNarrow}
          namesPx={panes.names}
          onFold={actions.fold}
          onResizeNames={(sizePx) => actions.resizePane("names", sizePx)}
        />
      )}
      <TraceNotes trace={trace} content={content} actions={actions} />
    </div>
  );
}

/** The text shown instead of the spans while none matches. */
function toNoMatch(rest: "coming" | "left" | undefined): string {
  if (rest === "coming") return "Searching the spans …";
  return rest === "left" ? "No span matches so far" : "No span matches";
}
