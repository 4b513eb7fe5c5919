import type { AssessmentValue } from "@spanbook/core/model";
import { expect } from "vitest";
import { aBatch, anAssessment, aPatch, aSpan, getInfo, searchInfos, traceId } from "../support/spans.js";
import type { Check } from "./check.js";

export function checkPatches(check: Check): void {
  check("a tag can be set, set again, and deleted", async (store) => {
    await store.write(
      aBatch([aSpan()], {
        patches: [
          aPatch(1, { op: "setTag", key: "topic", value: "law" }),
          aPatch(2, { op: "setTag", key: "lang", value: "en" }),
        ],
      }),
    );
    expect((await getInfo(store)).tags).toEqual({ topic: "law", lang: "en" });
    await store.write(aBatch([], { patches: [aPatch(3, { op: "setTag", key: "topic", value: "art" })] }));
    expect((await getInfo(store)).tags).toEqual({ topic: "art", lang: "en" });
    await store.write(aBatch([], { patches: [aPatch(4, { op: "deleteTag", key: "topic" })] }));
    expect((await getInfo(store)).tags).toEqual({ lang: "en" });
    expect((await searchInfos(store))[0]?.tags).toEqual({ lang: "en" });
  });

  check(
    "each tag has the value of the patch with the greatest id, in whatever order they arrive",
    async (store) => {
      await store.write(aBatch([aSpan(), aSpan({ trace: 2 })]));
      await store.write(aBatch([], { patches: [aPatch(3, { op: "setTag", key: "topic", value: "third" })] }));
      await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "first" })] }));
      await store.write(aBatch([], { patches: [aPatch(2, { op: "deleteTag", key: "topic" })] }));
      expect((await getInfo(store)).tags).toEqual({ topic: "third" });

      await store.write(aBatch([], { patches: [aPatch(5, { op: "deleteTag", key: "topic" }, 2)] }));
      await store.write(aBatch([], { patches: [aPatch(4, { op: "setTag", key: "topic", value: "x" }, 2)] }));
      expect((await getInfo(store, 2)).tags).toEqual({});
    },
  );

  check("a patch that loses to a later one is not a change", async (store) => {
    await store.write(
      aBatch([aSpan()], { patches: [aPatch(2, { op: "setTag", key: "topic", value: "art" })] }),
    );
    const { revision } = await getInfo(store);
    await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })] }));
    expect((await getInfo(store)).revision).toBe(revision);
  });

  check("tags, metadata and fields of the same name do not interfere", async (store) => {
    const patches = [
      aPatch(1, { op: "setTag", key: "requestPreview", value: "tag" }),
      aPatch(2, { op: "setMetadata", key: "requestPreview", value: "metadata" }),
      aPatch(3, { op: "setField", field: "requestPreview", value: "field" }),
      aPatch(4, { op: "deleteTag", key: "requestPreview" }),
    ];
    await store.write(aBatch([aSpan()], { patches }));
    expect(await getInfo(store)).toMatchObject({
      tags: {},
      traceMetadata: { requestPreview: "metadata" },
      requestPreview: "field",
    });
  });

  check("fields take precedence over the spans, even if empty", async (store) => {
    await store.write(aBatch([aSpan({ inputs: "long", outputs: "long" })]));
    await store.write(
      aBatch([], {
        patches: [
          aPatch(1, { op: "setField", field: "requestPreview", value: "short" }),
          aPatch(2, { op: "setField", field: "responsePreview", value: "" }),
          aPatch(3, { op: "setField", field: "clientRequestId", value: "request-1" }),
        ],
      }),
    );
    expect(await getInfo(store)).toMatchObject({
      requestPreview: "short",
      responsePreview: "",
      clientRequestId: "request-1",
    });
    await store.write(
      aBatch([], { patches: [aPatch(4, { op: "setField", field: "requestPreview", value: "" })] }),
    );
    expect((await getInfo(store)).requestPreview).toBe("");
  });

  check("session, user and run in the metadata take precedence over the spans", async (store) => {
    await store.write(
      aBatch([aSpan({ sessionId: "s1", userId: "alice", runId: "run-1" })], {
        patches: [
          aPatch(1, { op: "setMetadata", key: "mlflow.trace.session", value: "s2" }),
          aPatch(2, { op: "setMetadata", key: "mlflow.trace.user", value: "bob" }),
          aPatch(3, { op: "setMetadata", key: "mlflow.sourceRun", value: "run-2" }),
        ],
      }),
    );
    expect(await getInfo(store)).toMatchObject({ sessionId: "s2", userId: "bob", runId: "run-2" });
  });

  check("the state can be set once the trace has ended", async (store) => {
    const patches = [aPatch(1, { op: "setField", field: "state", value: "ERROR" })];
    await store.write(aBatch([aSpan({ open: true }), aSpan({ trace: 2, status: "ERROR" })], { patches }));
    expect((await getInfo(store)).state).toBe("IN_PROGRESS");
    await store.write(aBatch([aSpan()]));
    expect((await getInfo(store)).state).toBe("ERROR");
    const wins = [aPatch(2, { op: "setField", field: "state", value: "OK" }, 2)];
    await store.write(aBatch([], { patches: wins }));
    expect((await getInfo(store, 2)).state).toBe("OK");
    expect((await searchInfos(store, { orderBy: ["status ASC"] })).map(({ state }) => state)).toEqual([
      "ERROR",
      "OK",
    ]);
  });

  check("an assessment keeps its versions, in whatever order they arrive", async (store) => {
    const assess = (order: number, value: number, more: Partial<AssessmentValue> = {}) =>
      aPatch(order, {
        op: "setAssessment",
        key: "a-1",
        value: JSON.stringify(anAssessment({ value, timeMs: order, ...more })),
      });
    await store.write(aBatch([aSpan()], { patches: [assess(3, 0.3)] }));
    await store.write(aBatch([], { patches: [assess(1, 0.1), assess(2, 0.2), assess(1, 0.1)] }));
    const { timeMs: _, ...said } = anAssessment({ value: 0.3 });
    const expected = {
      ...said,
      assessmentId: "a-1",
      createTimeMs: 1,
      lastUpdateTimeMs: 3,
      valid: true,
      history: [anAssessment({ value: 0.1, timeMs: 1 }), anAssessment({ value: 0.2, timeMs: 2 })],
    };
    expect((await getInfo(store)).assessments).toEqual([expected]);
    expect((await searchInfos(store))[0]?.assessments).toEqual([expected]);
  });

  check("an assessment that another overrides is invalid until that one is deleted", async (store) => {
    const patches = [
      aPatch(1, { op: "setAssessment", key: "a-1", value: JSON.stringify(anAssessment({ timeMs: 1 })) }),
      aPatch(2, {
        op: "setAssessment",
        key: "a-2",
        value: JSON.stringify(anAssessment({ timeMs: 2, overrides: "a-1" })),
      }),
    ];
    await store.write(aBatch([aSpan()], { patches }));
    const valid = async () =>
      (await getInfo(store)).assessments?.map((found) => [found.assessmentId, found.valid]);
    expect(await valid()).toEqual([
      ["a-1", false],
      ["a-2", true],
    ]);
    await store.write(aBatch([], { patches: [aPatch(3, { op: "deleteAssessment", key: "a-2" })] }));
    expect(await valid()).toEqual([["a-1", true]]);
    await store.write(aBatch([], { patches: [aPatch(4, { op: "deleteAssessment", key: "a-1" })] }));
    expect(await valid()).toBeUndefined();
  });

  check("an assessment without a name, a type, a source or a time is refused", async (store) => {
    for (const missing of ["name", "type", "source", "timeMs"]) {
      const value = JSON.stringify({ ...anAssessment(), [missing]: undefined });
      const patches = [aPatch(1, { op: "setAssessment", key: "a-1", value })];
      await expect(store.write(aBatch([aSpan()], { patches }))).rejects.toMatchObject({ name: "TypeError" });
    }
    expect(await searchInfos(store)).toEqual([]);
  });

  check("any text can be a key or a value", async (store) => {
    const texts = [
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "",
      " ",
      "a.b",
      "tag.a",
      "metadata.a",
      "$a",
      "a\0b",
      "'; DROP TABLE traces; --",
      'quote " backslash \\',
      "line\nline\r\u2028\u2029",
      "größe 日本語 😀",
      "lone \ud800 and \udc00",
      "0",
      "10",
      "9",
      "x".repeat(300),
    ];
    const patches = texts.flatMap((text, index) => [
      aPatch(2 * index, { op: "setTag", key: text, value: text }),
      aPatch(2 * index + 1, { op: "setMetadata", key: text, value: `${text} too` }),
    ]);
    await store.write(aBatch([aSpan()], { patches }));
    for (const info of [await getInfo(store), (await searchInfos(store))[0]!]) {
      expect(Object.keys(info.tags).sort()).toEqual([...texts].sort());
      for (const text of texts) {
        expect(Object.getOwnPropertyDescriptor(info.tags, text)?.value).toBe(text);
        expect(Object.getOwnPropertyDescriptor(info.traceMetadata, text)?.value).toBe(`${text} too`);
      }
      expect(Object.getPrototypeOf(info.tags)).toBe(Object.prototype);
    }
    expect(({} as Record<string, unknown>)["tags"]).toBeUndefined();

    const deletions = texts.map((text, index) => aPatch(1000 + index, { op: "deleteTag", key: text }));
    await store.write(aBatch([], { patches: deletions }));
    const { tags, traceMetadata } = await getInfo(store);
    expect(tags).toEqual({});
    expect(Object.keys(traceMetadata)).toHaveLength(texts.length);
  });

  check("a value of 1 MB is kept whole", async (store) => {
    const value = "0123456789abcdef".repeat(65_536);
    await store.write(aBatch([aSpan()], { patches: [aPatch(1, { op: "setTag", key: "large", value })] }));
    expect((await getInfo(store)).tags["large"]).toBe(value);
  });

  check("patches show in the listing and leave the spans alone", async (store) => {
    await store.write(aBatch([aSpan(), aSpan({ trace: 2 })]));
    await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" }, 2)] }));
    const tags = Object.fromEntries((await searchInfos(store)).map((info) => [info.traceId, info.tags]));
    expect(tags).toEqual({ [traceId(1)]: {}, [traceId(2)]: { topic: "law" } });
    expect((await store.get(traceId(2)))?.data.spans).toEqual([aSpan({ trace: 2 })]);
  });
}
