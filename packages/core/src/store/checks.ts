/** What stores refuse, in one place, so that all refuse the same with the same words. */
import { parseAssessment } from "../model/assessment.js";
import type { TracePatch } from "../model/patch.js";
import type { SpanDigest } from "../model/trace.js";
import type { Batch, DeleteSelector, GetOptions, StatsQuery } from "./contract.js";

const traceIdPattern = /^[0-9a-f]{32}$/;
const spanIdPattern = /^[0-9a-f]{16}$/;
const unixNanoPattern = /^(?:0|[1-9]\d{0,19})$/;
const lastUnixNano = "18446744073709551615";
const statusNames: readonly unknown[] = ["UNSET", "OK", "ERROR"];
const traceFields: readonly unknown[] = ["requestPreview", "responsePreview", "clientRequestId", "state"];

/** Throws TypeError, with the place, unless the value is a well-formed {@link Batch}. */
export function checkBatch(batch: Batch): void {
  expect(isObject(batch), "batch", "an object", batch);
  expect(isText(batch.id), "batch.id", "a text that is not empty", batch.id);
  expect(isText(batch.recorderId), "batch.recorderId", "a text that is not empty", batch.recorderId);
  expect(Array.isArray(batch.spans), "batch.spans", "an array", batch.spans);
  expect(Array.isArray(batch.patches), "batch.patches", "an array", batch.patches);
  expect(
    isObject(batch.origins) && isObject(batch.origins.resources) && isObject(batch.origins.scopes),
    "batch.origins",
    "an object with resources and scopes",
    batch.origins,
  );
  batch.spans.forEach(({ digest, payload }, index) => {
    const at = `batch.spans[${index}]`;
    expect(isObject(digest), `${at}.digest`, "an object", digest);
    expect(
      traceIdPattern.test(digest.traceId),
      `${at}.digest.traceId`,
      "32 lower-case hex digits",
      digest.traceId,
    );
    expect(
      spanIdPattern.test(digest.spanId),
      `${at}.digest.spanId`,
      "16 lower-case hex digits",
      digest.spanId,
    );
    expect(
      digest.parentSpanId === undefined || spanIdPattern.test(digest.parentSpanId),
      `${at}.digest.parentSpanId`,
      "16 lower-case hex digits",
      digest.parentSpanId,
    );
    expectUnixNano(digest.startTimeUnixNano, `${at}.digest.startTimeUnixNano`);
    if (digest.endTimeUnixNano !== undefined) {
      expectUnixNano(digest.endTimeUnixNano, `${at}.digest.endTimeUnixNano`);
    }
    expect(Number.isSafeInteger(digest.version), `${at}.digest.version`, "an integer", digest.version);
    expect(typeof digest.name === "string", `${at}.digest.name`, "a text", digest.name);
    expect(typeof digest.type === "string", `${at}.digest.type`, "a text", digest.type);
    expect(statusNames.includes(digest.status), `${at}.digest.status`, "UNSET, OK or ERROR", digest.status);
    checkOptionalFields(digest, `${at}.digest`);
    expect(isLine(payload), `${at}.payload`, "JSON text without line breaks", payload);
  });
  batch.patches.forEach((patch, index) => {
    const at = `batch.patches[${index}]`;
    expect(isText(patch.id), `${at}.id`, "a text that is not empty", patch.id);
    expect(traceIdPattern.test(patch.traceId), `${at}.traceId`, "32 lower-case hex digits", patch.traceId);
    checkTarget(patch, at);
    if ("value" in patch || patch.op.startsWith("set")) checkValue(patch, `${at}.value`);
  });
}

const optionalTexts = [
  "model",
  "provider",
  "sessionId",
  "userId",
  "experimentId",
  "runId",
  "requestPreview",
  "responsePreview",
] as const;

function checkOptionalFields(digest: SpanDigest, at: string): void {
  for (const field of optionalTexts) {
    const value = digest[field];
    if (value !== undefined) expect(typeof value === "string", `${at}.${field}`, "a text", value);
  }
  for (const field of ["usage", "cost"] as const) {
    const figures = digest[field];
    if (figures === undefined) continue;
    const areNumbers = isObject(figures) && Object.values(figures).every(Number.isFinite);
    expect(areNumbers, `${at}.${field}`, "an object of numbers", figures);
  }
}

function checkValue(patch: TracePatch, at: string): void {
  const { value } = patch as { readonly value?: unknown };
  expect(typeof value === "string", at, "a text", value);
  if (patch.op === "setAssessment") {
    expect(parseAssessment(patch.value) !== undefined, at, "the JSON text of an assessment", value);
  } else if (patch.op === "setField" && patch.field === "state") {
    expect(value === "OK" || value === "ERROR", at, "OK or ERROR", value);
  }
}

