import { describe, expect, onTestFinished, test } from "vitest";
import { traceLanguageModel } from "@spanbook/core/language-model";
import { describeSpan } from "@spanbook/core/model";
import { compareTraced } from "../../support/compare-traced.js";
import { LanguageModel, type CreateOptions } from "../../support/language-model.js";
import { toTree } from "../../support/trace-tree.js";
import { createRecordingWorld } from "../../support/tracing.js";

/** Runs a program with tracing and without: the results must be the same. */
function compare(program: () => Promise<unknown>) {
  return compareTraced("nothing secret", program, (world) => {
    const stop = traceLanguageModel({ ...world, LanguageModel });
    return program().finally(stop);
  });
}

describe("a session", () => {
  test("is created in a span that has the download's progress as events", async () => {
    const progress: number[] = [];
    const { spans } = await compare(async () => {
      const session = await LanguageModel.create({
        initialPrompts: [{ role: "system", content: "be brief" }],
        monitor(target) {
          target.addEventListener("downloadprogress", (event) =>
            progress.push((event as unknown as { loaded: number }).loaded),
          );
        },
      });
      return session.contextUsage;
    });
    expect(progress).toHaveLength(2 * 21);
    const [span] = spans;
    expect(span).toMatchObject({
      name: "LanguageModel.create",
      status: { code: 1 },
      attributes: { "language_model.context_usage": 2, "language_model.context_window": 100 },
    });
    expect(describeSpan(span!)).toMatchObject({
      provider: "browser",
      inputs: { messages: [{ role: "system", content: "be brief" }] },
    });
    expect(span?.events?.map(({ name, attributes }) => [name, attributes?.["loaded"]])).toEqual(
      Array.from({ length: 11 }, (_, tenth) => ["model.load", tenth / 10]),
    );
  });

  test("that cannot be created is an error", async () => {
    const { spans, outcome } = await compare(() =>
      LanguageModel.create({ signal: AbortSignal.abort(new DOMException("not now", "AbortError")) }),
    );
    expect(outcome).toMatchObject({ name: "AbortError" });
    expect(spans).toMatchObject([{ status: { code: 2, message: "not now" } }]);
  });
});

describe("a prompt", () => {
  test("is a model call, with how much of its context the session has used", async () => {
    const { spans } = await compare(async () => (await LanguageModel.create()).prompt("hello there"));
    const span = spans.at(-1)!;
    expect(span).toMatchObject({
      name: "LanguageModel.prompt",
      attributes: { "language_model.context_usage": 6, "language_model.context_window": 100 },
    });
    expect(describeSpan(span)).toMatchObject({
      type: "CHAT_MODEL",
      messages: [
        { role: "user", parts: [{ type: "text", text: "hello there" }] },
        { role: "assistant", parts: [{ type: "text", text: "You said: hello there" }] },
      ],
    });
  });

  test("of several parts records its texts, and only the kind of an image", async () => {
    const { spans } = await compare(async () => {
      const content = [
        { type: "text", value: "what is it?" },
        { type: "image", value: new Blob(["pixels"]) },
      ];
      return (await LanguageModel.create()).prompt([{ role: "user", content }]);
    });
    expect(describeSpan(spans.at(-1)!).inputs).toEqual({
      messages: [{ role: "user", content: [{ type: "text", text: "what is it?" }, { type: "image" }] }],
    });
  });

  test("that streams is assembled as it is read, with the delay of its first part", async () => {
    const { spans, outcome } = await compare(async () => {
      const parts: string[] = [];
      for await (const part of (await LanguageModel.create()).promptStreaming("in pieces")) parts.push(part);
      return parts;
    });
    expect(outcome).toEqual(["You ", "said: ", "in ", "pieces"]);
    const span = spans.at(-1)!;
    expect(span.name).toBe("LanguageModel.promptStreaming");
    expect(describeSpan(span).outputs).toEqual({ role: "assistant", content: "You said: in pieces" });
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0);
  });

  test("that is left early is marked as left, and an aborted one is an error", async () => {
    const { spans } = await compare(async () => {
      const session = await LanguageModel.create();
      for await (const part of session.promptStreaming("a b c")) if (part) break;
      return session.prompt("never", { signal: AbortSignal.abort() });
    });
    expect(spans.map(({ name, attributes }) => [name, attributes["spanbook.stream"]])).toEqual([
      ["LanguageModel.create", undefined],
      ["LanguageModel.promptStreaming", "left"],
      ["LanguageModel.prompt", undefined],
    ]);
    expect(spans.at(-1)?.status).toEqual({ code: 2, message: "This operation was aborted" });
  });

  test("has the tools that it calls below it", async () => {
    const options: CreateOptions = {
      tools: [
        {
          name: "weather",
          description: "of a city",
          inputSchema: { type: "object" },
          execute: (input) => Promise.resolve(`${(input as { city: string }).city} is sunny`),
        },
      ],
    };
    const world = createRecordingWorld();
    onTestFinished(traceLanguageModel({ ...world, LanguageModel }));
    const answer = await world.tracing.withSpan(
      async () => (await LanguageModel.create(options)).prompt("Paris or Rome"),
      { name: "ask" },
    );
    expect(answer).toBe("Paris is sunny; Rome is sunny");
    const spans = await world.onlyTrace();
    expect(toTree(spans)).toEqual([
      "ask",
      "  LanguageModel.create",
      "  LanguageModel.prompt",
      "    weather",
      "    weather",
    ]);
    expect(describeSpan(spans.at(-1)!)).toMatchObject({
      type: "TOOL",
      inputs: { city: "Rome" },
      outputs: "Rome is sunny",
    });
    expect(describeSpan(spans[1]!).tools).toMatchObject([{ name: "weather" }]);
  });
});

test("clones, earlier sessions and appended text are recorded, and the class is restored when switched off", async () => {
  const world = createRecordingWorld();
  const { create } = LanguageModel;
  const { prompt } = LanguageModel.prototype;
  const session = await LanguageModel.create();
  const stop = traceLanguageModel({ ...world, LanguageModel });
  await session.append("some text");
  await (await session.clone()).prompt("again");
  stop();
  await session.prompt("unseen");
  expect((await world.allTraces()).map(({ info }) => info.name)).toEqual([
    "LanguageModel.append",
    "LanguageModel.prompt",
  ]);
  expect([LanguageModel.create, LanguageModel.prototype.prompt]).toEqual([create, prompt]);
  expect(Object.hasOwn(LanguageModel, Symbol.for("spanbook.untrace"))).toBe(false);
});

test("nothing happens if there is no such model", () => {
  expect(traceLanguageModel()()).toBeUndefined();
});
