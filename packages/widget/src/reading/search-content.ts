import type { SpanDigest, TraceData } from "@spanbook/core/model";
import { toContentTest } from "../derive/content-test.js";
import { createSlices } from "./slices.js";
import type { TraceReader } from "./source.js";
import { callWithSignal } from "../state/request.js";

/** What was found so far. */
export interface FoundContent {
  /** The spans that contain the text. A new set whenever that changes. */
  readonly spanIds: ReadonlySet<string>;
  /** How many spans were searched. */
  readonly lookedCount: number;
}

/** A search for a text in the spans of one trace. */
export interface ContentSearch {
  /**
   * Searches those of the trace's spans, given by start, that it has not searched in their present state: after a stop the rest,
   * in a growing trace what is new. `onPart` gets what was found up to ten times a second. Rejects with AbortError when the
   * signal is aborted, and with the source's errors; what was searched before that counts as searched.
   */
  look(
    digests: readonly SpanDigest[],
    signal: AbortSignal,
    onPart: (found: FoundContent) => void,
  ): Promise<FoundContent>;
}

interface ContentSearchOptions {
  readonly reader: TraceReader;
  readonly traceId: string;
  /** Not empty. */
  readonly text: string;
  /** Returns the time in milliseconds. */
  readonly nowMs: () => number;
}

/** Few, because the size of the spans is unknown before the first are read. */
const firstCount = 20;
const maxCount = 5000;
const maxGrowth = 8;
/** How many characters a page should have: quick to read, and enough that the number of calls does not matter. */
const wantedLength = 4_000_000;
const partMs = 100;

export function createContentSearch({ reader, traceId, text, nowMs }: ContentSearchOptions): ContentSearch {
  const test = toContentTest(text);
  const looked = new Set<SpanDigest>();
  const found = new Set<string>();
  let told: ReadonlySet<string> = new Set();
  let count = firstCount;
  // Not only between parts: those of a source in memory come at once.
  const slices = createSlices(nowMs);

  async function look(
    digests: readonly SpanDigest[],
    signal: AbortSignal,
    onPart: (found: FoundContent) => void,
  ): Promise<FoundContent> {
    let lookedCount = digests.reduce((sum, digest) => sum + Number(looked.has(digest)), 0);
    let toldMs = nowMs();
    let isChanged = false;

    function tell(): FoundContent {
      if (isChanged) told = new Set(found);
      isChanged = false;
      toldMs = nowMs();
      return { spanIds: told, lookedCount };
    }

    for (let at = 0; ;) {
      while (isLooked(digests[at])) at++;
      if (at >= digests.length) return tell();
      const first = at;
      let end = first + 1;
      while (end < digests.length && end - first < count && !isLooked(digests[end])) end++;
      const after = digests[first - 1];
      const maxSpans = end - first;
      const page = await callWithSignal(reader, signal, (requestId) =>
        reader.get(traceId, { include: "records", maxSpans, after, requestId }),
      );
      if (page === undefined) return tell();
      const read = spansIn(page.data);
      isChanged = (await lookThrough(page.data, signal)) || isChanged;
      const ids = new Set(read.map(({ spanId }) => spanId));
      // The first always counts as read, or spans that arrive before it would hold up the search there.
      for (let digest = digests[at]; digest !== undefined; digest = digests[++at]) {
        const isRead = ids.has(digest.spanId) || read.length < maxSpans || digest === digests[first];
        if (!isRead) break;
        if (!looked.has(digest)) lookedCount++;
        looked.add(digest);
      }
      count = toNextCount(page.data);
      if (slices.isOver()) await slices.pause(signal);
      if (nowMs() - toldMs >= partMs) onPart(tell());
    }
  }

  function isLooked(digest: SpanDigest | undefined): boolean {
    return digest !== undefined && looked.has(digest);
  }

  /** Searches a page; returns whether the matches changed. */
  async function lookThrough(data: TraceData, signal: AbortSignal): Promise<boolean> {
    let isChanged = false;
    for (const [index, { spanId }] of spansIn(data).entries()) {
      const [payload, span] = [data.payloads?.[index], data.spans[index]];
      const holds = payload === undefined ? span && test.inSpan(span) : test.inPayload(payload);
      if (holds ? !found.has(spanId) : found.delete(spanId)) isChanged = true;
      if (holds) found.add(spanId);
      if (slices.isOver()) await slices.pause(signal);
    }
    return isChanged;
  }

  function toNextCount({ payloads = [] }: TraceData): number {
    const length = payloads.reduce((sum, payload) => sum + payload.length, 0);
    const fitting = length === 0 ? maxCount : Math.floor((wantedLength / length) * payloads.length);
    return Math.max(1, Math.min(fitting, count * maxGrowth, maxCount));
  }

  return { look };
}

/** Traces that were given whole are read as spans, whatever was requested. */
function spansIn({ spans, digests }: TraceData): readonly Pick<SpanDigest, "spanId">[] {
  return spans.length > 0 ? spans : digests;
}
