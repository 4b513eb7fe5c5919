/** What stores refuse, in one place, so that all of them refuse the same, in the same words. */
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

/** Throws TypeError, naming the place, unless the value is a well-formed {@link Batch}. */
export function checkBatch(batch: Batch): void {
  expect(isObject(batch), "batch", "an object", batch);
  expectFilled(batch.id, "batch.id");
  expectFilled(batch.recorderId, "batch.recorderId");
  expect(Array.isArray(batch.spans), "batch.spans", "an array", batch.spans);
  expect(Array.isArray(batch.patches), "batch.patches", "an array", batch.patches);
  expect(
    isObject(batch.origins) && isObject(batch.origins.resources) && isObject(batch.origins.scopes),
    "batch.origins",
    "an object with resources and scopes",
    batch.origins,
  );
  batch.spans.forEach(({ digest, payload }, index) => {
    checkDigest(digest, `batch.spans[${index}].digest`);
    expect(isLine(payload), `batch.spans[${index}].payload`, "JSON text without line breaks", payload);
  });
  batch.patches.forEach((patch, index) => checkPatch(patch, `batch.patches[${index}]`));
}

function checkDigest(digest: SpanDigest, at: string): void {
  expect(isObject(digest), at, "an object", digest);
  expectTraceId(digest.traceId, `${at}.traceId`);
  expectSpanId(digest.spanId, `${at}.spanId`);
  if (digest.parentSpanId !== undefined) expectSpanId(digest.parentSpanId, `${at}.parentSpanId`);
  expectUnixNano(digest.startTimeUnixNano, `${at}.startTimeUnixNano`);
  if (digest.endTimeUnixNano !== undefined) expectUnixNano(digest.endTimeUnixNano, `${at}.endTimeUnixNano`);
  expect(Number.isSafeInteger(digest.version), `${at}.version`, "an integer", digest.version);
  expectString(digest.name, `${at}.name`);
  expectString(digest.type, `${at}.type`);
  expect(statusNames.includes(digest.status), `${at}.status`, "UNSET, OK or ERROR", digest.status);
  checkOptionalFields(digest, at);
}

function checkPatch(patch: TracePatch, at: string): void {
  expectFilled(patch.id, `${at}.id`);
  expectTraceId(patch.traceId, `${at}.traceId`);
  checkTarget(patch, at);
  if ("value" in patch || patch.op.startsWith("set")) checkValue(patch, `${at}.value`);
}

const optionalStrings = [
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
  for (const field of optionalStrings) {
    if (digest[field] !== undefined) expectString(digest[field], `${at}.${field}`);
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
  expectString(value, at);
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
      return expectString(patch.key, `${at}.key`);
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

/** Throws TypeError for an unknown field: ignoring it would find, or delete, more than was meant. */
export function checkFields(value: object, what: string, fields: readonly string[]): void {
  expect(isObject(value), what, "an object", value);
  const other = Object.keys(value).find((field) => !fields.includes(field));
  if (other !== undefined) throw new TypeError(`${what} takes ${fields.join(", ")}, got ${other}`);
}

const selectorFields: readonly (keyof DeleteSelector)[] = [
  "traceIds",
  "experimentId",
  "beforeMs",
  "maxTraces",
  "keepBytes",
];

/** Throws TypeError if nothing is selected or a field is undefined, RangeError for a bad number. */
export function checkSelector(selector: DeleteSelector): void {
  checkFields(selector, "a delete", selectorFields);
  const { traceIds, experimentId, beforeMs, maxTraces, keepBytes } = selector;
  const given = Object.entries(selector);
  if (given.length === 0) {
    throw new TypeError(
      "a delete needs traceIds, experimentId, beforeMs, maxTraces or keepBytes, got none of them",
    );
  }
  const without = given.find(([, value]) => value === undefined);
  if (without) throw new TypeError(`${without[0]} of a delete must have a value, got undefined`);
  if (traceIds !== undefined) expectStrings(traceIds, "traceIds");
  if (experimentId !== undefined) expectString(experimentId, "experimentId");
  expect(beforeMs === undefined || Number.isFinite(beforeMs), "beforeMs", "milliseconds", beforeMs);
  if (maxTraces !== undefined) expectIntegerWithin(maxTraces, "maxTraces", 1, Number.MAX_SAFE_INTEGER);
  if (keepBytes !== undefined) expectIntegerWithin(keepBytes, "keepBytes", 0, Number.MAX_SAFE_INTEGER);
}

/** Throws TypeError for an unknown `include` or a bad place, RangeError for a bad number. */
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
    expectSpanId(after.spanId, "after.spanId");
  }
}

const statsFields: readonly (keyof StatsQuery)[] = [
  "experimentIds",
  "filter",
  "fromMs",
  "toMs",
  "bucketCount",
  "groupBy",
  "requestId",
];

/**
 * Throws TypeError for a bad group, time or list of experiments, RangeError for a bad `bucketCount`. The filter is not
 * checked.
 */
export function checkStatsQuery(query: StatsQuery): void {
  checkFields(query, "stats", statsFields);
  const { experimentIds, bucketCount, fromMs, toMs, groupBy } = query;
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

/** Throws TypeError unless all are strings. An unknown id is not an error: it finds nothing. */
export function checkIds(ids: Readonly<Record<string, unknown>>): void {
  for (const [name, id] of Object.entries(ids)) expectString(id, name);
}

/**
 * Throws TypeError unless it is undefined or an array of strings: a string has `includes` too, and would match the
 * wrong ones.
 */
export function checkExperimentIds(experimentIds: unknown): void {
  if (experimentIds !== undefined) expectStrings(experimentIds, "experimentIds");
}

/** Throws RangeError for a bad revision or limit. */
export function checkChangesArguments(since: number, limit: number): void {
  expectIntegerWithin(since, "since", 0, Number.MAX_SAFE_INTEGER);
  expectIntegerWithin(limit, "limit", 1, 10_000);
}

/** Throws RangeError unless the value is an integer within the bounds. */
export function expectIntegerWithin(value: number, name: string, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${String(value)}`);
}

/** Also throws for leading zeros, which would break the order, and for numbers beyond 64 bits. */
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

function expectTraceId(value: string, name: string): void {
  expect(traceIdPattern.test(value), name, "32 lower-case hex digits", value);
}

function expectSpanId(value: string, name: string): void {
  expect(spanIdPattern.test(value), name, "16 lower-case hex digits", value);
}

function expectString(value: unknown, name: string): void {
  expect(typeof value === "string", name, "a string", value);
}

function expectFilled(value: unknown, name: string): void {
  expect(typeof value === "string" && value !== "", name, "a string that is not empty", value);
}

function expectStrings(value: unknown, name: string): void {
  const areStrings = Array.isArray(value) && value.every((each) => typeof each === "string");
  expect(areStrings, name, "an array of strings", value);
}

function expect(holds: boolean, name: string, expected: string, got: unknown): void {
  if (!holds) throw new TypeError(`${name} must be ${expected}, got ${inWords(got)}`);
}

function inWords(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function isLine(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\n");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
