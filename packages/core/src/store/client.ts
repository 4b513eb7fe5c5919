import {
  parseAssessment,
  toLastVersion,
  toVersions,
  type Assessment,
  type AssessmentError,
  type AssessmentSource,
  type AssessmentValue,
} from "../model/assessment.js";
import { createIdSource, toTraceId } from "../model/ids.js";
import { isObjectLike, withoutUndefined } from "../model/objects.js";
import { createPatchIds, type TraceOperation } from "../model/patch.js";
import type { Trace } from "../model/trace.js";
import type { FilterTree } from "../search/tree.js";
import { checkIds } from "./checks.js";
import type { DeleteSelector, TraceQuery, TraceStore } from "./contract.js";
import { prune, type Retention } from "./retention.js";
import { createTraceView, type TraceView } from "./trace-view.js";

/**
 * MLflow's client over a store: reads traces, and adds tags and assessments to them. Its calls reject with the store's errors.
 */
export interface TraceClient {
  /** The trace with its spans, or undefined if there is none. */
  getTrace(traceId: string): Promise<TraceView | undefined>;
  /** A page of traces, with their spans if `includeSpans` is true. */
  searchTraces(query?: SearchTracesQuery): Promise<TraceViewPage>;
  /** Deletes traces and returns how many. */
  deleteTraces(selector: DeleteSelector): Promise<number>;
  /** Deletes the oldest traces beyond what may be kept, and returns how many. */
  prune(retention: Retention): Promise<number>;
  /**
   * The trace need not be there yet: it gets the tag when it comes. The same goes for all methods below. A number or boolean is
   * written as its text; any other key or value that is not a string rejects with TypeError.
   */
  setTraceTag(traceId: string, key: string, value: string): Promise<void>;
  /** Deletes a tag of a trace, if there is one. */
  deleteTraceTag(traceId: string, key: string): Promise<void>;
  /**
   * Says how good a trace or span was. Default name "feedback", default source CODE. Rejects with TypeError if there is neither
   * a value nor an error.
   */
  logFeedback(feedback: NewFeedback): Promise<Assessment>;
  /** Says what the result should have been. Default source HUMAN. Rejects with TypeError without a value. */
  logExpectation(expectation: NewExpectation): Promise<Assessment>;
  /** Adds feedback or an expectation, and returns it as it is kept, with its id. */
  logAssessment(traceId: string, assessment: NewAssessment): Promise<Assessment>;
  /**
   * Adds feedback that replaces another, which stays but is no longer valid. Rejects with RangeError if there is no such
   * feedback.
   */
  overrideFeedback(feedback: OverridingFeedback): Promise<Assessment>;
  /** The assessment, or undefined if there is none. */
  getAssessment(traceId: string, assessmentId: string): Promise<Assessment | undefined>;
  /**
   * Changes the given fields; the earlier version goes into its history. Rejects with RangeError if there is no such
   * assessment.
   */
  updateAssessment(traceId: string, assessmentId: string, changes: AssessmentChanges): Promise<Assessment>;
  /** Deletes an assessment with its history. */
  deleteAssessment(traceId: string, assessmentId: string): Promise<void>;
}

/** A query for traces, also by run. */
export interface SearchTracesQuery extends TraceQuery {
  /** Only traces of this run. */
  readonly runId?: string | undefined;
}

