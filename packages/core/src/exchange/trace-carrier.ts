/**
 * What is said about a trace as a whole, carried by attributes of one of its spans, since OTLP has only spans: the
 * root, or the first span if there is none. Keys, each followed by the tag's or metadata's own:
 *
 *     mlflow.traceTag.<key>          a tag, on a root: MLflow's server makes a tag of it too
 *     spanbook.traceTag.<key>        a tag, if there is no root
 *     spanbook.traceMetadata.<key>   metadata
 *     spanbook.requestPreview, spanbook.responsePreview, spanbook.clientRequestId     if they were set by name
 *     spanbook.assessment.<id>       feedback or an expectation: a JSON list of its versions, oldest first
 */
import { parseAssessment, toVersions, toVersionText } from "../model/assessment.js";
import type { Span } from "../model/span.js";
import type { SpanDigest, TraceInfo } from "../model/trace.js";
import { withoutUploadNotes } from "../model/upload-note.js";
import { escapeKey, unescapeKey, type Attributes } from "../model/values.js";

/** A change of a trace without its id. */
export type CarriedOperation =
  | { readonly op: "setTag" | "setMetadata"; readonly key: string; readonly value: string }
  | {
      readonly op: "setField";
      readonly field: "requestPreview" | "responsePreview" | "clientRequestId";
      readonly value: string;
    }
  /** `value` is the text of the version with that index, as {@link toVersionText} writes it. */
  | { readonly op: "setAssessment"; readonly key: string; readonly value: string; readonly index: number };

const mlflowTag = "mlflow.traceTag.";
const ownTag = "spanbook.traceTag.";
const metadata = "spanbook.traceMetadata.";
const assessment = "spanbook.assessment.";
const fields = ["requestPreview", "responsePreview", "clientRequestId"] as const;

/** The part of a span that tells which of a trace's fields are its own. */
type Carrier = Pick<SpanDigest, "parentSpanId" | "requestPreview" | "responsePreview">;

/** The attributes by which a span carries what is said about its trace. */
export function toCarriedAttributes(own: Carrier, info: TraceInfo): Attributes {
  const tag = own.parentSpanId === undefined ? mlflowTag : ownTag;
  return Object.fromEntries([
    ...prefixed(tag, info.tags),
    ...prefixed(metadata, withoutUploadNotes(info.traceMetadata)),
    ...(["requestPreview", "responsePreview"] as const).flatMap((field): [string, string][] => {
      const value = info[field];
      return value === undefined || value === own[field] ? [] : [[`spanbook.${field}`, value]];
    }),
    ...prefixed(
      "spanbook.",
      info.clientRequestId === undefined ? {} : { clientRequestId: info.clientRequestId },
    ),
    ...carriedAssessments(info),
  ]);
}

/** The span without what it carried, and the latter as changes of its trace. */
export function takeCarried(span: Span): { span: Span; operations: CarriedOperation[] } {
  const keys = Object.keys(span.attributes);
  // Most spans carry nothing.
  if (!keys.some(isCarrying)) return { span, operations: [] };
  const operations: CarriedOperation[] = [];
  const kept: [string, Attributes[string]][] = [];
  const isRoot = span.parentSpanId === undefined;
  for (const key of keys) {
    const value = span.attributes[key] ?? null;
    const taken = typeof value === "string" ? toOperations(unescapeKey(key), value, isRoot) : [];
    if (taken.length === 0) kept.push([key, value]);
    operations.push(...taken);
  }
  if (operations.length === 0) return { span, operations };
  return { span: { ...span, attributes: Object.fromEntries(kept) }, operations };
}

function isCarrying(key: string): boolean {
  return key.startsWith(mlflowTag) || key.startsWith("spanbook.");
}

/** None if the key is somebody else's, or its value is not what it should be. */
function toOperations(key: string, value: string, isRoot: boolean): CarriedOperation[] {
  if (!isCarrying(key)) return [];
  const tag = isRoot ? after(mlflowTag, key) : after(ownTag, key);
  if (tag !== undefined) return [{ op: "setTag", key: tag, value }];
  const metadataKey = after(metadata, key);
  if (metadataKey !== undefined) return [{ op: "setMetadata", key: metadataKey, value }];
  const field = fields.find((name) => key === `spanbook.${name}`);
  return field ? [{ op: "setField", field, value }] : takeCarriedAssessment(key, value);
}

/** The changes that give a trace an assessment with these versions. Anything that is not a version is ignored. */
export function toAssessmentOperations(
  assessmentId: string,
  versions: readonly unknown[],
): CarriedOperation[] {
  return versions
    .flatMap((version) => parseAssessment(JSON.stringify(version)) ?? [])
    .map((version, index) => ({
      op: "setAssessment",
      key: assessmentId,
      value: toVersionText(version),
      index,
    }));
}

function versionsIn(text: string): readonly unknown[] {
  try {
    const versions = JSON.parse(text) as unknown;
    return Array.isArray(versions) ? versions : [];
  } catch {
    return []; // somebody else's attribute
  }
}

/** A trace's assessments by the keys that carry them. */
export function carriedAssessments({ assessments = [] }: TraceInfo): [string, string][] {
  const texts = assessments.map(
    (item) => [item.assessmentId, `[${toVersions(item).map(toVersionText).join(",")}]`] as const,
  );
  return prefixed(assessment, Object.fromEntries(texts));
}

/** The changes that give a trace the assessment carried under this key; none if the key carries none. */
export function takeCarriedAssessment(key: string, value: string): CarriedOperation[] {
  const assessmentId = after(assessment, key);
  return assessmentId === undefined ? [] : toAssessmentOperations(assessmentId, versionsIn(value));
}

function after(prefix: string, key: string): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

function prefixed(prefix: string, values: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(values ?? {}).map(([key, value]) => [escapeKey(prefix + key), value]);
}
