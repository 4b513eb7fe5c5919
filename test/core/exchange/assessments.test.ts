import { createClient } from "@spanbook/core/client";
import { exportMlflow, importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { aBatch, aSpan, searchInfos, spanId, traceId } from "../../support/spans.js";

/** A store with a trace that has every kind of assessment; each is a second later than the one before. */
async function judged() {
  const store = createMemoryStore();
  await store.write(aBatch([aSpan(), aSpan({ id: 2, parent: 1 })]));
  let nowMs = 0;
  const client = createClient(store, { wallMs: () => (nowMs += 1000) });
  const about = { traceId: traceId(1) };
  const source = { sourceType: "HUMAN", sourceId: "größe\u2028</script>" } as const;
  const changed = await client.logFeedback({
    ...about,
    name: "good",
    value: 0,
    source,
    rationale: "why not",
  });
  const change = (changes: object) => client.updateAssessment(traceId(1), changed.assessmentId, changes);
  await change({ value: { score: [1, null], text: "é" }, metadata: { __proto__: "x", a: "b" } });
  await change({ value: false, rationale: "" });
  const wrong = await client.logFeedback({ ...about, value: "no", spanId: spanId(2) });
  await client.overrideFeedback({ ...about, assessmentId: wrong.assessmentId, value: "yes" });
  await client.logFeedback({ ...about, name: "failed", error: new RangeError("no judge") });
  await client.logExpectation({ ...about, name: "answer", value: { city: "Paris" } });
  await client.logExpectation({ ...about, name: "count", value: 3 });
  const gone = await client.logFeedback({ ...about, name: "gone", value: true });
  const file = await fileOf(store);
  await client.deleteAssessment(traceId(1), gone.assessmentId);
  return { store, client, change, changed, gone, file };
}

async function fileOf(store: TraceStore): Promise<string> {
  return textOf(exportOtlp(store));
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

async function assessmentsOf(store: TraceStore) {
  return (await searchInfos(store))[0]?.assessments;
}

describe("assessments", () => {
  it.each(["otlp", "mlflow 2", "mlflow 3"])(
    "come back from a file with their history: %s",
    async (format) => {
      const { store } = await judged();
      const copy = createMemoryStore();
      if (format === "otlp") await importOtlp(copy, await fileOf(store));
      else {
        const schema = format === "mlflow 2" ? 2 : 3;
        expect(await importMlflow(copy, await textOf(exportMlflow(store, { schema })))).toMatchObject({
          errors: [],
        });
      }
      const before = await assessmentsOf(store);
      expect(before).toHaveLength(6);
      expect(before?.[0]?.history).toHaveLength(2);
      expect(await assessmentsOf(copy)).toEqual(before);
      expect((await copy.getSpan(traceId(1), spanId(1)))?.attributes["spanbook.assessment"]).toBeUndefined();
    },
  );

  it("stay the same however often and in whatever order files are imported, even into their own store", async () => {
    const { store, file } = await judged();
    const before = await assessmentsOf(store);
    const copy = createMemoryStore();
    for (let i = 0; i < 2; i++) {
      const now = await fileOf(store);
      const mlflow = await textOf(exportMlflow(store));
      for (const target of [store, copy]) {
        await importMlflow(target, mlflow);
        await importOtlp(target, file);
        await importOtlp(target, now);
      }
      expect(await assessmentsOf(store)).toEqual(before);
    }
    expect((await assessmentsOf(copy))?.filter(({ name }) => name !== "gone")).toEqual(before);
  });

  it("keep later changes and deletions when an older file is imported", async () => {
    const { store, file, change, changed } = await judged();
    await change({ value: "newest" });
    await importOtlp(store, file);
    const after = await assessmentsOf(store);
    const good = after?.find(({ assessmentId }) => assessmentId === changed.assessmentId);
    expect(good?.value).toBe("newest");
    expect(good?.history?.map(({ value }) => value)).toEqual([0, { score: [1, null], text: "é" }, false]);
    expect(after?.some(({ name }) => name === "gone")).toBe(false);
  });

  it("take the changes of a newer file, and keep the older version in their history", async () => {
    const { store, file, change, changed } = await judged();
    const copy = createMemoryStore();
    await importOtlp(copy, file);
    await change({ value: "newest" });
    await importOtlp(copy, await fileOf(store));
    const own = (list: Awaited<ReturnType<typeof assessmentsOf>>) =>
      list?.find(({ assessmentId }) => assessmentId === changed.assessmentId);
    expect(own(await assessmentsOf(copy))).toEqual(own(await assessmentsOf(store)));
  });

  it("keep their order if they were changed more than once in a millisecond", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    const client = createClient(store, { wallMs: () => 1000 });
    const { assessmentId } = await client.logFeedback({ traceId: traceId(1), value: 0 });
    for (let value = 1; value < 9; value++) {
      await client.updateAssessment(traceId(1), assessmentId, { value });
    }
    const before = await assessmentsOf(store);
    const copy = createMemoryStore();
    for (const target of [store, copy]) {
      await importOtlp(target, await fileOf(store));
      expect(await assessmentsOf(target)).toEqual(before);
    }
  });

  it("that are not valid stay what they are: attributes of a span", async () => {
    const store = createMemoryStore();
    const attributes = ["[]", "{}", "no", '[{"name":1}]', "null"].map((text, index) => ({
      key: `spanbook.assessment.${index}`,
      value: { stringValue: text },
    }));
    const span = { traceId: traceId(1), spanId: spanId(1), startTimeUnixNano: "1", attributes };
    await importOtlp(store, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
    expect(await assessmentsOf(store)).toBeUndefined();
    expect(Object.keys((await store.getSpan(traceId(1), spanId(1)))?.attributes ?? {})).toHaveLength(5);
  });

  it("of MLflow that cannot be read are reported with their path, and the others are kept", async () => {
    const { store } = await judged();
    const trace = JSON.parse(await textOf(exportMlflow(store))) as { info: { assessments: object[] } };
    trace.info.assessments.unshift({ assessment_id: "a", issue: {} }, { assessment_name: "b" });
    const copy = createMemoryStore();
    const { errors } = await importMlflow(copy, JSON.stringify(trace));
    expect(errors).toEqual([
      { line: 1, path: "info.assessments[0]", message: "expected feedback or an expectation" },
      { line: 1, path: "info.assessments[1]", message: "expected an assessment_id, got none" },
    ]);
    expect(await assessmentsOf(copy)).toEqual(await assessmentsOf(store));
  });
});
