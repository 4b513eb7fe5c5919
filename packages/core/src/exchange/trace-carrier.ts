/**
 * What is said of a trace as a whole, carried by attributes of one of its spans, since OTLP knows only spans: the root, or the
 * first span where there is none. Keys, each followed by the tag's or metadata's own:
 *
 *     mlflow.traceTag.<key>          a tag, on a root: MLflow's server makes a tag of it too
 *     spanbook.traceTag.<key>        a tag, where there is no root
 *     spanbook.traceMetadata.<key>   metadata
 *     spanbook.requestPreview, spanbook.responsePreview, spanbook.clientRequestId     where they were set by name
 *
 * Assessments have their place here too: one attribute each, its key the assessment's id.
 */
import { withoutLedger } from "./upload-ledger.js";
import { digestSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";
import type { TraceInfo } from "../model/trace.js";
import { escapeKey, unescapeKey, type Attributes } from "../model/values.js";

/** A change of a trace without its id. */
export type CarriedOperation =
  | { readonly op: "setTag" | "setMetadata"; readonly key: string; readonly value: string }
  | {
      readonly op: "setField";
      readonly field: "requestPreview" | "responsePreview" | "clientRequestId";
      readonly value: string;
    };

const mlflowTag = "mlflow.traceTag.";
const ownTag = "spanbook.traceTag.";
const metadata = "spanbook.traceMetadata.";
const fields = ["requestPreview", "responsePreview", "clientRequestId"] as const;

/** The span with what is to be said of its trace. */
export function carry(span: Span, info: TraceInfo): Span {
  const tag = span.parentSpanId === undefined ? mlflowTag : ownTag;
  const own = digestSpan(span, 0);
  const said: [string, string][] = [
    ...prefixed(tag, info.tags),
    ...prefixed(metadata, withoutLedger(info.traceMetadata)),
    ...(["requestPreview", "responsePreview"] as const).flatMap((field): [string, string][] => {
      const value = info[field];
      return value === undefined || value === own[field] ? [] : [[`spanbook.${field}`, value]];
    }),
    ...prefixed(
      "spanbook.",
      info.clientRequestId === undefined ? {} : { clientRequestId: info.clientRequestId },
    ),
  ];
  return said.length === 0
    ? span
    : { ...span, attributes: { ...span.attributes, ...Object.fromEntries(said) } };
}

/** The span without what it carried, and that as changes of its trace. */
export function takeCarried(span: Span): { span: Span; operations: CarriedOperation[] } {
  const operations: CarriedOperation[] = [];
  const kept: [string, Attributes[string]][] = [];
  const isRoot = span.parentSpanId === undefined;
  for (const key of Object.keys(span.attributes)) {
    const value = span.attributes[key] ?? null;
    const operation = typeof value === "string" ? toOperation(unescapeKey(key), value, isRoot) : undefined;
    if (operation) operations.push(operation);
    else kept.push([key, value]);
  }
  if (operations.length === 0) return { span, operations };
  return { span: { ...span, attributes: Object.fromEntries(kept) }, operations };
}

function toOperation(key: string, value: string, isRoot: boolean): CarriedOperation | undefined {
  const tag = isRoot ? after(mlflowTag, key) : after(ownTag, key);
  if (tag !== undefined) return { op: "setTag", key: tag, value };
  const metadataKey = after(metadata, key);
  if (metadataKey !== undefined) return { op: "setMetadata", key: metadataKey, value };
  const field = fields.find((name) => key === `spanbook.${name}`);
  return field && { op: "setField", field, value };
}

function after(prefix: string, key: string): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

function prefixed(prefix: string, values: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(values ?? {}).map(([key, value]) => [escapeKey(prefix + key), value]);
}
