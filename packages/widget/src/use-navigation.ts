import type { RefObject } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { maybeBeside, toGroupKey, toGroups } from "./derive/groups.js";
import type { ExplorerModel } from "./explorer-state.js";
import type { ListPlace } from "./list/use-list-place.js";
import type { SessionPlace } from "./session/session-view.js";
import { maybeGroups } from "./state/figure-state.js";
import { listedTraces } from "./state/list-state.js";
import type { Selection } from "./state/trace-state.js";

/**
 * Moves between the list, a conversation, a trace and a comparison, and keeps track of the focus and of where to come back to.
 */
export interface Navigation {
  /** Where the focus goes when the focused element disappears. */
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  readonly listPlace: RefObject<ListPlace>;
  readonly sessionPlace: RefObject<SessionPlace | undefined>;
  /** The model's actions, adapted for the list. */
  readonly listActions: ExplorerModel;
  openTrace(traceId: string): void;
  /** Opens a trace and leaves the conversation, which it may not belong to. */
  openFromList(traceId: string): void;
  /** Opens the trace below or above in the list. */
  openBeside(by: 1 | -1): void;
  /** Opens what was selected in a comparison. */
  openCompared(selection: Selection): void;
  closeTrace(): void;
  closeSession(): void;
  /** `isListShown`: the list is beside what is open. */
  closeComparison(isListShown: boolean): void;
}

export function useNavigation(model: ExplorerModel): Navigation {
  const focusNext: Navigation["focusNext"] = useRef(undefined);
  const listPlace = useRef<ListPlace>({});
  const sessionPlace: Navigation["sessionPlace"] = useRef(undefined);
  const isComparedInList = useRef(false);

  return useMemo(() => {
    function openTrace(traceId: string): void {
      focusNext.current = "tree";
      void model.selectTrace(traceId);
    }

    return {
      focusNext,
      listPlace,
      sessionPlace,
      listActions: {
        ...model,
        openSession(sessionId) {
          focusNext.current = "tree";
          sessionPlace.current = undefined;
          return model.openSession(sessionId);
        },
        compare(pair) {
          isComparedInList.current = true;
          model.compare(pair);
        },
      },
      openTrace,
      openFromList(traceId) {
        void model.openSession(undefined);
        openTrace(traceId);
      },
      openBeside(by) {
        const state = model.store.getState();
        const { traceId, groupBy, openGroups } = state;
        if (traceId === undefined) return;
        const traces = listedTraces(state);
        const groups = groupBy && toGroups(traces, groupBy, maybeGroups(state));
        const next = maybeBeside(traces, groups, openGroups, traceId, by);
        if (next) openTrace(next.traceId);
      },
      openCompared(selection) {
        model.compare(undefined);
        focusNext.current = "tree";
        void model.select(selection);
      },
      closeTrace() {
        const { traceId, session } = model.store.getState();
        focusNext.current = session ? "tree" : "list";
        // In a conversation, the list's place remains where that was opened.
        if (!session) listPlace.current = { ...listPlace.current, closedKey: traceId };
        void model.selectTrace(undefined);
      },
      closeSession() {
        const { session } = model.store.getState();
        focusNext.current = "list";
        // Goes back to where the conversation was opened, whichever of its traces was viewed meanwhile.
        if (session) listPlace.current = { ...listPlace.current, closedKey: toGroupKey(session.id) };
        void model.openSession(undefined);
      },
      closeComparison(isListShown) {
        const { traceId } = model.store.getState();
        const isInList = isComparedInList.current && isListShown;
        focusNext.current = traceId === undefined || isInList ? "list" : "tree";
        isComparedInList.current = false;
        model.compare(undefined);
      },
    };
  }, [model]);
}
