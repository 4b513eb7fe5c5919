import type { Span, TraceInfo } from "@spanbook/core/model";
import { settle, type Loadable } from "./loadable.js";
import type { SliceContext } from "./slice.js";

/** One trace of a conversation. */
export interface SessionTurn {
  readonly info: TraceInfo;
  /** The whole root span; absent if it is gone. */
  readonly root?: Span;
}

export interface Session {
  readonly id: string;
  /** In order of start. */
  readonly turns: Loadable<SessionTurns>;
}

export interface SessionTurns {
  readonly turns: readonly SessionTurn[];
  /** Absent once the session is complete. */
  readonly nextPageToken?: string;
  readonly isLoadingMore: boolean;
  /** Why the next traces could not be read. */
  readonly moreError?: Error;
}

/** The state of the open conversation. */
export interface SessionState {
  readonly session?: Session;
}

/** What can be done with conversations. */
export interface SessionActions {
  /** Reads a session's traces as a conversation; undefined closes it. */
  openSession(sessionId: string | undefined): Promise<void>;
  /** Reads the traces after those read so far. */
  readMoreTurns(): Promise<void>;
}

interface SessionSlice extends SessionActions {
  /** Updates it with the changes reported by the source. */
  refreshSession(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

/** How many are read at once: more than anyone reads quickly, yet few enough to be fast. */
const pageSize = 200;

export function createSessionSlice({ reader, state, set }: SliceContext<SessionState>): SessionSlice {
  async function openSession(sessionId: string | undefined): Promise<void> {
    if (sessionId === undefined) {
      set({ session: undefined });
      return;
    }
    set({ session: { id: sessionId, turns: { status: "loading" } } });
    await readSession(sessionId);
  }

  /** Reads it again, with as many traces as it has already. */
  async function readSession(sessionId: string): Promise<void> {
    const known = turnsOf(state());
    const turns = await settle(async () => {
      let read = await readPage(sessionId, known, undefined);
      while (read.nextPageToken !== undefined && read.turns.length < known.length) {
        const next = await readPage(sessionId, known, read.nextPageToken);
        read = { ...next, turns: [...read.turns, ...next.turns] };
      }
      return read;
    });
    if (state().session?.id === sessionId) set({ session: { id: sessionId, turns } });
  }

  async function readMoreTurns(): Promise<void> {
    const { session } = state();
    if (session?.turns.status !== "ready") return;
    const { moreError: _, ...before } = session.turns.value;
    const { nextPageToken } = before;
    if (nextPageToken === undefined || before.isLoadingMore) return;
    const coming = showTurns(session.id, { ...before, isLoadingMore: true });
    const next = await settle(() => readPage(session.id, [], nextPageToken));
    // It was meanwhile closed, or read again.
    if (state().session !== coming || next.status === "loading") return;
    showTurns(
      session.id,
      next.status === "ready"
        ? { ...next.value, turns: [...before.turns, ...next.value.turns] }
        : { ...before, moreError: next.error },
    );
  }

  function showTurns(id: string, value: SessionTurns): Session {
    const session: Session = { id, turns: { status: "ready", value } };
    set({ session });
    return session;
  }

  async function readPage(
    sessionId: string,
    known: readonly SessionTurn[],
    pageToken: string | undefined,
  ): Promise<SessionTurns> {
    const knownById = new Map(known.map((turn) => [turn.info.traceId, turn]));
    const { traces, nextPageToken } = await reader.search({
      filter: {
        kind: "comparison",
        field: { name: "trace.session_id" },
        op: "=",
        value: sessionId,
      },
      orderBy: ["timestamp_ms ASC"],
      maxResults: pageSize,
      pageToken,
    });
    const turns = await Promise.all(traces.map(({ info }) => readTurn(info, knownById.get(info.traceId))));
    return { turns, isLoadingMore: false, ...(nextPageToken !== undefined && { nextPageToken }) };
  }

  async function readTurn(info: TraceInfo, known: SessionTurn | undefined): Promise<SessionTurn> {
    if (known?.info.revision === info.revision) return known;
    const { traceId } = info;
    const found = await reader.get(traceId, { include: "digests", maxSpans: 1 });
    const first = found?.data.digests[0];
    const root = first && (await reader.getSpan(traceId, first.spanId));
    return { info, ...(root && { root }) };
  }

  return {
    openSession,
    readMoreTurns,
    async refreshSession(changed, deleted) {
      const { session } = state();
      if (session === undefined) return;
      const isShown = (traceId: string) => turnsOf(state()).some(({ info }) => info.traceId === traceId);
      // A new trace may belong to it: only a search can tell.
      if (changed.size > 0 || deleted.some(isShown)) await readSession(session.id);
    },
  };
}

function turnsOf({ session }: SessionState): readonly SessionTurn[] {
  return session?.turns.status === "ready" ? session.turns.value.turns : [];
}
