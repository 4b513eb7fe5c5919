import type { SpanDigest } from "@spanbook/core/model";
import type { ContentSearch, FoundContent } from "../reading/search-content.js";
import { toError } from "./loadable.js";
import type { SliceContext } from "./slice.js";
import type { OpenTraceState } from "./trace-state.js";

/** Which spans of the open trace contain the text searched for among them. */
export interface ContentMatches extends FoundContent {
  readonly text: string;
  /** Not all spans have been searched: the others are being read, or were given up. */
  readonly rest?: "coming" | "left";
  /** Why the others could not be read. */
  readonly restError?: Error;
}

export interface ContentState {
  /** Absent while no text is searched for. */
  readonly content?: ContentMatches;
}

export interface ContentActions {
  /** Stops searching the spans: what was found stays. */
  stopLooking(): void;
  /** Searches the remaining spans. */
  lookOn(): void;
}

interface ContentSlice extends ContentActions {
  /** Call it after each change of the state: it searches for a new text, in another trace, or in new spans. */
  followFilter(): void;
}

/** How long typing must pause. */
const pauseMs = 200;
const nothing: ReadonlySet<string> = new Set();
const noDigests: readonly SpanDigest[] = [];

export function createContentSlice({
  reader,
  nowMs,
  state,
  set,
}: SliceContext<ContentState & OpenTraceState>): ContentSlice {
  let wanted: { readonly traceId: string; readonly text: string } | undefined;
  let digests = noDigests;
  /** For the search that is running. */
  let controller: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let search: ContentSearch | undefined;

  function followFilter(): void {
    const { traceId, trace, filter } = state();
    const text = filter.text.trim();
    const isOther = traceId !== wanted?.traceId;
    const value = trace?.status === "ready" ? trace.value : undefined;
    const spans = value?.digests ?? noDigests;
    const isNew = spans !== digests;
    digests = spans;
    if (traceId === undefined || text === "") {
      if (wanted) forget();
    } else if (isOther || text !== wanted?.text) {
      wanted = { traceId, text };
      start(text, isOther ? undefined : state().content);
    } else if (isNew && search && !controller && state().content?.rest !== "left") {
      void look();
    }
  }

  function forget(): void {
    stop();
    wanted = search = undefined;
    set({ content: undefined });
  }

  /** The previous matches stay while one types on or deletes. */
  function start(text: string, known: ContentMatches | undefined): void {
    stop();
    search = undefined;
    const isNear = known !== undefined && (text.includes(known.text) || known.text.includes(text));
    const spanIds = isNear ? known.spanIds : nothing;
    set({ content: { text, spanIds, lookedCount: 0, rest: "coming" } });
    timer = setTimeout(() => void look(), pauseMs);
  }

  function stop(): void {
    clearTimeout(timer);
    controller?.abort();
    controller = undefined;
  }

  async function look(): Promise<void> {
    if (wanted === undefined) return;
    stop();
    const { signal } = (controller = new AbortController());
    const { traceId, text } = wanted;
    const show = (found: Omit<ContentMatches, "text">) => {
      if (!signal.aborted) set({ content: { text, ...found } });
    };
    try {
      const { createContentSearch } = await import("../reading/search-content.js");
      if (signal.aborted) return;
      search ??= createContentSearch({ reader, traceId, text, nowMs });
      for (let spans; spans !== digests;) {
        spans = digests;
        show(await search.look(spans, signal, (found) => show({ ...found, rest: "coming" })));
      }
    } catch (error) {
      const { spanIds, lookedCount } = state().content ?? { spanIds: nothing, lookedCount: 0 };
      show({ spanIds, lookedCount, rest: "left", restError: toError(error) });
    }
    if (!signal.aborted) controller = undefined;
  }

  return {
    followFilter,
    stopLooking() {
      stop();
      const { content } = state();
      if (content?.rest) set({ content: { ...content, rest: "left" } });
    },
    lookOn() {
      const { content } = state();
      if (content?.rest !== "left") return;
      const { restError: _, ...known } = content;
      set({ content: { ...known, rest: "coming" } });
      void look();
    },
  };
}
