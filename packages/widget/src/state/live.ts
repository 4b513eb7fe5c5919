/** Keeps what is shown up to date with its source. */
import { observe, type Changes } from "@spanbook/core/store";
import type { StoreApi } from "zustand/vanilla";
import { listedTraces, type ListState } from "./list-state.js";
import { toError } from "./loadable.js";
import type { SliceContext } from "./slice.js";
import type { OpenTraceState } from "./trace-state.js";

export interface LiveState {
  /** Why updating has failed. */
  readonly liveError?: Error;
}

export interface LiveActions {
  /** Updates what is shown; true if anything had changed. */
  refresh(): Promise<boolean>;
  /** Keeps what is shown up to date until the returned function is called. */
  follow(): () => void;
}

interface Live extends LiveActions {
  /** What is shown now includes all changes up to that revision. */
  startAt(revision: number): void;
}

type Shown = LiveState & ListState & OpenTraceState;

const maxChanges = 1000;
/** How often the clock advances while something runs. */
const tickMs = 1000;

/** `update` reads the shown parts of changed traces, and drops the deleted ones. */
export function createLive(
  { reader, nowMs, state, set }: SliceContext<Shown>,
  subscribe: StoreApi<Shown>["subscribe"],
  update: (changed: ReadonlySet<string>, deleted: readonly string[]) => Promise<void>,
): Live {
  let revision = 0;

  async function refresh(): Promise<boolean> {
    if (!isListed(state())) return false;
    try {
      const next = await readChanges();
      return (await showChanges(next)) && (next.changes.length > 0 || next.hasMore);
    } catch {
      return false; // The state says why.
    }
  }

  function follow(): () => void {
    // Asks for changes after what is shown, so that those that could not be shown are reported again.
    const changes = async () => {
      await whenListed();
      const next = await readChanges();
      if (next.changes.length === 0) await showChanges(next);
      return next;
    };
    // A store behind Comlink seems to have every property.
    const onChange = typeof reader === "function" ? undefined : reader.onChange?.bind(reader);
    const stop = observe({ changes, ...(onChange && { onChange }) }, async (told, revision) => {
      await showChanges({ changes: told, revision });
    });
    const ticking = setInterval(() => isAnyRunning(state()) && set({ nowMs: nowMs() }), tickMs);
    return () => {
      stop();
      clearInterval(ticking);
    };
  }

  /** Resolves once the list has been read and is not about to be replaced. */
  function whenListed(): Promise<void> {
    if (isListed(state())) return Promise.resolve();
    return new Promise((resolve) => {
      const undo = subscribe((next) => {
        if (!isListed(next)) return;
        undo();
        resolve();
      });
    });
  }

  async function readChanges(): Promise<Changes> {
    try {
      const next = await reader.changes(revision, maxChanges);
      if (next.isAnew) await update(new Set(), shownIds(state()));
      return next;
    } catch (thrown) {
      set({ liveError: toError(thrown) });
      throw thrown;
    }
  }

  /** Returns whether the changes could be shown. */
  async function showChanges({
    changes,
    revision: latest,
  }: Pick<Changes, "changes" | "revision">): Promise<boolean> {
    try {
      const changed = new Set(changes.filter(({ deleted }) => !deleted).map(({ traceId }) => traceId));
      const deleted = changes.filter((change) => change.deleted).map(({ traceId }) => traceId);
      if (changes.length > 0) await update(changed, deleted);
      revision = latest;
      if (state().liveError) set({ liveError: undefined });
      if (changes.length > 0 && isAnyRunning(state())) set({ nowMs: nowMs() });
      return true;
    } catch (thrown) {
      const error = toError(thrown);
      // The list is being read again, so the changes will be requested once it is there.
      if (error.name !== "AbortError") set({ liveError: error });
      return false;
    }
  }

  return {
    refresh,
    follow,
    startAt(first) {
      revision = first;
    },
  };
}

function isListed({ list, pending }: Shown): boolean {
  return list.status === "ready" && pending === undefined;
}

function shownIds(state: Shown): string[] {
  const listed = listedTraces(state).map(({ traceId }) => traceId);
  return state.traceId === undefined ? listed : [...listed, state.traceId];
}

function isAnyRunning(state: Shown): boolean {
  const { trace } = state;
  const isTraceRunning = trace?.status === "ready" && trace.value?.info.state === "IN_PROGRESS";
  return isTraceRunning || listedTraces(state).some((info) => info.state === "IN_PROGRESS");
}
