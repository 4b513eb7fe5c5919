/**
 * Writes spans as OTLP JSON, strictly as specified: hex ids, enums as numbers, 64-bit integers as decimal strings. The
 * OpenTelemetry serializer writes `doubleValue: null` for NaN, which a collector refuses: this one does not.
 *
 * Source: opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"
 */
import { withoutUndefined } from "../model/objects.js";
import type { Origins, Resource, Scope, Span, SpanEvent, SpanLink } from "../model/span.js";
import type { Trace } from "../model/trace.js";
import { toKeyValues } from "../model/values.js";
import type { FilterTree } from "../search/tree.js";
import type { TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import { openDialects, type Dialects } from "./dialects.js";
import { gzipped } from "./gzip.js";
import { writeSpanText, type OtlpSpanText } from "./otlp-span-text.js";
import { isStore, parsePayload, tracePages, type PayloadPage } from "./trace-pages.js";

/** How OTLP JSON is written. */
export interface ExportOptions {
  /** "json" gives one document, "jsonl" one TracesData per line, trace by trace; default "json". */
  readonly format?: "json" | "jsonl" | undefined;
  /** Conventions to write in addition to MLflow's, for back ends that read those; default none. See docs/files.md. */
  readonly dialects?: Dialects | undefined;
  /** Exports only the traces of the store that match, in the filter language (docs/search.md); default all. */
  readonly filter?: string | FilterTree | undefined;
  /** Called after each page of spans. */
  readonly onProgress?: ((progress: { readonly spans: number }) => void) | undefined;
  /** Ends the export between two pages, with AbortError. */
  readonly signal?: AbortSignal | undefined;
}

/** What can be exported: a store's traces, or traces at hand. */
export type ExportSource = TraceStore | Trace | readonly Trace[];

/**
 * The traces of a store, oldest first, or the traces given, as pieces of OTLP JSON text, or of gzip with `gzip: true`. In
 * Node: `await writeFile("traces.otlp.json", exportOtlp(store))`.
 *
 * Open spans are written without an end. A trace's tags and metadata are written as attributes of its root; see
 * `docs/files.md`. The iteration throws TypeError for an unknown format or dialect, and for a filter with traces instead of a
 * store, AbortError when aborted, and the store's errors, such as FilterSyntaxError.
 */
export function exportOtlp(
  source: ExportSource,
  options?: ExportOptions & { readonly gzip?: false },
): AsyncGenerator<string, void>;
export function exportOtlp(
  source: ExportSource,
  options: ExportOptions & { readonly gzip: true },
): AsyncGenerator<Uint8Array, void>;
export function exportOtlp(
  source: ExportSource,
  { gzip = false, ...options }: ExportOptions & { readonly gzip?: boolean } = {},
): AsyncGenerator<string | Uint8Array, void> {
  const text = otlpText(source, options);
  return gzip ? gzipped(text) : text;
}

async function* otlpText(
  source: ExportSource,
  { format = "json", filter, dialects, onProgress, signal }: ExportOptions,
): AsyncGenerator<string, void> {
  const withDialects = dialects && (await openDialects(dialects));
  if (format !== "json" && format !== "jsonl") {
    throw new TypeError(`format must be "json" or "jsonl", got ${JSON.stringify(format)}`);
  }
  if (filter !== undefined && !isStore(source)) {
    throw new TypeError("filter needs a store, got traces");
  }
  const isLines = format === "jsonl";
  // Given traces may each mean a different resource by the same id.
  const minLength = isStore(source) ? sharedLength : 1;
  let separator = "\n";
  let spanCount = 0;
  const gathered = createGathering(createTextReader(withDialects));
  if (!isLines) yield '{"resourceSpans":[';
  for await (const page of tracePages(source, filter, withDialects ? "spans" : "records")) {
    if (signal?.aborted) throw storeError("AbortError", "the export was aborted");
    gathered.add(page);
    spanCount += page.spans.length;
    onProgress?.({ spans: spanCount });
    if (isLines) {
      yield `{"resourceSpans":[${gathered.take().join(",")}]}\n`;
    } else if (gathered.length >= minLength) {
      yield separator + gathered.take().join(",\n");
      separator = ",\n";
    }
  }
  if (isLines) return;
  if (gathered.length > 0) yield separator + gathered.take().join(",\n");
  yield "\n]}\n";
}

/** Traces of a store share a piece of text, and with it their resources, up to about this many characters. */
const sharedLength = 2 ** 16;
const noOrigins: Origins = { resources: {}, scopes: {} };

interface Gathering {
  add(page: PayloadPage): void;
  /** The length of the spans' texts. */
  readonly length: number;
  /** The elements of `resourceSpans` for all that was added since the last call. */
  take(): string[];
}

function createGathering(toText: (span: Span | string) => OtlpSpanText): Gathering {
  let spans: OtlpSpanText[] = [];
  let origins: Origins = noOrigins;
  let length = 0;
  return {
    add(page) {
      for (const item of page.spans) {
        const span = toText(item);
        spans.push(span);
        length += span.text.length;
      }
      origins = {
        resources: { ...origins.resources, ...page.resources },
        scopes: { ...origins.scopes, ...page.scopes },
      };
    },
    get length() {
      return length;
    },
    take() {
      const groups = toGroupTexts(spans, origins);
      spans = [];
      origins = noOrigins;
      length = 0;
      return groups;
    },
  };
}

/** Writes the spans of a page, directly from their text if possible. */
function createTextReader(
  withDialects: ((span: Span) => Span) | undefined,
): (span: Span | string) => OtlpSpanText {
  return (item) => {
    const written = typeof item === "string" ? writeSpanText(item) : undefined;
    if (written) return written;
    const parsed = parsePayload(item);
    const span = withDialects ? withDialects(parsed) : parsed;
    const { resourceId, scopeId } = span;
    return { text: JSON.stringify(toOtlpSpan(span)), resourceId, scopeId };
  };
}

/** OTLP's `resourceSpans` for spans: grouped by resource and scope, in order of first occurrence. */
export function toResourceSpans(spans: readonly Span[], { resources, scopes }: Origins): object[] {
  return groupByOrigin(spans).map(({ resourceId, scopeGroups }) => ({
    ...describeResource(resourceId === undefined ? undefined : resources[resourceId]),
    scopeSpans: scopeGroups.map(({ scopeId, spans: ofScope }) => ({
      ...describeScope(scopeId === undefined ? undefined : scopes[scopeId]),
      spans: ofScope.map(toOtlpSpan),
    })),
  }));
}

/** The same as texts, one per element of `resourceSpans`. */
function toGroupTexts(spans: readonly OtlpSpanText[], { resources, scopes }: Origins): string[] {
  return groupByOrigin(spans).map(({ resourceId, scopeGroups }) => {
    const scopeSpans = scopeGroups.map(({ scopeId, spans: ofScope }) => {
      // Not joined: the pieces are copied once, when the whole is encoded.
      let texts = "";
      for (const { text } of ofScope) texts += texts === "" ? text : `,${text}`;
      return withField(describeScope(scopeId === undefined ? undefined : scopes[scopeId]), "spans", texts);
    });
    const resource = describeResource(resourceId === undefined ? undefined : resources[resourceId]);
    return withField(resource, "scopeSpans", scopeSpans.join(","));
  });
}

/** The JSON text of the object with one more list, whose elements are given as text. */
function withField(fields: object | undefined, name: string, elements: string): string {
  const text = JSON.stringify(fields ?? {}).slice(0, -1);
  return `${text}${text === "{" ? "" : ","}"${name}":[${elements}]}`;
}

interface ResourceGroup<Item> {
  readonly resourceId: string | undefined;
  readonly scopeGroups: readonly { readonly scopeId: string | undefined; readonly spans: readonly Item[] }[];
}

function groupByOrigin<Item extends Pick<OtlpSpanText, "resourceId" | "scopeId">>(
  spans: readonly Item[],
): ResourceGroup<Item>[] {
  const groups = new Map<string | undefined, Map<string | undefined, Item[]>>();
  for (const span of spans) {
    const { resourceId, scopeId } = span;
    let ofResource = groups.get(resourceId);
    if (!ofResource) groups.set(resourceId, (ofResource = new Map<string | undefined, Item[]>()));
    const items = ofResource.get(scopeId);
    if (items) items.push(span);
    else ofResource.set(scopeId, [span]);
  }
  return Array.from(groups, ([resourceId, ofResource]) => ({
    resourceId,
    scopeGroups: Array.from(ofResource, ([scopeId, ofScope]) => ({ scopeId, spans: ofScope })),
  }));
}

function describeResource(resource: Resource | undefined): object | undefined {
  if (!resource) return undefined;
  const { attributes, droppedAttributesCount, entityRefs, schemaUrl, isAbsent } = resource;
  const described = { attributes: toKeyValues(attributes), droppedAttributesCount, entityRefs };
  return withoutUndefined({ resource: isAbsent ? undefined : withoutUndefined(described), schemaUrl });
}

function describeScope(scope: Scope | undefined): object | undefined {
  if (!scope) return undefined;
  const { name, version, attributes, droppedAttributesCount, schemaUrl, isAbsent } = scope;
  const described = {
    name,
    version,
    attributes: attributes && toKeyValues(attributes),
    droppedAttributesCount,
  };
  return withoutUndefined({ scope: isAbsent ? undefined : withoutUndefined(described), schemaUrl });
}

function toOtlpSpan(span: Span): object {
  // Copied by hand, because every span passes here: with rest and spread this cost more than all the rest of the export.
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(span) as (keyof Span)[]) {
    if (key !== "resourceId" && key !== "scopeId") fields[key] = span[key];
  }
  fields["attributes"] = toKeyValues(span.attributes);
  if (span.events) fields["events"] = span.events.map(withKeyValues);
  if (span.links) fields["links"] = span.links.map(withKeyValues);
  return fields;
}

function withKeyValues(part: SpanEvent | SpanLink): object {
  return part.attributes ? { ...part, attributes: toKeyValues(part.attributes) } : part;
}
