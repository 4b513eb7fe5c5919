/** Reads MLflow's trace JSON, both versions of its schema, as spans and changes of their trace. */
import { decodeJson, MlflowKey } from "../model/dialects/mlflow.js";
import { firstOf, maybeText, textOf, toRecord, type Fields } from "../model/json.js";
import { isRecord, withoutUndefined } from "../model/objects.js";
import type { Span, SpanStatusNumber } from "../model/span.js";
import { fromPlain, type Attributes } from "../model/values.js";
import { readMlflowAssessment } from "./mlflow-assessment.js";
import { defaultExperiment, maybeHexId, noExperimentKey } from "./mlflow-ids.js";
import { inWords } from "./otlp-fields.js";
import type { ReadError } from "./read-errors.js";
import { takeCarriedAssessment, toAssessmentOperations, type CarriedOperation } from "./trace-carrier.js";

export interface MlflowTrace {
  readonly spans: readonly Span[];
  readonly operations: readonly CarriedOperation[];
  readonly errors: readonly ReadError[];
}

/** Throws TypeError for anything that is not an MLflow trace; spans that cannot be read are listed in `errors`. */
export function readMlflowTrace(document: unknown, line: number): MlflowTrace {
  const info = toRecord(toRecord(document)["info"]);
  const data = toRecord(document)["data"];
  // MLflow's artifacts (traces.json) hold only the data.
  const { spans: list } = toRecord(data ?? document);
  if (!Array.isArray(list)) {
    throw new TypeError(`expected an MLflow trace with info and data.spans, got ${inWords(document)}`);
  }
  const errors: ReadError[] = [];
  const spans = list.flatMap((item: unknown, index) => {
    try {
      return [readSpan(toRecord(item), experimentOf(info))];
    } catch (error) {
      const name = textOf(toRecord(item), "name");
      const path = `data.spans[${index}]${name ? ` (${name.slice(0, 60)})` : ""}`;
      errors.push({ line, path, message: (error as Error).message });
      return [];
    }
  });
  const { assessments } = info;
  const assessed = (Array.isArray(assessments) ? assessments : []).flatMap((item: unknown, index) => {
    try {
      return readAssessment(toRecord(item));
    } catch (error) {
      errors.push({ line, path: `info.assessments[${index}]`, message: (error as Error).message });
      return [];
    }
  });
  return { spans, operations: [...readInfo(info), ...assessed], errors };
}

function readInfo(info: Fields): CarriedOperation[] {
  const field = (name: "requestPreview" | "responsePreview" | "clientRequestId", value: unknown) =>
    typeof value === "string" ? [{ op: "setField" as const, field: name, value }] : [];
  return [
    ...texts(info["tags"]).map(([key, value]) => ({ op: "setTag" as const, key, value })),
    ...texts(metadataOf(info)).flatMap(([key, value]): CarriedOperation[] => {
      if (key === noExperimentKey) return [];
      const assessed = takeCarriedAssessment(key, value);
      return assessed.length > 0 ? assessed : [{ op: "setMetadata", key, value }];
    }),
    ...field("requestPreview", info["request_preview"]),
    ...field("responsePreview", info["response_preview"]),
    ...field("clientRequestId", info["client_request_id"]),
  ];
}

function readAssessment(fields: Fields): CarriedOperation[] {
  const { assessmentId, versions } = readMlflowAssessment(fields);
  const operations = toAssessmentOperations(assessmentId, versions);
  if (operations.length === 0) throw new TypeError("the assessment's source has an unknown type");
  return operations;
}

function experimentOf(info: Fields): string | undefined {
  const location = toRecord(toRecord(info["trace_location"])["mlflow_experiment"]);
  const id = textOf(location, "experiment_id") ?? textOf(info, "experiment_id");
  return id === defaultExperiment && noExperimentKey in metadataOf(info) ? undefined : id;
}

function metadataOf(info: Fields): Fields {
  return toRecord(firstOf(info, "trace_metadata", "request_metadata"));
}

