import { createMemoryStore } from "@spanbook/core/memory";
import { describe, expect, test } from "vitest";
import {
  parseValue,
  toCode,
  toValueKind,
  toValueText,
  withEdits,
  type TraceEdit,
} from "../../packages/widget/src/derive/edits.js";
import { toSnippets } from "../../packages/widget/src/derive/snippet.js";
import { countUploaded } from "../../packages/widget/src/derive/uploads.js";
import { createEditModel } from "../../packages/widget/src/edit/edit-model.js";
import { toReader } from "../../packages/widget/src/reading/source.js";
import { aBatch, aSpan, spanId, traceId } from "../support/spans.js";
import { aTrace, hostileText } from "../support/traces.js";

const id = traceId(1);
const source = { sourceType: "HUMAN", sourceId: "ana" } as const;
const draft = { type: "feedback", name: "correct", value: true, source } as const;

async function aStore() {
  const store = createMemoryStore();
  await store.write(aBatch([aSpan()]));
  const infoOf = async () => (await store.get(id, { include: "digests" }))!.info;
  return { store, infoOf };
}

describe("an edit", () => {
  test("is shown at once, written, and then no longer pending", async () => {
    const { store, infoOf } = await aStore();
    const model = createEditModel(store, async () => {});
    const applied = model.apply({ kind: "setTag", traceId: id, key: "topic", value: "law" });
    expect(withEdits(await infoOf(), model.store.getState(), 0).tags).toMatchObject({ topic: "law" });
    await applied;
    expect(model.store.getState()).toEqual([]);
    expect((await infoOf()).tags).toEqual({ topic: "law" });
    await model.apply({ kind: "deleteTag", traceId: id, key: "topic" });
    expect((await infoOf()).tags).toEqual({});
  });

  test("adds feedback on a span, changes it with its history, and deletes it", async () => {
    const { store, infoOf } = await aStore();
    const model = createEditModel(store, async () => {});
    await model.apply({ kind: "addAssessment", traceId: id, draft: { ...draft, spanId: spanId(1) } });
    const [added] = (await infoOf()).assessments ?? [];
    expect(added).toMatchObject({ name: "correct", value: true, spanId: spanId(1), source });
    const { assessmentId } = added!;
    const changed = { ...draft, value: { score: 0.5 }, rationale: "half of it" };
    await model.apply({ kind: "updateAssessment", traceId: id, assessmentId, draft: changed });
    const [updated] = (await infoOf()).assessments ?? [];
    expect(updated).toMatchObject({ value: { score: 0.5 }, rationale: "half of it", spanId: spanId(1) });
    expect(updated?.history).toMatchObject([{ value: true }]);
    await model.apply({ kind: "deleteAssessment", traceId: id, assessmentId });
    expect((await infoOf()).assessments ?? []).toEqual([]);
  });

  test("that fails is undone, keeps its error, and can be retried", async () => {
    const { store, infoOf } = await aStore();
    let isFull = true;
    const full = Object.assign(new Error("the disk is full"), { name: "QuotaExceededError" });
    const write: typeof store.write = async (batch) => (isFull ? Promise.reject(full) : store.write(batch));
    const model = createEditModel({ ...store, write }, async () => {});
    await model.apply({ kind: "setTag", traceId: id, key: "topic", value: "law" });
    expect(model.store.getState()).toMatchObject([{ error: { name: "QuotaExceededError" } }]);
    expect(withEdits(await infoOf(), model.store.getState(), 0).tags).toEqual({});
    isFull = false;
    await model.retry(model.store.getState()[0]!.id);
    expect(model.store.getState()).toEqual([]);
    expect((await infoOf()).tags).toEqual({ topic: "law" });
  });

  test("becomes code if there is no store, and a later edit of the same thing replaces it", async () => {
    const model = createEditModel(toReader(aTrace([aSpan()])), async () => {});
    expect(model.canWrite).toBe(false);
    for (const value of ["law", "tax"]) {
      await model.apply({ kind: "setTag", traceId: id, key: "topic", value });
    }
    expect(model.store.getState()).toMatchObject([
      { code: `await client.setTraceTag("${id}", "topic", "tax");` },
    ]);
  });

  test("becomes code that does the same to a store, whatever the names", async () => {
    const edits: TraceEdit[] = [
      { kind: "setTag", traceId: id, key: hostileText, value: "\u202e\u2028'\\" },
      { kind: "addAssessment", traceId: id, draft: { ...draft, name: hostileText, rationale: "`${1}`" } },
    ];
    const { store, infoOf } = await aStore();
    const { createClient } = await import("@spanbook/core/client");
    for (const edit of edits) {
      const code = toCode(edit);
      expect(code).not.toMatch(/[\u2028-\u202e]/);

      await (new Function("client", `return (async () => { ${code} })()`) as (c: unknown) => Promise<void>)(
        createClient(store),
      );
    }
    const { tags, assessments } = await infoOf();
    expect(tags).toEqual({ [hostileText]: "\u202e\u2028'\\" });
    expect(assessments).toMatchObject([{ name: hostileText, rationale: "`${1}`" }]);
  });

  test("has a value of the chosen kind, or says what is wrong", () => {
    for (const value of [true, false, 0, 1.5, "a", { a: [1, null] }, null]) {
      expect(parseValue(toValueKind(value), toValueText(value))).toEqual({ value });
    }
    expect(parseValue("number", "0,5")).toEqual({ value: 0.5 });
    for (const [kind, text] of [
      ["number", "x"],
      ["number", " "],
      ["text", ""],
      ["JSON", "{"],
    ] as const) {
      expect(parseValue(kind, text)).toHaveProperty("problem");
    }
  });
});

