/**
 * A trace on its way from the worker to the page: its spans travel as JSON text, which is how the database has them. That takes
 * half the time that objects take, and can be parsed in slices.
 */
import type { Origins, Span, SpanDigest, Trace, TraceInfo } from "@spanbook/core/model";
import type { GetOptions, TraceStore } from "@spanbook/core/store";

export interface TraceText {
  readonly info: TraceInfo;
  /** JSON of arrays of Span, a slice of the spans each, in order; likewise of SpanDigest. */
  readonly spans: readonly string[];
  readonly digests: readonly string[];
  /** JSON of each span, if records were asked for. */
  readonly payloads?: readonly string[];
  /** Those that the spans refer to, and perhaps others. */
  readonly origins: Origins;
}

/** A store that can also return traces as text. */
export interface TextStore extends TraceStore {
  /** Like {@link TraceStore.get}. */
  getText(traceId: string, options?: GetOptions): Promise<TraceText | undefined>;
}

const spansAtOnce = 1000;
/** After this long the page gets its turn. */
const sliceMs = 8;

/** Joins JSON texts into several texts of arrays: a single one could exceed the maximum length of a string. */
export function toArrayTexts(texts: readonly string[]): string[] {
  const arrays: string[] = [];
  for (let start = 0; start < texts.length; start += spansAtOnce) {
    arrays.push(`[${texts.slice(start, start + spansAtOnce).join(",")}]`);
  }
  return arrays;
}

/** The trace, parsed in slices, so that the page that waits for it does not freeze. */
export async function toTrace({ info, spans, digests, payloads, origins }: TraceText): Promise<Trace> {
  const readDigests = await parseArrays<SpanDigest>(digests);
  if (payloads) return { info, data: { spans: [], digests: readDigests, payloads, ...origins } };
  const read = await parseArrays<Span>(spans);
  return {
    info,
    data: {
      spans: read,
      digests: readDigests,
      resources: pick(origins.resources, read, ({ resourceId }) => resourceId),
      scopes: pick(origins.scopes, read, ({ scopeId }) => scopeId),
    },
  };
}

async function parseArrays<Item>(texts: readonly string[]): Promise<Item[]> {
  const items: Item[] = [];
  let sliceEnd = performance.now() + sliceMs;
  for (const text of texts) {
    for (const item of JSON.parse(text) as Item[]) items.push(item);
    if (performance.now() < sliceEnd) continue;
    await new Promise((resolve) => setTimeout(resolve));
    sliceEnd = performance.now() + sliceMs;
  }
  return items;
}

function pick<Item>(
  items: Readonly<Record<string, Item>>,
  spans: readonly Span[],
  idOf: (span: Span) => string | undefined,
): Record<string, Item> {
  const ids = new Set(spans.map(idOf));
  return Object.fromEntries(Object.entries(items).filter(([id]) => ids.has(id)));
}
