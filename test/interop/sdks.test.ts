/** Auto tracing of the libraries that are installed separately, in test/interop/sdks. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { traceAx } from "@spanbook/core/ax";
import { autolog } from "@spanbook/core/auto";
import { traceLlamaIndex } from "@spanbook/core/llamaindex";
import { createMastraBridge } from "@spanbook/core/mastra";
import { describeSpan, type Span } from "@spanbook/core/model";
import { tracedOpenAI } from "@spanbook/core/openai";
import { readGuidePrograms } from "../support/guide-programs.js";
import { recordExamples } from "../support/record-examples.js";
import { startModelServer, type ModelServer } from "../support/model-server/server.js";
import { compareStored } from "../support/stored-bytes.js";
import { toTree } from "../support/trace-tree.js";
import { createRecordingWorld } from "../support/tracing.js";
import { openAx } from "./sdks/ax.mjs";
import { openInstructor } from "./sdks/instructor.mjs";
import { openLlamaIndex } from "./sdks/llamaindex.mjs";
import { openMastra } from "./sdks/mastra.mjs";

const secret = "sk-not-for-traces";
const folder = fileURLToPath(new URL("sdks/", import.meta.url));
const isInstalled = existsSync(`${folder}node_modules/llamaindex`);
const missing = 'the libraries are not there: run "node test/interop/install.mjs"';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

type Call = () => Promise<unknown>;

function named(spans: readonly Span[], name: string): Span {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`there is no span ${name} in ${spans.map((span) => span.name).join(", ")}`);
  return found;
}

test("what these tests need is installed", ({ skip }) => {
  if (!isInstalled) {
    if (process.env["CI"] === "true") throw new Error(missing);
    skip(missing);
  }
});

describe.runIf(isInstalled)("LlamaIndex", () => {
  let llamaindex: Awaited<ReturnType<typeof openLlamaIndex>>;
  beforeAll(async () => {
    llamaindex = await openLlamaIndex({ url: server.url, secret });
  });
  const compare = (program: Call) =>
    compareStored(secret, program, (world) => {
      const stop = traceLlamaIndex(llamaindex.modules, world);
      return program().finally(() => stop?.());
    });

  test("a model call records messages, model and tokens, streamed or not", async () => {
    const plain = await compare(() => llamaindex.ask("hello there"));
    const streamed = await compare(() => llamaindex.stream("hello there"));
    for (const { spans } of [plain, streamed]) {
      expect(toTree(spans)).toEqual(["OpenAI.chat"]);
      expect(describeSpan(spans[0]!)).toMatchObject({
        type: "CHAT_MODEL",
        model: "gpt-5-mini-2025-08-07",
        usage: { inputTokens: 2, outputTokens: 5, cacheReadInputTokens: 2 },
        messages: [
          { role: "user", parts: [{ text: "hello there" }] },
          { role: "assistant", parts: [{ text: "You said: hello there" }] },
        ],
      });
    }
    expect(streamed.spans[0]?.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0);
  });

  test("a stream that is left early says so; one that is cut off, and a refusal, are errors", async () => {
    const left = await compare(() => llamaindex.stream("a b c", true));
    expect(left.spans[0]?.attributes["spanbook.stream"]).toBe("left");
    const cut = await compare(() => llamaindex.stream("cut"));
    expect(cut.spans[0]?.status?.code).toBe(2);
    const refused = await compare(() => llamaindex.ask("fail 429"));
    expect(refused.spans[0]?.status).toEqual({ code: 2, message: "429 the model refused with 429" });
  });

  test("structured output is in the messages, by a schema or by a tool", async () => {
    const asked = await compare(() => llamaindex.extract("which city, Rome?"));
    expect(JSON.parse(asked.outcome as string)).toEqual({ city: "Rome" });
    const { messages } = describeSpan(asked.spans[0]!);
    expect(messages?.at(-1)?.parts).toMatchObject([{ text: '{"city":"Rome"}' }]);
    const called = await compare(() => llamaindex.execute("which city, Rome?"));
    expect(called.outcome).toEqual({ city: "Rome" });
    expect(toTree(called.spans)).toEqual(["OpenAI.chat"]);
    expect(describeSpan(called.spans[0]!).messages?.at(-1)?.parts).toMatchObject([
      { type: "tool_call", arguments: { city: "Rome" } },
    ]);
  });

  test("a query over documents is a tree with what was retrieved", async () => {
    const { spans } = await compare(() => llamaindex.askDocuments("why blue"));
    expect(toTree(spans)).toEqual([
      "OpenAIEmbedding.getTextEmbeddingsBatch",
      "RetrieverQueryEngine.query",
      "  VectorIndexRetriever.retrieve",
      "    OpenAIEmbedding.getQueryEmbedding",
      "  CompactAndRefine.synthesize",
      "    OpenAI.chat",
    ]);
    expect(describeSpan(named(spans, "VectorIndexRetriever.retrieve"))).toMatchObject({
      type: "RETRIEVER",
      inputs: "why blue",
      documents: [{ content: "The sky is blue." }],
    });
    expect(describeSpan(named(spans, "OpenAIEmbedding.getQueryEmbedding"))).toMatchObject({
      type: "EMBEDDING",
      model: "text-embedding-3-small",
      inputs: "why blue",
      outputs: { dimensions: 4 },
    });
  });

  test("an engine's streamed answer is folded, both a chat's and a query's", async () => {
    for (const [isChat, name] of [
      [true, "ContextChatEngine.chat"],
      [false, "RetrieverQueryEngine.query"],
    ] as const) {
      const { spans, outcome } = await compare(() => llamaindex.streamFromDocuments("why blue", isChat));
      expect(outcome).toContain("why blue");
      expect(describeSpan(named(spans, name)).outputs).toBe(outcome);
      expect(JSON.stringify(named(spans, name).events ?? [])).not.toContain("The sky is blue.");
    }
  });

  test("a stream of OpenAI's responses has its model and tokens", async () => {
    const { spans } = await compare(() => llamaindex.streamResponses("hello there"));
    expect(describeSpan(spans[0]!)).toMatchObject({
      model: "gpt-5-mini-2025-08-07",
      provider: "openai",
      usage: { inputTokens: 2, outputTokens: 5 },
    });
  });

  test("an agent's workflow has a span for each turn of its model and each tool, even parallel ones", async () => {
    const { spans, outcome } = await compare(() => llamaindex.runAgent("weather in Paris and Rome"));
    expect(outcome).toBe("I looked it up: Paris is sunny; Rome is sunny");
    expect(toTree(spans)).toEqual([
      "AgentWorkflow.run",
      ...["  OpenAI.chat", "  weather", "  weather", "  OpenAI.chat"],
    ]);
    expect(describeSpan(spans[0]!)).toMatchObject({ type: "AGENT", outputs: outcome });
    expect(describeSpan(named(spans, "weather"))).toMatchObject({
      type: "TOOL",
      inputs: { city: "Paris" },
      outputs: "Paris is sunny",
    });
    const last = describeSpan(spans.findLast(({ name }) => name === "OpenAI.chat")!);
    expect(last.messages?.map(({ role }) => role)).toEqual([
      ...["system", "user", "assistant", "tool", "tool", "assistant"],
    ]);
  });

  test("an agent's workflow that is left before its end says so", async () => {
    const { spans } = await compare(() => llamaindex.leaveAgent("hello"));
    expect(toTree(spans)).toEqual(["AgentWorkflow.run", "  OpenAI.chat"]);
    expect(spans[0]?.attributes["spanbook.stream"]).toBe("left");
    expect(spans.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
  });

  test("concurrent runs keep their own trees", async () => {
    const world = createRecordingWorld();
    const stop = autolog({ llamaindex: llamaindex.modules }, world);
    await world.tracing.withSpan(() => Promise.all(["one", "two"].map((text) => llamaindex.runAgent(text))), {
      name: "fan out",
    });
    stop();
    await llamaindex.ask("unseen");
    const run = ["  AgentWorkflow.run", "    OpenAI.chat"];
    expect(toTree(await world.onlyTrace())).toEqual(["fan out", ...run, ...run]);
  });
});

describe.runIf(isInstalled)("Ax", () => {
  let ax: Awaited<ReturnType<typeof openAx>>;
  beforeAll(async () => {
    ax = await openAx({ url: server.url, secret });
  });
  const compare = (program: Call) =>
    compareStored(secret, program, (world) => {
      const stop = traceAx(ax.module, world);
      return program().finally(stop);
    });

  test("a program is a span with its values and its answer, and the model call below it", async () => {
    const { spans } = await compare(() => ax.ask("hello there"));
    expect(toTree(spans)).toEqual(["AxGen.forward", "  ax.chat"]);
    expect(describeSpan(spans[0]!)).toMatchObject({
      type: "CHAIN",
      inputs: { question: "hello there" },
      outputs: { answer: "You said: Question: hello there" },
    });
    const model = describeSpan(spans[1]!);
    expect(model).toMatchObject({ type: "CHAT_MODEL", model: "gpt-5-mini", provider: "openai" });
    // Two of them were read from a cache, which Ax does not count.
    expect(model.usage).toMatchObject({ inputTokens: 88, outputTokens: 6, cacheReadInputTokens: 2 });
    expect(model.messages?.map(({ role }) => role)).toEqual(["system", "user", "assistant"]);
  });

  test("a stream is folded, both the program's and the model's", async () => {
    const { spans } = await compare(() => ax.stream("in pieces"));
    expect(toTree(spans)).toEqual(["AxGen.streamingForward", "  ax.chat"]);
    expect(describeSpan(spans[0]!).outputs).toEqual({ answer: "You said: Question: in pieces" });
    expect(describeSpan(spans[1]!).messages?.at(-1)?.parts).toMatchObject([
      { type: "text", text: expect.stringContaining("You said: Question: in pieces") as string },
    ]);
  });

  test("tools are in the messages", async () => {
    const { spans } = await compare(() => ax.callTools("weather in Paris and Rome"));
    expect(toTree(spans)).toEqual(["AxGen.forward", "  ax.chat", "  ax.chat"]);
    const parts = describeSpan(spans[2]!).messages?.flatMap((message) => message.parts) ?? [];
    expect(parts.filter(({ type }) => type === "tool_call")).toMatchObject([
      { name: "weather", arguments: { city: "Paris" } },
      { name: "weather", arguments: { city: "Rome" } },
    ]);
    expect(parts.filter(({ type }) => type === "tool_call_response")).toMatchObject([
      { response: "Paris is sunny" },
      { response: "Rome is sunny" },
    ]);
  });

  test("vectors are recorded by their dimensions; a refusal is an error from the model up", async () => {
    const vectors = await compare(() => ax.embed(["one", "two"]));
    expect(describeSpan(vectors.spans[0]!)).toMatchObject({
      type: "EMBEDDING",
      inputs: ["one", "two"],
      outputs: { dimensions: [4, 4] },
    });
    const { spans } = await compare(() => ax.ask("fail 400").catch((error: Error) => error.name));
    expect(spans.map(({ name, status }) => [name, status?.code])).toEqual([
      ["AxGen.forward", 2],
      ["ax.chat", 2],
    ]);
  });

  test("structured output is an object, asked for by its schema", async () => {
    const { spans, outcome } = await compare(() => ax.extract("which city, Rome?"));
    expect(outcome).toEqual({ city: "Rome" });
    expect(toTree(spans)).toEqual(["AxGen.forward", "  ax.chat"]);
    expect(describeSpan(spans[0]!).outputs).toEqual(outcome);
    expect(describeSpan(spans[1]!).inputs).toMatchObject({ response_format: { type: "json_schema" } });
    expect(describeSpan(spans[1]!).messages?.at(-1)?.parts).toMatchObject([{ text: '{"city":"Rome"}' }]);
  });

  test("a stream that is cut off is an error of both the program and the model", async () => {
    const { spans } = await compare(() => ax.stream("cut"));
    expect(spans.map(({ name, status }) => [name, status?.code])).toEqual([
      ["AxGen.streamingForward", 2],
      ["ax.chat", 2],
    ]);
  });

  test("a stream that is aborted is an error of both the program and the model", async () => {
    const { spans } = await compare(() => ax.abort("a b c d e f g").catch((error: Error) => error.name));
    expect(spans.map(({ name, status }) => [name, status?.code])).toEqual([
      ["AxGen.streamingForward", 2],
      ["ax.chat", 2],
    ]);
  });

  test("missing methods, and an answer without what is read, are reported once", async () => {
    const world = createRecordingWorld();
    class AxGen {
      readonly forward = undefined;
    }
    class AxBaseAI {
      chat = () => Promise.resolve({ isNew: true });
      embed() {
        return Promise.resolve({ isNew: true });
      }
    }
    const stop = traceAx({ AxGen, AxBaseAI }, world);
    const model = new AxBaseAI();
    expect([await model.embed(), await model.embed()]).toEqual([{ isNew: true }, { isNew: true }]);
    stop();
    expect(world.errors.map((error) => (error as Error).message)).toEqual([
      ...["AxGen.forward", "AxGen.streamingForward", "ax.chat"].map(
        (method) =>
          `${method} is not as expected: there is no such method, or it cannot be replaced: its calls are not recorded`,
      ),
      "ax.embed is not as expected: it answered without embeddings",
    ]);
  });

  test("concurrent programs keep their own trees", async () => {
    const world = createRecordingWorld();
    const stop = autolog({ ax: ax.module }, world);
    await world.tracing.withSpan(() => Promise.all(["one", "two"].map(ax.ask)), { name: "fan out" });
    stop();
    await ax.ask("unseen");
    const run = ["  AxGen.forward", "    ax.chat"];
    expect(toTree(await world.onlyTrace())).toEqual(["fan out", ...run, ...run]);
  });
});

describe.runIf(isInstalled)("Instructor", () => {
  test.each(["TOOLS", "JSON_SCHEMA"])(
    "over a traced client records what %s asked and was answered",
    async (mode) => {
      const { newClient, extract } = await openInstructor({ url: server.url, secret });
      const { spans, outcome } = await compareStored(
        secret,
        () => extract(newClient(), "weather in Oslo", mode),
        (world) => extract(tracedOpenAI(newClient(), world), "weather in Oslo", mode),
      );
      expect(outcome).toMatchObject({ city: "Oslo" });
      expect(toTree(spans)).toEqual(["openai.chat.completions.create"]);
      const { messages, usage } = describeSpan(spans[0]!);
      expect(JSON.stringify(messages?.at(-1)?.parts)).toContain("Oslo");
      expect(usage?.outputTokens).toBeGreaterThan(0);
    },
  );

  test("a refusal is an error", async () => {
    const { newClient, extract } = await openInstructor({ url: server.url, secret });
    const { spans } = await compareStored(
      secret,
      () => extract(newClient(), "fail 400", "TOOLS"),
      (world) => extract(tracedOpenAI(newClient(), world), "fail 400", "TOOLS"),
    );
    expect(spans[0]?.status).toEqual({ code: 2, message: "400 the model refused with 400" });
  });
});

describe.runIf(isInstalled)("Mastra", () => {
  let open: Awaited<ReturnType<typeof openMastra>>;
  beforeAll(async () => {
    open = await openMastra({ url: server.url, secret });
  });
  type Mastra = ReturnType<typeof open>;
  const compare = (program: (mastra: Mastra) => Promise<unknown>) =>
    compareStored(
      secret,
      () => program(open(undefined)),
      (world) => program(open(createMastraBridge(world))),
    );
  const generation = ["  llm: 'gpt-5-mini'", "    step: 0", "      inference: 0"];

  test("an agent is a tree of its generation, steps, requests and tools, with what the tools trace", async () => {
    const world = createRecordingWorld();
    const lookUp = world.tracing.trace((city: string) => `${city} is sunny`, { name: "look up" });
    const mastra = open(createMastraBridge(world), lookUp);
    await world.tracing.withSpan(() => mastra.ask("weather in Paris and Rome"), { name: "ask" });
    const spans = await world.onlyTrace();
    expect(world.errors).toEqual([]);
    expect(toTree(spans)).toEqual([
      "ask",
      "  agent run: 'forecaster'",
      "    llm: 'gpt-5-mini'",
      "      step: 0",
      "        inference: 0",
      ...["        tool: 'weather'", "          look up", "        tool: 'weather'", "          look up"],
      "      step: 1",
      "        inference: 1",
    ]);
    expect(describeSpan(named(spans, "agent run: 'forecaster'"))).toMatchObject({
      type: "AGENT",
      inputs: "weather in Paris and Rome",
      outputs: { text: "I looked it up: Paris is sunny; Rome is sunny" },
    });
    expect(describeSpan(named(spans, "tool: 'weather'"))).toMatchObject({
      type: "TOOL",
      inputs: { city: "Paris" },
      outputs: "Paris is sunny",
    });
    expect(describeSpan(named(spans, "inference: 1"))).toMatchObject({
      type: "CHAT_MODEL",
      model: "gpt-5-mini-2025-08-07",
      usage: { outputTokens: 11, cacheReadInputTokens: 2 },
    });
    // Mastra reports the second request only when the first is answered.
    expect(named(spans, "inference: 1").attributes).not.toHaveProperty("gen_ai.response.time_to_first_chunk");
  });

  test("a stream and structured output return the same with tracing on", async () => {
    const streamed = await compare((mastra) => mastra.stream("in pieces"));
    expect(toTree(streamed.spans)).toEqual(["agent run: 'forecaster'", ...generation]);
    expect(describeSpan(named(streamed.spans, "inference: 0"))).toMatchObject({
      usage: { outputTokens: 5 },
      messages: [
        { role: "system" },
        { role: "user", parts: [{ text: "in pieces" }] },
        { role: "assistant", parts: [{ text: "You said: in pieces" }] },
      ],
    });
    const { outcome } = await compare((mastra) => mastra.extract("which city?"));
    expect(outcome).toEqual({ city: "Paris" });
  });

  test("a refusal is an error from the request up", async () => {
    const { spans } = await compare((mastra) => mastra.ask("fail 400"));
    expect(spans.map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => ({ code: 2, message: "the model refused with 400" })),
    );
    const cut = await compare((mastra) => mastra.stream("cut"));
    expect(cut.spans.map(({ status }) => status?.code)).toEqual([2, 2, 2, 2]);
    expect(new Set(cut.spans.map(({ status }) => status?.message)).size).toBe(1);
  });

  test("a workflow that waits for a person, or is cancelled, says so", async () => {
    const waiting = await compare((mastra) => mastra.runWithApproval("Oslo"));
    expect(waiting.outcome).toEqual(["suspended", { city: "Oslo" }]);
    expect(waiting.spans.map((span) => [span.name, describeSpan(span).outputs])).toEqual([
      ["workflow run: 'approval'", { status: "suspended" }],
      ["workflow step: 'approve'", { status: "suspended" }],
      ["workflow run: 'approval' (resumed)", { city: "Oslo" }],
      ["workflow step: 'approve'", { city: "Oslo" }],
    ]);
    const cancelled = await compare((mastra) => mastra.cancel("Oslo"));
    expect(cancelled.outcome).toBe("canceled");
    expect(cancelled.spans.map(({ status }) => status?.code)).toEqual([2, 2]);
  });

  test("a stream that is aborted is an error from the request up", async () => {
    const { spans } = await compare((mastra) => mastra.abort("a b c d e f g"));
    expect(toTree(spans)).toEqual(["agent run: 'forecaster'", ...generation]);
    expect(spans.map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => ({ code: 2, message: "The operation was aborted." })),
    );
  });

  test("concurrent agents keep their own trees", async () => {
    const world = createRecordingWorld();
    const mastra = open(createMastraBridge(world));
    await world.tracing.withSpan(() => Promise.all(["one", "two"].map(mastra.ask)), { name: "fan out" });
    const tree = toTree(await world.onlyTrace()).map((line) => line.trim());
    expect(tree.filter((name) => name === "agent run: 'forecaster'")).toHaveLength(2);
    expect(tree).toHaveLength(9);
  });
});

test.runIf(isInstalled)("the examples of them in docs/auto-tracing.md run", async () => {
  const { "record.mjs": _, ...programs } = readGuidePrograms("docs/auto-tracing.md");
  const examples = Object.values(programs);
  expect(examples).toHaveLength(4);
  const traces = await recordExamples(examples, { folder, server });
  expect(traces.map(([name]) => name)).toEqual([
    "ask documents",
    "AxGen.forward",
    "openai.chat.completions.create",
    "agent run: 'helper'",
  ]);
});
