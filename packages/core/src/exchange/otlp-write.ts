/**
 * Spans as OTLP JSON, strictly as the specification writes it: hex ids, enums as numbers, 64-bit integers as decimal
 * strings. The OpenTelemetry serializer writes `doubleValue: null` for NaN, which a collector refuses: this one does not.
 *
 * Source: opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"
 */
import { withoutUndefined } from "../model/objects.js";
import type { Origins, Resource, Scope, Span, SpanEvent, SpanLink } from "../model/span.js";
import type { Trace } from "../model/trace.js";
import { toKeyValues } from "../model/values.js";
import type { TraceStore } from "../store/contract.js";

/** How OTLP JSON is written. */
export interface ExportOptions {
  /** "json" gives one document, "jsonl" a TracesData a line, a trace at a time; default "json". */
  readonly format?: "json" | "jsonl";
}

const spansPerPage = 1000;
const tracesPerPage = 100;

/**
 * The traces of a store, oldest first, or the traces given, as pieces of OTLP JSON text. In Node:
 * `await writeFile("traces.otlp.json", exportOtlp(store))`.
 *
 * Spans that are open leave without an end. Throws TypeError for another format; a store's failure comes out of the
 * iteration.
 */
export async function* exportOtlp(
  source: TraceStore | Trace | readonly Trace[],
  { format = "json" }: ExportOptions = {},
): AsyncGenerator<string, void> {
  if (format !== "json" && format !== "jsonl") {
    throw new TypeError(`format must be "json" or "jsonl", got ${JSON.stringify(format)}`);
  }
  if (format === "json") yield '{"resourceSpans":[';
  let isFirst = true;
  for await (const part of tracePages(source)) {
    const resourceSpans = toResourceSpans(part.spans, part);
    if (format === "jsonl") {
      yield `${JSON.stringify({ resourceSpans })}\n`;
      continue;
    }
    for (const group of resourceSpans) {
      yield (isFirst ? "\n" : ",\n") + JSON.stringify(group);
      isFirst = false;
    }
  }
  if (format === "json") yield "\n]}\n";
}

type Page = Origins & { readonly spans: readonly Span[] };

async function* tracePages(source: TraceStore | Trace | readonly Trace[]): AsyncGenerator<Page> {
  if ("search" in source) {
    yield* storedPages(source);
    return;
  }
  for (const trace of "info" in source ? [source] : source) yield trace.data;
}

async function* storedPages(store: TraceStore): AsyncGenerator<Page> {
  let pageToken: string | undefined;
  do {
    const page = await store.search({
      orderBy: ["timestamp_ms ASC"],
      maxResults: tracesPerPage,
      ...(pageToken !== undefined && { pageToken }),
    });
    for (const { info } of page.traces) yield* storedTrace(store, info.traceId);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

async function* storedTrace(store: TraceStore, traceId: string): AsyncGenerator<Page> {
  let after: { startTimeUnixNano: string; spanId: string } | undefined;
  for (;;) {
    const trace = await store.get(traceId, { maxSpans: spansPerPage, ...(after && { after }) });
    // Deleted meanwhile, or the last page was full.
    const last = trace?.data.spans.at(-1);
    if (!trace || !last) return;
    yield trace.data;
    if (trace.data.spans.length < spansPerPage) return;
    after = { startTimeUnixNano: last.startTimeUnixNano, spanId: last.spanId };
  }
}

/** OTLP's `resourceSpans` for spans: grouped by resource and scope, in the order in which those are first met. */
export function toResourceSpans(spans: readonly Span[], { resources, scopes }: Origins): object[] {
  const groups = new Map<string | undefined, Map<string | undefined, object[]>>();
  for (const span of spans) {
    const ofResource = groups.get(span.resourceId) ?? new Map<string | undefined, object[]>();
    groups.set(span.resourceId, ofResource);
    const ofScope = ofResource.get(span.scopeId) ?? [];
    ofResource.set(span.scopeId, ofScope);
    ofScope.push(toOtlpSpan(span));
  }
  return [...groups].map(([resourceId, ofResource]) => ({
    ...describeResource(resourceId === undefined ? undefined : resources[resourceId]),
    scopeSpans: [...ofResource].map(([scopeId, otlpSpans]) => ({
      ...describeScope(scopeId === undefined ? undefined : scopes[scopeId]),
      spans: otlpSpans,
    })),
  }));
}

function describeResource(resource: Resource | undefined): object | undefined {
  if (!resource) return undefined;
  const { attributes, droppedAttributesCount, schemaUrl } = resource;
  return withoutUndefined({
    resource: withoutUndefined({ attributes: toKeyValues(attributes), droppedAttributesCount }),
    schemaUrl,
  });
}

function describeScope(scope: Scope | undefined): object | undefined {
  if (!scope) return undefined;
  const { name, version, attributes, droppedAttributesCount, schemaUrl } = scope;
  return withoutUndefined({
    scope: withoutUndefined({
      name,
      version,
      attributes: attributes && toKeyValues(attributes),
      droppedAttributesCount,
    }),
    schemaUrl,
  });
}

function toOtlpSpan(span: Span): object {
  const { attributes, events, links, resourceId: _resource, scopeId: _scope, ...fields } = span;
  return withoutUndefined({
    ...fields,
    attributes: toKeyValues(attributes),
    events: events?.map(withKeyValues),
    links: links?.map(withKeyValues),
  });
}

function withKeyValues(part: SpanEvent | SpanLink): object {
  return part.attributes ? { ...part, attributes: toKeyValues(part.attributes) } : part;
}
