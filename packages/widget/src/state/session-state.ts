import type { Span, TraceInfo } from "@spanbook/core/model";
import { settle, type Loadable } from "./loadable.js";
import type { SliceContext } from "./slice.js";

/** One trace of a conversation. */
export interface SessionTurn {
  readonly info: TraceInfo;
  /** Whole, the first span; absent where it is gone. */
  readonly root?: Span;
}

export interface Session {
  readonly id: string;
  /** In the order of their starts. */
  readonly turns: Loadable<SessionTurns>;
}

export interface SessionTurns {
  readonly turns: readonly SessionTurn[];
  /** There are more behind them. */
  readonly hasMore: boolean;
}

/** What is known of the open conversation. */
export interface SessionState {
  readonly session?: Session;
}

/** What can be done with conversations. */
export interface SessionActions {
  /** Reads a session's traces as a conversation; undefined closes it. */
  openSession(sessionId: string | undefined): Promise<void>;
}

interface SessionSlice extends SessionActions {
  /** Brings it up to date with what the source says has changed. */
  refreshSession(changed: ReadonlySet<string>, deleted: readonly string[]): Promise<void>;
}

/** At most so many are read: more than anyone reads on, and less than is slow. */
const maxTurns = 200;

export function createSessionSlice({ reader, state, set }: SliceContext<SessionState>): SessionSlice {
  async function openSession(sessionId: string | undefined): Promise<void> {
    if (sessionId === undefined) {
      set({ session: undefined });
      return;
    }
    set({ session: { id: sessionId, turns: { status: "loading" } } });
    await readSession(sessionId);
  }

  async function readSession(sessionId: string): Promise<void> {
    const known = new Map(turnsOf(state()).map((turn) => [turn.info.traceId, turn]));
    const turns = await settle(async () => {
      const page = await reader.search({
        filter: {
          kind: "comparison",
          field: { name: "trace.session_id" },
          op: "=",
          value: sessionId,
        },
        orderBy: ["timestamp_ms ASC"],
        maxResults: maxTurns,
      });
      const read = page.traces.map(({ info }) => readTurn(info, known.get(info.traceId)));
      return { turns: await Promise.all(read), hasMore: page.nextPageToken !== undefined };
    });
    if (state().session?.id === sessionId) set({ session: { id: sessionId, turns } });
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
    async refreshSession(changed, deleted) {
      const { session } = state();
      if (session === undefined) return;
      const isShown = (traceId: string) => turnsOf(state()).some(({ info }) => info.traceId === traceId);
      // A new trace may belong to it: only the search tells.
      if (changed.size > 0 || deleted.some(isShown)) await readSession(session.id);
    },
  };
}

function turnsOf({ session }: SessionState): readonly SessionTurn[] {
  return session?.turns.status === "ready" ? session.turns.value.turns : [];
}
