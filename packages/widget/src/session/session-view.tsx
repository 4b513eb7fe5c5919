import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { formatDuration, formatPlural, formatShortCount } from "../derive/format.js";
import { toReadTurns, type ReadTurn } from "../derive/session-turn.js";
import { toName, toVisibleText } from "../derive/visible-text.js";
import { markdownStyles } from "../design/markdown-styles.js";
import { spanStyles } from "../design/span-styles.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { MoreTraces } from "../list/more-traces.js";
import { IconButton } from "../parts/icon-button.js";
import { Loading } from "../parts/loading.js";
import { Notice } from "../parts/notice.js";
import { StateIcon } from "../parts/state-icon.js";
import { focusRow } from "../parts/row-places.js";
import { Time } from "../parts/time.js";
import { useStyles } from "../parts/use-styles.js";
import { ChatView } from "../span/chat-view.js";
import { TextSwitch } from "../span/message-text.js";
import type { Session, SessionTurns } from "../state/session-state.js";
import { sessionStyles } from "./session-styles.js";

/** Where the reader was in a conversation before opening one of its traces. */
export interface SessionPlace {
  readonly topPx: number;
  readonly traceId: string;
}

export interface SessionViewProps {
  readonly session: Session;
  readonly nowMs: number;
  readonly focusNext: RefObject<"tree" | "list" | undefined>;
  /** The place in a conversation that comes back; undefined for one that was just opened. */
  readonly place: RefObject<SessionPlace | undefined>;
  readonly onOpen: (traceId: string) => void;
  readonly onMore: () => void;
  readonly onClose: () => void;
  readonly onRetry: () => void;
}

/** A session as the conversation it was: what each of its traces added, in order. */
export function SessionView(props: SessionViewProps) {
  const { nowMs, focusNext, place, onOpen, onMore, onClose, onRetry } = props;
  const { id, turns } = props.session;
  const pane = useRef<HTMLElement>(null);
  useStyles(pane, spanStyles + markdownStyles + sessionStyles);
  useLayoutEffect(() => {
    if (focusNext.current !== "tree") return;
    focusNext.current = undefined;
    const [turns, left] = [pane.current?.querySelector(".scroller"), place.current];
    if (turns instanceof HTMLElement && left) {
      turns.scrollTop = left.topPx;
      focusRow(turns, left.traceId);
    } else pane.current?.querySelector("button")?.focus();
  }, []);

  function openTurn(traceId: string): void {
    place.current = { topPx: pane.current?.querySelector(".scroller")?.scrollTop ?? 0, traceId };
    onOpen(traceId);
  }

  return (
    <section
      class="trace-pane session-pane"
      aria-label="Conversation"
      ref={pane}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <header class="pane-head">
        <IconButton icon="back" label="Back to the list" onClick={onClose} />
        <h2 class="pane-title" title={id}>
          {toVisibleText(id.slice(0, 200))}
        </h2>
        {turns.status === "ready" && <span class="count session-facts">{toFacts(turns.value)}</span>}
        <span class="grow" />
        <TextSwitch label="Messages as" />
      </header>
      {turns.status === "loading" && <Loading what="the conversation" />}
      {turns.status === "failed" && (
        <FailureNotice title="The conversation could not be read" error={turns.error} onRetry={onRetry} />
      )}
      {turns.status === "ready" && (
        <Turns value={turns.value} nowMs={nowMs} onOpen={openTurn} onMore={onMore} />
      )}
    </section>
  );
}

interface TurnsProps {
  readonly value: SessionTurns;
  readonly nowMs: number;
  readonly onOpen: (traceId: string) => void;
  readonly onMore: () => void;
}

function Turns({ value, nowMs, onOpen, onMore }: TurnsProps) {
  const turns = useMemo(() => toReadTurns(value.turns), [value.turns]);
  if (turns.length === 0) {
    return <Notice title="No trace of this session is left" />;
  }
  return (
    <div class="scroller session-turns" tabIndex={0} role="log" aria-label="Messages">
      <ol>
        {turns.map((turn) => (
          <Turn key={turn.turn.info.traceId} {...turn} nowMs={nowMs} onOpen={onOpen} />
        ))}
      </ol>
      <MoreTraces
        {...value}
        isWhole={value.nextPageToken === undefined}
        count={turns.length}
        onLoadMore={onMore}
      />
    </div>
  );
}

function Turn({
  turn: { info },
  messages,
  nowMs,
  onOpen,
}: ReadTurn & { readonly nowMs: number; readonly onOpen: (traceId: string) => void }) {
  const { traceId, name, state, executionDuration, tokenUsage } = info;
  return (
    <li class="turn">
      <button
        type="button"
        class="turn-head"
        data-id={traceId}
        title="Open the trace"
        onClick={() => onOpen(traceId)}
      >
        <StateIcon state={state} />
        <span class="name">{toName(name, 200)}</span>
        <span class="turn-facts faint">
          {executionDuration !== undefined && <span>{formatDuration(executionDuration)}</span>}
          {tokenUsage && <span>{formatShortCount(tokenUsage.totalTokens)} tokens</span>}
          <Time unixNano={info.startTimeUnixNano} nowMs={nowMs} />
        </span>
      </button>
      {messages.length > 0 ? (
        <ChatView chat={{ messages }} />
      ) : (
        <p class="faint">{state === "IN_PROGRESS" ? "still running" : "nothing was said"}</p>
      )}
    </li>
  );
}

function toFacts({ turns, nextPageToken }: SessionTurns): string {
  const tokens = turns.reduce((sum, { info }) => sum + (info.tokenUsage?.totalTokens ?? 0), 0);
  const count = formatPlural(turns.length, "trace") + (nextPageToken === undefined ? "" : " and more");
  return tokens > 0 ? `${count}, ${formatShortCount(tokens)} tokens` : count;
}
