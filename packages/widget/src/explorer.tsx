import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { toLayout } from "./derive/layout.js";
import type { ExplorerModel } from "./explorer-state.js";
import type { ExplorerParts } from "./explorer-parts.js";
import { TraceList } from "./list/trace-list.js";
import { focusedIn } from "./parts/focused.js";
import { isTextField } from "./parts/is-text-field.js";
import { Later } from "./parts/later.js";
import { Splitter } from "./parts/splitter.js";
import { useKeptFocus } from "./parts/use-kept-focus.js";
import { useSize } from "./parts/use-size.js";
import { useStore } from "./parts/use-store.js";
import { SessionPane } from "./session/session-pane.js";
import { listedTraces } from "./state/list-state.js";
import type { OpenedEdits } from "./edit/edit-kit.js";
import { TextView } from "./span/text-view.js";
import { useTextView } from "./span/use-text-view.js";
import { TraceView } from "./trace/trace-view.js";
import { useNavigation } from "./use-navigation.js";

const usualSideListPx = 296;
/** Leaves room for some rows beside the plots. */
const roomForPlotsPx = 480;
const fallbackSize = { widthPx: 800, heightPx: 600 };

interface ExplorerProps {
  readonly model: ExplorerModel;
  readonly parts: ExplorerParts;
}

/** The list and, beside it or in its place, the selected trace. */
export function Explorer({ model, parts }: ExplorerProps) {
  const state = useStore(model.store);
  const frame = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(frame, fallbackSize);
  useKeptFocus(frame);
  const textView = useTextView(model, state.textView === "plain");
  const layout = toLayout(widthPx, heightPx);
  const navigation = useNavigation(model);

  const { traceId, session, comparison } = state;
  const listed = listedTraces(state);
  const isOnlyTrace = listed.length === 1 && (traceId ?? listed[0]?.traceId) === listed[0]?.traceId;
  const isAnyOpen = traceId !== undefined || session !== undefined;
  const isSideListShown = isAnyOpen && layout.hasSideList && !isOnlyTrace;
  const sideListPx = Math.min(widthPx * 0.5, state.panes.list ?? usualSideListPx);

  const openEdits = useMemo(() => {
    const { edit: load } = parts;
    let opening: Promise<OpenedEdits> | undefined;
    return (
      load &&
      (() => (opening ??= load().then((edit) => [edit, edit.createEditModel(model.reader, model.refresh)])))
    );
  }, [model, parts]);

  const [isHelpShown, setHelpShown] = useState(false);
  const focusedBefore = useRef<HTMLElement | undefined>(undefined);
  const openHelp = useCallback(() => {
    if (frame.current) focusedBefore.current = focusedIn(frame.current);
    setHelpShown(true);
  }, []);

  function closeHelp(): void {
    setHelpShown(false);
    focusedBefore.current?.focus();
  }

  return (
    <div
      class="explorer"
      ref={frame}
      onKeyDown={(event) => {
        if (event.key !== "?" || isTextField(event.target)) return;
        event.preventDefault();
        openHelp();
      }}
    >
      {isHelpShown && (
        <div class="help-cover" onClick={closeHelp}>
          <Later load={() => import("./parts/key-help.js")} what="the keys">
            {({ KeyHelp }) => <KeyHelp onClose={closeHelp} />}
          </Later>
        </div>
      )}
      {comparison && parts.compare && (
        <Later load={parts.compare} what="the comparison">
          {({ CompareView }) => (
            <CompareView
              key={`${comparison.beforeId} ${comparison.afterId}`}
              reader={model.reader}
              comparison={comparison}
              widthPx={widthPx}
              heightPx={heightPx}
              nowMs={state.nowMs}
              onCompare={model.compare}
              onClose={() => navigation.closeComparison(isSideListShown)}
              onOpen={navigation.openCompared}
              onHelp={openHelp}
            />
          )}
        </Later>
      )}
      {!comparison && (!isAnyOpen || isSideListShown) && (
        <TraceList
          state={state}
          parts={parts}
          widthPx={widthPx}
          sidePx={isSideListShown ? sideListPx : undefined}
          hasRoomForPlot={heightPx >= roomForPlotsPx}
          focusNext={navigation.focusNext}
          place={navigation.listPlace}
          actions={navigation.listActions}
          onOpen={navigation.openFromList}
          onHelp={openHelp}
          onRetry={() => void model.load()}
        />
      )}
      {!comparison && isSideListShown && (
        <Splitter
          label="the list"
          isVertical
          isPaneBehind={false}
          sizePx={sideListPx}
          minPx={180}
          maxPx={widthPx * 0.5}
          onResize={(sizePx) => model.resizePane("list", sizePx)}
        />
      )}
      <TextView.Provider value={textView}>
        {!comparison && traceId === undefined && session && (
          <SessionPane
            key={session.id}
            session={session}
            nowMs={state.nowMs}
            focusNext={navigation.focusNext}
            place={navigation.sessionPlace}
            onOpen={navigation.openTrace}
            onMore={() => void model.readMoreTurns()}
            onClose={navigation.closeSession}
            onRetry={() => void model.openSession(session.id)}
          />
        )}
        {!comparison && traceId !== undefined && (
          <TraceView
            key={traceId}
            state={state}
            layout={layout}
            parts={parts}
            reader={model.reader}
            openEdits={openEdits}
            focusNext={navigation.focusNext}
            actions={model}
            onBeside={navigation.openBeside}
            onClose={navigation.closeTrace}
            onHelp={openHelp}
            onRetry={() => void model.selectTrace(traceId)}
          />
        )}
      </TextView.Provider>
    </div>
  );
}