/** A page of the traces that were found, each with its methods. */
export interface TraceViewPage {
  readonly traces: readonly TraceView[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

/** What a trace, or with `spanId` one of its spans, should have returned. */
export interface NewExpectation {
  readonly traceId: string;
  readonly name: string;
  /** Any JSON value. */
  readonly value: unknown;
  readonly source?: AssessmentSource | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly spanId?: string | undefined;
}

/** What somebody or something thinks of a trace, or with `spanId` of one of its spans. */
export interface NewFeedback extends Omit<NewExpectation, "name" | "value"> {
  readonly name?: string | undefined;
  readonly value?: unknown;
  /** Why there is no value; a text is the error's message. */
  readonly error?: AssessmentError | Error | string | undefined;
  readonly rationale?: string | undefined;
}

/** An assessment of either type. */
export type NewAssessment =
  | (Omit<NewFeedback, "traceId"> & { readonly type?: "feedback" | undefined })
  | (Omit<NewExpectation, "traceId"> & {
      readonly type: "expectation";
      readonly rationale?: string | undefined;
    });

/** Feedback that replaces another, which stays but is no longer valid. */
export interface OverridingFeedback extends Omit<NewFeedback, "name" | "spanId" | "error"> {
  /** The id of the feedback to replace. */
  readonly assessmentId: string;
}

/** What can be changed in an assessment. */
export type AssessmentChanges = Partial<
  Pick<AssessmentValue, "name" | "value" | "source" | "rationale" | "metadata" | "error">
>;

/** Options of a client over a store. */
export interface ClientOptions {
  /** For tests: the clock, in milliseconds since the Unix epoch. */
  readonly wallMs?: () => number;
  /** For tests: fills an array with random bytes, for ids. */
  readonly fillRandom?: (pool: Uint8Array<ArrayBuffer>) => unknown;
}

/** Makes a client over a store. It shares nothing with any recorder, and writes under a recorder id of its own. */
export function createClient(store: TraceStore, options: ClientOptions = {}): TraceClient {
  const { wallMs = () => Date.now() } = options;
  const ids = createIdSource(options.fillRandom);
  const newPatchId = createPatchIds(wallMs, ids.spanId);
  const recorderId = ids.traceId();

  async function patch(traceId: string, operation: TraceOperation): Promise<void> {
    const patches = [{ id: newPatchId(), traceId: toTraceId(traceId), ...operation }];
    const origins = { resources: {}, scopes: {} };
    await store.write({ id: ids.traceId(), recorderId, spans: [], patches, origins });
  }

  async function getAssessment(traceId: string, assessmentId: string): Promise<Assessment | undefined> {
    const trace = await store.get(toTraceId(traceId), { include: "digests", maxSpans: 1 });
    return trace?.info.assessments?.find((assessment) => assessment.assessmentId === assessmentId);
  }

  async function expectAssessment(traceId: string, assessmentId: string): Promise<Assessment> {
    const found = await getAssessment(traceId, assessmentId);
    if (found) return found;
    throw new RangeError(`assessmentId must name an assessment of the trace, got ${assessmentId}`);
  }

  async function writeAssessment(
    traceId: string,
    assessmentId: string,
    value: AssessmentValue,
  ): Promise<Assessment> {
    const text = JSON.stringify(value);
    const said = parseAssessment(text);
    if (!said) {
      const got = JSON.stringify({ name: value.name, source: value.source });
      throw new TypeError(
        `an assessment needs a name, and a source with an id and the type HUMAN, LLM_JUDGE or CODE, got ${got}`,
      );
    }
    await patch(traceId, { op: "setAssessment", key: assessmentId, value: text });
    const { timeMs, ...others } = said;
    return { assessmentId, ...others, createTimeMs: timeMs, lastUpdateTimeMs: timeMs, valid: true };
  }

  async function log(
    traceId: string,
    assessment: NewAssessment & { overrides?: string },
  ): Promise<Assessment> {
    const { type = "feedback", value, source, ...others } = assessment;
    const error = "error" in assessment ? toAssessmentError(assessment.error) : undefined;
    if (value === undefined && (type === "expectation" || error === undefined)) {
      throw new TypeError(`${type} needs a value${type === "feedback" ? " or an error" : ""}, got none`);
    }
    const fields = {
      ...others,
      name: assessment.name ?? "feedback",
      type,
      value,
      error,
      source: source ?? { sourceType: type === "feedback" ? "CODE" : "HUMAN", sourceId: "default" },
      timeMs: wallMs(),
    } as const;
    return writeAssessment(traceId, `a-${ids.traceId()}`, withoutUndefined(fields) as AssessmentValue);
  }

  return {
    async getTrace(traceId) {
      const trace = await store.get(toTraceId(traceId));
      return trace && createTraceView(trace);
    },
    async searchTraces(query = {}) {
      const page = await store.search(await toStoreQuery(query));
      return { ...page, traces: page.traces.map((trace: Trace) => createTraceView(trace)) };
    },
    deleteTraces: (selector) => {
      const { traceIds } = selector;
      return store.delete(traceIds ? { ...selector, traceIds: traceIds.map(toTraceId) } : selector);
    },
    prune: (retention) => prune(store, retention, wallMs()),
    async setTraceTag(traceId, key, given: unknown) {
      const value = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
      checkIds({ key, value });
      await patch(traceId, { op: "setTag", key, value: value as string });
    },
    async deleteTraceTag(traceId, key) {
      checkIds({ key });
      await patch(traceId, { op: "deleteTag", key });
    },
    logFeedback: ({ traceId, ...feedback }) => log(traceId, feedback),
    logExpectation: ({ traceId, ...expectation }) => log(traceId, { ...expectation, type: "expectation" }),
    logAssessment: log,
    async overrideFeedback({ traceId, assessmentId, ...feedback }) {
      const { name, spanId } = await expectAssessment(traceId, assessmentId);
      return log(traceId, { ...feedback, name, spanId, overrides: assessmentId });
    },
    getAssessment,
    async updateAssessment(traceId, assessmentId, changes) {
      const before = await expectAssessment(traceId, assessmentId);
      const changed = await writeAssessment(traceId, assessmentId, {
        ...toLastVersion(before),
        ...changesIn(changes),
        timeMs: wallMs(),
      });
      const { createTimeMs, valid } = before;
      return { ...changed, createTimeMs, valid, history: toVersions(before) };
    },
    deleteAssessment: (traceId, assessmentId) =>
      patch(traceId, { op: "deleteAssessment", key: assessmentId }),
  };
}

const changeable = ["name", "value", "source", "rationale", "metadata", "error"] as const;

/**
 * Only the fields that can be changed: whoever passes in a whole edited assessment does not mean to change its id and
 * history.
 */
function changesIn(changes: AssessmentChanges): AssessmentChanges {
  const fields = changeable.filter((field) => field in changes);
  return Object.fromEntries(fields.map((field) => [field, changes[field]]));
}

/** Joins the trees and not the texts, so that an error's position refers to the caller's filter. */
async function toStoreQuery(asked: SearchTracesQuery): Promise<TraceQuery> {
  if (!isObjectLike(asked)) throw new TypeError(`a search must be an object, got ${JSON.stringify(asked)}`);
  const { runId, ...query } = asked;
  if (runId === undefined) return query;
  checkIds({ runId });
  const ofRun: FilterTree = {
    kind: "comparison",
    field: { name: "trace.run_id" },
    op: "=",
    value: runId,
  };
  if (query.filter === undefined) return { ...query, filter: ofRun };
  // Imported late, because the filter language is not part of the main entry.
  const { toFilterTree } = await import("../search/check-filter.js");
  const tree = toFilterTree(query.filter);
  return { ...query, filter: tree ? { kind: "and", operands: [tree, ofRun] } : ofRun };
}

function toAssessmentError(error: AssessmentError | Error | string | undefined): AssessmentError | undefined {
  if (typeof error === "string") return { errorCode: "ASSESSMENT_ERROR", errorMessage: error };
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  return { errorCode: name, errorMessage: message, ...(stack !== undefined && { stackTrace: stack }) };
}