function readSpan(fields: Fields, experimentId: string | undefined): Span {
  const context = isRecord(fields["context"]) ? fields["context"] : fields;
  const parent = firstOf(fields, "parent_span_id", "parent_id");
  const parentSpanId = parent === undefined || parent === "" ? undefined : requireId(parent, "parent_id", 16);
  const read = readAttributes(toRecord(fields["attributes"]));
  const attributes =
    parentSpanId === undefined && experimentId !== undefined
      ? { [MlflowKey.experimentId]: experimentId, ...read }
      : read;
  return withoutUndefined({
    traceId: requireId(context["trace_id"], "trace_id", 32),
    spanId: requireId(context["span_id"], "span_id", 16),
    parentSpanId,
    name: textOf(fields, "name") ?? "",
    kind: 1 as const,
    startTimeUnixNano: requireTime(firstOf(fields, "start_time_unix_nano", "start_time"), "start_time"),
    endTimeUnixNano: maybeTime(firstOf(fields, "end_time_unix_nano", "end_time"), "end_time"),
    attributes,
    events: maybeItems(fields["events"])?.map((event) =>
      withoutUndefined({
        timeUnixNano: maybeTime(firstOf(event, "time_unix_nano", "timestamp"), "timestamp") ?? "0",
        name: textOf(event, "name") ?? "",
        attributes: fromPlain(toRecord(event["attributes"])) as Attributes,
      }),
    ),
    links: maybeItems(fields["links"])?.map((link) => ({
      traceId: maybeHexId(link["trace_id"], 32) ?? "",
      spanId: maybeHexId(link["span_id"], 16) ?? "",
      attributes: fromPlain(toRecord(link["attributes"])) as Attributes,
    })),
    status: readStatus(fields),
  });
}

function readStatus(fields: Fields): { code: SpanStatusNumber; message?: string } {
  const status = toRecord(fields["status"]);
  const name = (textOf(status, "code") ?? textOf(fields, "status_code") ?? "").replace("STATUS_CODE_", "");
  const message = textOf(status, "message") ?? textOf(fields, "status_message");
  const code = name === "OK" ? 1 : name === "ERROR" ? 2 : 0;
  return { code, ...(message && { message }) };
}

// Values under MLflow's own keys stay JSON text, as everywhere; those that a user set are decoded.
function readAttributes(fields: Fields): Attributes {
  const entries = Object.entries(fields)
    .filter(([key]) => key !== "mlflow.traceRequestId")
    .map(([key, value]): [string, unknown] => [key, key.startsWith("mlflow.") ? value : decodeValue(value)]);
  return fromPlain(Object.fromEntries(entries)) as Attributes;
}

// Keeps an integer exact that no number can hold.
function decodeValue(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{16,}$/.test(value) ? BigInt(value) : decodeJson(value);
}

function requireId(value: unknown, name: string, digits: number): string {
  const id = maybeHexId(value, digits);
  if (id === undefined) throw new TypeError(`${name} must be ${digits / 2} bytes, got ${shown(value)}`);
  return id;
}

function requireTime(value: unknown, name: string): string {
  const time = maybeTime(value, name);
  if (time === undefined) throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got none`);
  return time;
}

function maybeTime(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === "number" && Number.isInteger(value) ? String(BigInt(value)) : String(value);
  if (!/^\d{1,20}$/.test(text)) {
    throw new TypeError(`${name} must be nanoseconds since the Unix epoch, got ${shown(value)}`);
  }
  return BigInt(text) === 0n ? undefined : String(BigInt(text));
}

function maybeItems(value: unknown): Fields[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(toRecord) : undefined;
}

function texts(value: unknown): [string, string][] {
  return Object.entries(toRecord(value)).flatMap(([key, text]): [string, string][] => {
    const known = maybeText(text) ?? (text === undefined || text === null ? undefined : JSON.stringify(text));
    return known === undefined ? [] : [[key, known]];
  });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
