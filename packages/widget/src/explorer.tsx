import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { maybeBeside, toGroupKey, toGroups } from "./derive/groups.js";
import { toLayout } from "./derive/layout.js";
import type { ExplorerModel } from "./explorer-state.js";
import type { ExplorerParts } from "./explorer-parts.js";
import { TraceList } from "./list/trace-list.js";
import type { ListPlace } from "./list/use-list-place.js";
import { focusedIn } from "./parts/focused.js";
import { isTextField } from "./parts/is-text-field.js";
import { Later } from "./parts/later.js";
import { Splitter } from "./parts/splitter.js";
import { useKeptFocus } from "./parts/use-kept-focus.js";
import { useSize } from "./parts/use-size.js";
import { useStore } from "./parts/use-store.js";
import { SessionPane } from "./session/session-pane.js";
import type { SessionPlace } from "./session/session-view.js";
import { maybeGroups } from "./state/figure-state.js";
import { listedTraces } from "./state/list-state.js";
import type { OpenedEdits } from "./edit/edit-kit.js";
import { TextView } from "./span/text-view.js";
import { useTextView } from "./span/use-text-view.js";
import { TraceView } from "./trace/trace-view.js";

const usualSideListPx = 296;
/** With plots, some rows are to be seen too. */
const roomForPlotsPx = 480;
const fallbackSize = { widthPx: 800, heightPx: 600 };

interface ExplorerProps {
  readonly model: ExplorerModel;
  readonly parts: ExplorerParts;
}

/** The list, and beside it or in its place the selected trace. */
export function Explorer({ model, parts }: ExplorerProps) {
  const state = useStore(model.store);
  const frame = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(frame, fallbackSize);
  useKeptFocus(frame);
  const textView = useTextView(model, state.textView === "plain");
  const layout = toLayout(widthPx, heightPx);
  /** Where the focus goes when what has it disappears. */
  const focusNext = useRef<"tree" | "list" | undefined>(undefined);

  const listPlace = useRef<ListPlace>({});
  const isComparedInList = useRef(false);
  const sessionPlace = useRef<SessionPlace | undefined>(undefined);

  const { traceId, session, comparison } = state;
  const isOnlyTrace = listedTraces(state).length === 1 && state.list.status === "ready";
  const isAnyOpen = traceId !== undefined || session !== undefined;
  const isSideListShown = isAnyOpen && layout.hasSideList && !isOnlyTrace;
  const sideListPx = Math.min(widthPx * 0.5, state.panes.list ?? usualSideListPx);

  const openTrace = useCallback(
    (chosenId: string) => {
      focusNext.current = "tree";
      void model.selectTrace(chosenId);
    },
    [model],
  );
  const openFromList = useCallback(
    (chosenId: string) => {
      void model.openSession(undefined);
      openTrace(chosenId);
    },
    [model, openTrace],
  );
  /** On to the trace below in the list, or above. */
  const openBeside = useCallback(
    (by: 1 | -1) => {
      const current = model.store.getState();
      const { traceId: openId, groupBy, openGroups } = current;
      if (openId === undefined) return;
      const traces = listedTraces(current);
      const groups = groupBy && toGroups(traces, groupBy, maybeGroups(current));
      const next = maybeBeside(traces, groups, openGroups, openId, by);
      if (next) openTrace(next.traceId);
    },
    [model, openTrace],
  );
  const closeTrace = useCallback(() => {
    const { traceId: closedId, session: around } = model.store.getState();
    focusNext.current = around ? "tree" : "list";
    // From a conversation one goes on to where that was opened.
    if (!around) listPlace.current = { ...listPlace.current, closedKey: closedId };
    void model.selectTrace(undefined);
  }, [model]);
  const listActions = useMemo(
    (): ExplorerModel => ({
      ...model,
      openSession: (sessionId) => {
        focusNext.current = "tree";
        sessionPlace.current = undefined;
        return model.openSession(sessionId);
      },
      compare: (pair) => {
        isComparedInList.current = true;
        model.compare(pair);
      },
    }),
    [model],
  );
  const closeSession = useCallback(() => {
    const { session: closed } = model.store.getState();
    focusNext.current = "list";
    // One goes back to where it was opened, whichever of its traces was looked at meanwhile.
    if (closed) listPlace.current = { ...listPlace.current, closedKey: toGroupKey(closed.id) };
    void model.openSession(undefined);
  }, [model]);

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
              onClose={() => {
                const isInList = isComparedInList.current && isSideListShown;
                focusNext.current = traceId === undefined || isInList ? "list" : "tree";
                isComparedInList.current = false;
                model.compare(undefined);
              }}
              onOpen={(selection) => {
                model.compare(undefined);
                focusNext.current = "tree";
                void model.select(selection);
              }}
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
          focusNext={focusNext}
          place={listPlace}
          actions={listActions}
          onOpen={openFromList}
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
            focusNext={focusNext}
            place={sessionPlace}
            onOpen={openTrace}
            onMore={() => void model.readMoreTurns()}
            onClose={closeSession}
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
            focusNext={focusNext}
            actions={model}
            onBeside={openBeside}
            onClose={closeTrace}
            onHelp={openHelp}
            onRetry={() => void model.selectTrace(traceId)}
          />
        )}
      </TextView.Provider>
    </div>
  );
}
