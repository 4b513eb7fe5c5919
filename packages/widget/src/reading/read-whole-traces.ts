import type { Trace } from "@spanbook/core/model";
import type { TraceReader } from "./source.js";

const pageSize = 50;

/** The newest traces of a store with all their spans, a page at a time, and whether there are more. */
export async function readWholeTraces(
  reader: Pick<TraceReader, "search">,
  maxTraces: number,
): Promise<{ readonly traces: readonly Trace[]; readonly hasMore: boolean }> {
  const traces: Trace[] = [];
  let pageToken: string | undefined;
  do {
    const page = await reader.search({
      maxResults: Math.min(pageSize, maxTraces - traces.length),
      includeSpans: true,
      pageToken,
    });
    traces.push(...page.traces);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && traces.length < maxTraces);
  return { traces, hasMore: pageToken !== undefined };
}