function checkTarget(patch: TracePatch, at: string): void {
  switch (patch.op) {
    case "setTag":
    case "deleteTag":
    case "setMetadata":
    case "setAssessment":
    case "deleteAssessment":
      return expect(typeof patch.key === "string", `${at}.key`, "a text", patch.key);
    case "setField":
      return expect(traceFields.includes(patch.field), `${at}.field`, traceFields.join(", "), patch.field);
    default:
      return expect(
        false,
        `${at}.op`,
        "setTag, deleteTag, setMetadata, setField, setAssessment or deleteAssessment",
        (patch as TracePatch).op,
      );
  }
}

/** Throws TypeError unless something is selected, RangeError for a bad number. */
export function checkSelector(selector: DeleteSelector): void {
  const { traceIds, experimentId, beforeMs, maxTraces, keepBytes } = selector;
  if (
    traceIds === undefined &&
    experimentId === undefined &&
    beforeMs === undefined &&
    maxTraces === undefined &&
    keepBytes === undefined
  ) {
    throw new TypeError(
      "a delete needs traceIds, experimentId, beforeMs, maxTraces or keepBytes, got none of them",
    );
  }
  expect(traceIds === undefined || areTexts(traceIds), "traceIds", "an array of texts", traceIds);
  expect(
    experimentId === undefined || typeof experimentId === "string",
    "experimentId",
    "a text",
    experimentId,
  );
  expect(beforeMs === undefined || Number.isFinite(beforeMs), "beforeMs", "milliseconds", beforeMs);
  if (maxTraces !== undefined) expectIntegerWithin(maxTraces, "maxTraces", 1, Number.MAX_SAFE_INTEGER);
  if (keepBytes !== undefined) expectIntegerWithin(keepBytes, "keepBytes", 0, Number.MAX_SAFE_INTEGER);
}

export function checkGetOptions({ include, maxSpans, after }: GetOptions): void {
  expect(
    include === undefined || ["spans", "digests", "records"].includes(include),
    "include",
    '"spans", "digests" or "records"',
    include,
  );
  if (maxSpans !== undefined) expectIntegerWithin(maxSpans, "maxSpans", 1, Number.MAX_SAFE_INTEGER);
  if (after) {
    expectUnixNano(after.startTimeUnixNano, "after.startTimeUnixNano");
    expect(spanIdPattern.test(after.spanId), "after.spanId", "16 lower-case hex digits", after.spanId);
  }
}

export function checkStatsQuery({ experimentIds, bucketCount, fromMs, toMs, groupBy }: StatsQuery): void {
  checkExperimentIds(experimentIds);
  expect(
    groupBy === undefined || ["session", "run", "experiment"].includes(groupBy),
    "groupBy",
    '"session", "run" or "experiment"',
    groupBy,
  );
  if (bucketCount !== undefined) expectIntegerWithin(bucketCount, "bucketCount", 1, 1000);
  expect(fromMs === undefined || Number.isFinite(fromMs), "fromMs", "milliseconds", fromMs);
  expect(toMs === undefined || Number.isFinite(toMs), "toMs", "milliseconds", toMs);
}

/** Throws TypeError unless they are texts; whether there is anything of such an id is another matter. */
export function checkIds(ids: Readonly<Record<string, unknown>>): void {
  for (const [name, id] of Object.entries(ids)) expect(typeof id === "string", name, "a text", id);
}

/** Throws TypeError unless it is an array of texts or undefined: a text has `includes` too. */
export function checkExperimentIds(experimentIds: unknown): void {
  expect(
    experimentIds === undefined || areTexts(experimentIds),
    "experimentIds",
    "an array of texts",
    experimentIds,
  );
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function checkChangesArguments(since: number, limit: number): void {
  expectIntegerWithin(since, "since", 0, Number.MAX_SAFE_INTEGER);
  expectIntegerWithin(limit, "limit", 1, 10_000);
}

/** Throws RangeError unless the value is an integer within the bounds. */
export function expectIntegerWithin(value: number, name: string, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${String(value)}`);
}

/** Also throws for leading zeros, which would disturb the order, and for what 64 bits cannot hold. */
function expectUnixNano(value: unknown, name: string): void {
  expect(
    typeof value === "string" &&
      unixNanoPattern.test(value) &&
      (value.length < lastUnixNano.length || value <= lastUnixNano),
    name,
    "nanoseconds as a decimal string",
    value,
  );
}

function expect(holds: boolean, name: string, expected: string, got: unknown): void {
  if (!holds) throw new TypeError(`${name} must be ${expected}, got ${inWords(got)}`);
}

function inWords(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isLine(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\n");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
