import { describe, expect, it } from "vitest";
import type { searchSpans } from "@spanbook/core/client";
import { createClient, extractFields, prune } from "@spanbook/core/client";
import { createMemoryStore } from "@spanbook/core/memory";
import { formatFilter, parseFilter, type FilterTree } from "@spanbook/core/search";
import type { TraceQuery, TraceStore } from "@spanbook/core/store";
import { createRecordingWorld } from "../../support/tracing.js";
import { aBatch, aSpan, epochMs, spanId, traceId } from "../../support/spans.js";

const id = traceId(1);

async function createClientWorld(traces = 1) {
  const store = createMemoryStore();
  for (let trace = 1; trace <= traces; trace++) {
    await store.write(aBatch([aSpan({ trace, startMs: trace * 10, inputs: `question ${trace}` })]));
  }
  let nowMs = epochMs;
  const client = createClient(store, { wallMs: () => ++nowMs });
  return { store, client };
}

describe("the client's traces", () => {
  it("are found by id, with or without MLflow's prefix, and by search, and are plain data that can search its spans", async () => {
    const { store, client } = await createClientWorld();
    await store.write(
      aBatch([
        aSpan({ id: 2, parent: 1, name: "retrieve", type: "RETRIEVER", inputs: { q: "x" } }),
        aSpan({ id: 3, parent: 1, name: "retrieve", type: "TOOL" }),
      ]),
    );
    const trace = await client.getTrace(`tr-${id}`);
    const idsOf = (search: Parameters<typeof searchSpans>[1]) =>
      trace?.searchSpans(search).map((span) => span.spanId);
    expect(idsOf({})).toEqual([spanId(2), spanId(3), spanId(1)]);
    expect(idsOf({ name: "retrieve" })).toEqual([spanId(2), spanId(3)]);
    expect(idsOf({ name: /^retr/g, spanType: "TOOL" })).toEqual([spanId(3)]);
    expect(idsOf({ spanId: spanId(1) })).toEqual([spanId(1)]);
    expect(structuredClone(trace)).toEqual(await store.get(id));
    expect(await client.getTrace(traceId(9))).toBeUndefined();
    const page = await client.searchTraces({ includeSpans: true });
    expect(page.traces[0]?.searchSpans({ name: "answer" })).toHaveLength(1);
  });

  it("of a run are requested in the filter language", async () => {
    const queries: TraceQuery[] = [];
    const store: TraceStore = {
      ...createMemoryStore(),
      search: async (query) => {
        queries.push(query);
        return { traces: [] };
      },
    };
    const client = createClient(store);
    await client.searchTraces({ runId: "it's" });
    await client.searchTraces({ runId: "r", filter: " " });
    const filter = "status = 'OK' OR name = 'a'";
    await client.searchTraces({ runId: "r", filter });
    await client.searchTraces({ runId: "r", filter: parseFilter(filter) });
    const asText = "(trace.status = 'OK' OR trace.name = 'a') AND trace.run_id = 'r'";
    expect(queries.map((query) => formatFilter(query.filter as FilterTree))).toEqual([
      "trace.run_id = 'it''s'",
      "trace.run_id = 'r'",
      ...[asText, asText],
    ]);
  });

  it("of a run are refused a bad filter with the usual error", async () => {
    const { client } = await createClientWorld();
    for (const filter of ["status = ", "nam = 'a'", "name = 'a') OR (name = 'b'", 7 as never]) {
      const refusal = (await client.searchTraces({ filter }).catch((error: unknown) => error)) as Error;
      await expect(client.searchTraces({ runId: "r", filter })).rejects.toThrow(refusal);
    }
    await expect(client.searchTraces({ runId: null as never })).rejects.toThrow(
      "runId must be a string, got null",
    );
  });

  it("are tagged, untagged and deleted", async () => {
    const { store, client } = await createClientWorld(2);
    await client.setTraceTag(id, "topic", "law");
    await client.setTraceTag(`tr-${id}`, "lang", "en");
    await client.deleteTraceTag(id, "topic");
    expect((await client.getTrace(id))?.info.tags).toEqual({ lang: "en" });
    expect(await client.deleteTraces({ traceIds: [`tr-${id}`] })).toBe(1);
    expect((await store.search({})).traces.map(({ info }) => info.traceId)).toEqual([traceId(2)]);
    await expect(client.setTraceTag("nonsense", "a", "b")).rejects.toThrow(TypeError);
    await expect(client.getTrace(undefined as never)).rejects.toThrow(
      new TypeError("traceId must be a string, got undefined"),
    );
    await expect(client.searchTraces(null as never)).rejects.toThrow(
      new TypeError("a search must be an object, got null"),
    );
    await expect(client.searchTraces("status = 'OK'" as never)).rejects.toThrow(
      new TypeError(`a search must be an object, got "status = 'OK'"`),
    );
    await expect(client.deleteTraces({ experimentId: "7", traceIds: undefined } as never)).rejects.toThrow(
      TypeError,
    );
  });

  it("take numbers and booleans as tags just as recording does, and refuse other values", async () => {
    const { client } = await createClientWorld();
    const values = { number: 5, truth: false, empty: "" };
    for (const [key, value] of Object.entries(values)) await client.setTraceTag(id, key, value as never);
    const { tracing, allTraces } = createRecordingWorld();
    tracing.withSpan(() => tracing.updateCurrentTrace({ tags: values as never }));
    const [recorded] = await allTraces();
    expect((await client.getTrace(id))?.info.tags).toEqual(recorded?.info.tags);
    const refusals = [
      client.setTraceTag(id, "a", null as never),
      client.setTraceTag(id, "a", undefined as never),
      client.setTraceTag(id, "a", { b: 1 } as never),
      client.setTraceTag(id, 5 as never, "b"),
      client.deleteTraceTag(id, undefined as never),
    ].map((call) => call.catch((error: Error) => `${error.name}: ${error.message}`));
    expect(await Promise.all(refusals)).toEqual([
      "TypeError: value must be a string, got null",
      "TypeError: value must be a string, got undefined",
      "TypeError: value must be a string, got an object",
      "TypeError: key must be a string, got 5",
      "TypeError: key must be a string, got undefined",
    ]);
  });
});