describe("a model call as code", () => {
  const inputs = {
    messages: [{ role: "user", content: 'say "hi"\u2028' }],
    temperature: 0.2,
    stream: true,
    stop: null,
  };

  test("is a fetch that repeats the request, without a key or a stream", async () => {
    const span = aSpan({
      type: "CHAT_MODEL",
      model: "qwen3-8b",
      inputs,
      attributes: { "mlflow.llm.provider": "ollama" },
    });
    const [javaScript] = toSnippets(span);
    const asked: { url: string; body: unknown; key: string }[] = [];
    const fetch = async (url: string, request: { body: string; headers: { authorization: string } }) => {
      asked.push({ url, body: JSON.parse(request.body), key: request.headers.authorization });
      return { json: async () => ({ choices: [{ message: "hi" }] }) };
    };

    const run = new Function(
      "fetch",
      "process",
      "console",
      `return (async () => { ${javaScript!.code} })()`,
    ) as (...globals: unknown[]) => Promise<void>;
    await run(fetch, { env: { OPENAI_API_KEY: "key" } }, { log: () => {} });
    const { stream: _, ...rest } = inputs;
    expect(asked).toEqual([
      {
        url: "http://localhost:11434/v1/chat/completions",
        body: { model: "qwen3-8b", ...rest },
        key: "Bearer key",
      },
    ]);
  });

  test("is Python with Python's own literals, and exists only for calls", () => {
    const [, python] = toSnippets(
      aSpan({ inputs: { input: [{ role: "user", content: "hi" }], store: false, "top-k": null } }),
    );
    expect(python?.code).toContain("client.responses.create(");
    expect(python?.code).toContain("    store=False,");
    expect(python?.code).toContain('    **{"top-k": None},');
    expect(toSnippets(aSpan({ inputs: { question: "hi" } }))).toEqual([]);
    expect(toSnippets(aSpan())).toEqual([]);
  });
});

test("what uploads have noted is counted per endpoint, not shown as metadata", () => {
  const metadata = {
    topic: "law",
    "spanbook.uploaded.aaaa.1": spanId(1) + spanId(2),
    "spanbook.uploaded.aaaa.2": spanId(2) + spanId(3),
    "spanbook.uploaded.bbbb.1": spanId(1),
  };
  expect(countUploaded(metadata)).toEqual([3, 1]);
});
