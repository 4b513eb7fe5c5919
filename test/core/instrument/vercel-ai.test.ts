import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createAiTelemetry, traceAi } from "@spanbook/core/ai";
import { describeSpan } from "@spanbook/core/model";
import { compareTraced } from "../../support/compare-traced.js";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { toTree } from "../../support/trace-tree.js";
import { createRecordingWorld } from "../../support/tracing.js";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const secret = "sk-not-for-traces";
const provider = () =>
  createOpenAICompatible({
    name: "local",
    apiKey: secret,
    baseURL: `${server.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
const model = () => provider().chatModel("gpt-5-mini");
const weather = tool({
  description: "of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => Promise.resolve(`${city} is sunny`),
});

/** Runs a program with tracing and without: the results must be the same. */
function compare(program: () => Promise<unknown>) {
  return compareTraced(secret, program, (world) => {
    const stop = traceAi(world);
    return program().finally(stop);
  });
}

describe("generateText", () => {
  test("records the operation, and inside it the model's call with messages, model and tokens", async () => {
    const { spans } = await compare(async () => {
      const { text } = await generateText({ model: model(), prompt: "hello there", system: "be brief" });
      return text;
    });
    expect(toTree(spans)).toEqual(["ai.generateText", "  ai.generateText.doGenerate"]);
    const [root, call] = spans.map((span) => describeSpan(span));
    expect(root).toMatchObject({ type: "CHAIN", outputs: "You said: hello there" });
    expect(call).toMatchObject({
      type: "CHAT_MODEL",
      model: "gpt-5-mini-2025-08-07",
      provider: "local.chat",
      usage: { inputTokens: 4, outputTokens: 5, cacheReadInputTokens: 2 },
      messages: [
        { role: "system", parts: [{ text: "be brief" }] },
        { role: "user", parts: [{ text: "hello there" }] },
        { role: "assistant", parts: [{ text: "You said: hello there" }] },
      ],
    });
  });

  test("records a tool loop as a span for each model turn and each tool, even parallel ones", async () => {
    const { spans, outcome } = await compare(async () => {
      const { text } = await generateText({
        model: model(),
        prompt: "weather in Paris and Rome",
        tools: { weather },
        stopWhen: stepCountIs(3),
      });
      return text;
    });
    expect(outcome).toBe("I looked it up: Paris is sunny; Rome is sunny");
    expect(toTree(spans)).toEqual([
      "ai.generateText",
      "  ai.generateText.doGenerate",
      "  weather",
      "  weather",
      "  ai.generateText.doGenerate",
    ]);
    expect(spans.map((span) => describeSpan(span).type)).toEqual([
      "AGENT",
      "CHAT_MODEL",
      "TOOL",
      "TOOL",
      "CHAT_MODEL",
    ]);
    // The program's own schema may come from any library.
    expect(describeSpan(spans[0]!).inputs).toMatchObject({
      tools: { weather: { description: "of a city" } },
    });
    expect(JSON.stringify(describeSpan(spans[0]!).inputs)).not.toContain("inputSchema");
    expect(describeSpan(spans[2]!)).toMatchObject({ inputs: { city: "Paris" }, outputs: "Paris is sunny" });
    expect(describeSpan(spans[1]!).tools).toMatchObject([{ name: "weather" }]);
  });

  test("puts what a tool does below the tool's span", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceAi(world));
    const lookUp = world.tracing.trace((city: string) => `${city} is sunny`, { name: "look up" });
    await generateText({
      model: model(),
      prompt: "weather in Oslo",
      tools: {
        weather: { ...weather, execute: ({ city }: { city: string }) => Promise.resolve(lookUp(city)) },
      },
      stopWhen: stepCountIs(2),
    });
    expect(toTree(await world.onlyTrace())).toEqual([
      "ai.generateText",
      "  ai.generateText.doGenerate",
      "  weather",
      "    look up",
      "  ai.generateText.doGenerate",
    ]);
  });

  test("records a failed tool as an error, and the loop goes on", async () => {
    const { spans } = await compare(async () => {
      const { steps } = await generateText({
        model: model(),
        prompt: "weather in Rome",
        tools: { weather: { ...weather, execute: () => Promise.reject(new Error("no wind")) } },
        stopWhen: stepCountIs(2),
      });
      return steps.length;
    });
    const failed = spans.find(({ name }) => name === "weather");
    expect(failed?.status).toEqual({ code: 2, message: "no wind" });
    expect(spans[0]?.status).toEqual({ code: 1 });
  });

  test.each([400, 401, 429, 500])("and its model call fail with status %i", async (status) => {
    const { spans } = await compare(() =>
      generateText({ model: model(), prompt: `fail ${status}`, maxRetries: 0 }),
    );
    expect(toTree(spans)).toEqual(["ai.generateText", "  ai.generateText.doGenerate"]);
    expect(spans.map((span) => span.status)).toEqual(
      spans.map(() => ({ code: 2, message: `the model refused with ${status}` })),
    );
  });

  test("does not record inputs and outputs if told not to", async () => {
    const { spans } = await compare(() =>
      generateText({
        model: model(),
        prompt: "between us",
        telemetry: { recordInputs: false, recordOutputs: false },
      }).then(({ text }) => text),
    );
    expect(spans).toHaveLength(2);
    expect(JSON.stringify(spans)).not.toContain("between us");
  });

  test("keeps concurrent operations in trees of their own, below the span that started them", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceAi(world));
    await world.tracing.withSpan(
      () => Promise.all(["one", "two"].map((prompt) => generateText({ model: model(), prompt }))),
      { name: "fan out" },
    );
    const operation = ["  ai.generateText", "    ai.generateText.doGenerate"];
    expect(toTree(await world.onlyTrace())).toEqual(["fan out", ...operation, ...operation]);
  });
});

describe("streamText", () => {
  test("records the streamed text and the delay of its first part", async () => {
    const { spans } = await compare(async () => {
      const parts: string[] = [];
      for await (const part of streamText({ model: model(), prompt: "in pieces" }).textStream) {
        parts.push(part);
      }
      return parts;
    });
    expect(toTree(spans)).toEqual(["ai.streamText", "  ai.streamText.doStream"]);
    const call = spans[1]!;
    expect(describeSpan(call)).toMatchObject({
      outputs: { role: "assistant", content: [{ type: "text", text: "You said: in pieces" }] },
      usage: { inputTokens: 2, outputTokens: 5 },
    });
    expect(call.attributes["gen_ai.response.time_to_first_chunk"]).toEqual(expect.anything());
  });

  test("records an aborted stream as such", async () => {
    const { spans } = await compare(async () => {
      const controller = new AbortController();
      const stream = streamText({ model: model(), prompt: "a b c d e", abortSignal: controller.signal });
      for await (const part of stream.textStream) {
        controller.abort();
        return part;
      }
      return undefined;
    });
    expect(spans[0]).toMatchObject({ name: "ai.streamText", status: { code: 2 } });
    expect(spans.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
  });

  test("records a connection that is cut in the middle as an error", async () => {
    const { spans } = await compare(async () => {
      const parts: string[] = [];
      const stream = streamText({ model: model(), prompt: "cut", onError: () => undefined });
      for await (const part of stream.textStream) parts.push(part);
      return parts;
    });
    expect(spans[0]).toMatchObject({ name: "ai.streamText", status: { code: 2 } });
  });
});

test("a stream that fails half-way, which the SDK reports to the program alone, is an error", async () => {
  const chunk = { choices: [{ index: 0, delta: { content: "Hel" } }] };
  const broken = createOpenAICompatible({
    name: "local",
    baseURL: server.url,
    fetch: () => Promise.resolve(new Response(`data: ${JSON.stringify(chunk)}\n\ndata: {no JSON\n\n`)),
  });
  const { spans, outcome } = await compare(async () => {
    const errors: unknown[] = [];
    const onError = ({ error }: { error: unknown }) => void errors.push(error);
    const parts: string[] = [];
    const { textStream } = streamText({ model: broken.chatModel("gpt-5-mini"), prompt: "Hi", onError });
    for await (const part of textStream) parts.push(part);
    return { parts, count: errors.length };
  });
  expect(outcome).toEqual({ parts: ["Hel"], count: 1 });
  expect(spans.map(({ status }) => status?.code)).toEqual([2, 2]);
});

describe("other operations", () => {
  test("generateObject records the object", async () => {
    const { spans } = await compare(async () => {
      const { object } = await generateObject({
        model: model(),
        prompt: "which city, Rome?",
        schema: z.object({ city: z.string() }),
      });
      return object;
    });
    expect(toTree(spans)).toEqual(["ai.generateObject", "  ai.generateObject.doGenerate"]);
    expect(describeSpan(spans[0]!).outputs).toEqual({ city: "Rome" });
    expect(describeSpan(spans[1]!).inputs).toMatchObject({ messages: [{ role: "user" }] });
  });

  test("embedMany counts its vectors", async () => {
    const { spans } = await compare(async () => {
      const { embeddings } = await embedMany({
        model: provider().embeddingModel("text-embedding-3-small"),
        values: ["one", "two words"],
      });
      return embeddings;
    });
    expect(spans).toHaveLength(1);
    expect(describeSpan(spans[0]!)).toMatchObject({
      type: "EMBEDDING",
      inputs: { value: ["one", "two words"] },
      outputs: { dimensions: [4, 4] },
      usage: { inputTokens: 3 },
    });
  });
});

describe("switching", () => {
  test("an integration for one call records only that call", async () => {
    const world = createRecordingWorld();
    await generateText({ model: model(), prompt: "unseen" });
    await generateText({
      model: model(),
      prompt: "seen",
      telemetry: { integrations: [createAiTelemetry(world)] },
    });
    expect(await world.onlyTrace()).toHaveLength(2);
  });

  test("unknown events are reported once and disturb nothing", async () => {
    const world = createRecordingWorld();
    const telemetry = createAiTelemetry(world);
    expect(() => telemetry.onStart(null as never)).not.toThrow();
    expect(world.errors).toMatchObject([
      { message: "the AI SDK is not as expected: it called onStart with something unexpected" },
    ]);
    await world.tracing.flush();
  });
});