describe("assessments", () => {
  it("are logged with MLflow's defaults, and found again", async () => {
    const { client } = await createClientWorld();
    const feedback = await client.logFeedback({ traceId: id, value: false, rationale: "wrong year" });
    const failed = await client.logFeedback({ traceId: id, name: "judge", error: new RangeError("limit") });
    const expected = await client.logExpectation({
      traceId: id,
      name: "answer",
      value: { text: "42" },
      spanId: spanId(1),
      source: { sourceType: "HUMAN", sourceId: "ada" },
    });
    expect(feedback).toEqual({
      assessmentId: feedback.assessmentId,
      name: "feedback",
      type: "feedback",
      value: false,
      rationale: "wrong year",
      source: { sourceType: "CODE", sourceId: "default" },
      createTimeMs: epochMs + 1,
      lastUpdateTimeMs: epochMs + 1,
      valid: true,
    });
    expect(failed.error).toMatchObject({ errorCode: "RangeError", errorMessage: "limit" });
    const trace = await client.getTrace(id);
    expect(trace?.info.assessments).toEqual([feedback, failed, expected]);
    expect(trace?.searchAssessments({ type: "expectation" })).toEqual([expected]);
    expect(trace?.searchAssessments({ spanId: spanId(1), name: "answer" })).toEqual([expected]);
    expect(await client.getAssessment(id, failed.assessmentId)).toEqual(failed);
  });

  it("are changed with a history, overridden, and deleted", async () => {
    const { client } = await createClientWorld();
    const first = await client.logFeedback({ traceId: id, name: "score", value: 0 });
    const { assessmentId } = first;
    await client.updateAssessment(id, assessmentId, { value: 1 });
    const updated = await client.updateAssessment(id, assessmentId, { rationale: "on a second look" });
    expect(updated).toMatchObject({
      value: 1,
      rationale: "on a second look",
      createTimeMs: first.createTimeMs,
    });
    expect(updated.history?.map(({ value }) => value)).toEqual([0, 1]);
    expect(await client.getAssessment(id, assessmentId)).toEqual(updated);

    const other = await client.overrideFeedback({ traceId: id, assessmentId, value: 0.5 });
    expect(other).toMatchObject({ name: "score", value: 0.5, overrides: assessmentId, valid: true });
    const trace = await client.getTrace(id);
    expect(trace?.searchAssessments({ name: "score" })).toEqual([other]);
    expect(trace?.searchAssessments({ all: true })).toEqual([{ ...updated, valid: false }, other]);

    await client.deleteAssessment(id, other.assessmentId);
    expect((await client.getTrace(id))?.info.assessments).toEqual([updated]);
  });

  it("that say nothing, or do not exist, are refused", async () => {
    const { client } = await createClientWorld();
    await expect(client.logFeedback({ traceId: id })).rejects.toThrow(
      "feedback needs a value or an error, got none",
    );
    await expect(client.logExpectation({ traceId: id, name: "a", value: undefined })).rejects.toThrow(
      "expectation needs a value, got none",
    );
    await expect(client.updateAssessment(id, "a-1", { value: 1 })).rejects.toThrow(RangeError);
    await expect(
      client.logFeedback({ traceId: id, value: 1, source: { sourceType: "ROBOT", sourceId: "x" } as never }),
    ).rejects.toThrow(
      "an assessment needs a name, and a source with an id and the type HUMAN, LLM_JUDGE or CODE, got " +
        '{"name":"feedback","source":{"sourceType":"ROBOT","sourceId":"x"}}',
    );
  });

  it("keep their ids and history if updated from what was read, or renamed", async () => {
    const { client } = await createClientWorld();
    const { assessmentId } = await client.logFeedback({ traceId: id, name: "score", value: 0 });
    await client.updateAssessment(id, assessmentId, { value: 1 });
    const read = await client.getAssessment(id, assessmentId);
    const updated = await client.updateAssessment(id, assessmentId, { ...read, value: 2 });
    expect(await client.getAssessment(id, assessmentId)).toEqual(updated);
    expect(updated.history?.map(({ value }) => value)).toEqual([0, 1]);
    expect(Object.keys(updated.history?.[1] ?? {}).sort()).toEqual([
      "name",
      "source",
      "timeMs",
      "type",
      "value",
    ]);
    await client.updateAssessment(id, assessmentId, { assessmentId: "another" } as never);
    expect(await client.getAssessment(id, assessmentId)).toBeDefined();
  });
});

describe("extractFields", () => {
  it("gives one row per trace", async () => {
    const { store } = await createClientWorld(2);
    await store.write(
      aBatch([
        aSpan({ id: 2, parent: 1, name: "my.step", inputs: { q: { text: "deep" } }, outputs: [7, 8] }),
      ]),
    );
    const { traces } = await store.search({ includeSpans: true, orderBy: ["timestamp_ms ASC"] });
    const fields = [
      "answer.inputs",
      "`my.step`.inputs.q.text",
      "`my.step`.outputs.1",
      "info.state",
      "info.tags.none",
    ];
    expect(extractFields(traces, fields)).toEqual([
      {
        traceId: traceId(1),
        "answer.inputs": "question 1",
        "`my.step`.inputs.q.text": "deep",
        "`my.step`.outputs.1": 8,
        "info.state": "OK",
        "info.tags.none": undefined,
      },
      {
        traceId: traceId(2),
        "answer.inputs": "question 2",
        "`my.step`.inputs.q.text": undefined,
        "`my.step`.outputs.1": undefined,
        "info.state": "OK",
        "info.tags.none": undefined,
      },
    ]);
    expect(() => extractFields(traces, ["answer.status"])).toThrow(
      'a field must be span.inputs, span.outputs or info.key, got "answer.status"',
    );
  });
});

describe("prune", () => {
  const left = async (store: TraceStore) =>
    (await store.search({ orderBy: ["timestamp_ms ASC"] })).traces.map(({ info }) =>
      Number(`0x${info.traceId}`),
    );

  it("keeps the newest traces, by count, age or size", async () => {
    const byCount = await createClientWorld(5);
    expect(await byCount.client.prune({ maxTraces: 3 })).toBe(2);
    expect(await left(byCount.store)).toEqual([3, 4, 5]);
    expect(await byCount.client.prune({ maxTraces: 3 })).toBe(0);

    const byAge = await createClientWorld(5);
    expect(await prune(byAge.store, { maxAgeMs: 1000 }, epochMs + 1030)).toBe(2);
    expect(await left(byAge.store)).toEqual([3, 4, 5]);

    const bySize = await createClientWorld(5);
    const { traces } = await bySize.store.search({ includeSpans: true, maxResults: 2 });
    const spans = traces.flatMap(({ data }) => data.spans.map((span) => JSON.stringify(span)));
    const maxBytes = Buffer.byteLength(spans.join(""));
    expect(await prune(bySize.store, { maxBytes })).toBe(3);
    expect(await left(bySize.store)).toEqual([4, 5]);
    expect(await prune(bySize.store, { maxTraces: 0 })).toBe(2);
    await expect(prune(bySize.store, { maxAgeMs: -1 })).rejects.toThrow(RangeError);
  });
});
