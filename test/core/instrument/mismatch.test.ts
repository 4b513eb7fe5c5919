/** Libraries that are not as expected: each mismatch goes to `onError` once, and the program gets what it gets untraced. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import * as callbacks from "@langchain/core/callbacks/manager";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { expect, onTestFinished, test } from "vitest";
import { createAiTelemetry } from "@spanbook/core/ai";
import { tracedAnthropic } from "@spanbook/core/anthropic";
import { tracedGemini } from "@spanbook/core/gemini";
import { tracedPipeline } from "@spanbook/core/huggingface";
import { createLangChainHandler, traceLangChain } from "@spanbook/core/langchain";
import { traceLanguageModel } from "@spanbook/core/language-model";
import { tracedMcp } from "@spanbook/core/mcp";
import { tracedOllama } from "@spanbook/core/ollama";
import { tracedOpenAI } from "@spanbook/core/openai";
import { tracedWebLLM } from "@spanbook/core/web-llm";
import { createRecordingWorld, type RecordingWorld } from "../../support/tracing.js";

type Call = (...args: unknown[]) => Promise<unknown>;
interface Changed {
  readonly library: string;
  readonly trace: (client: object, world: RecordingWorld) => unknown;
  /** The real client, whose method gives something it never gave. */
  readonly client: () => object;
  /** The object that has the method, and the method's name. */
  readonly place: (client: never) => object;
  readonly method: string;
  readonly answered: string;
}

const cases: readonly Changed[] = [
  {
    library: "openai",
    trace: tracedOpenAI,
    client: () => new OpenAI({ apiKey: "none" }),
    place: (client: OpenAI) => client.chat.completions,
    method: "create",
    answered: "openai.chat.completions.create is not as expected: it answered without choices",
  },
  {
    library: "@anthropic-ai/sdk",
    trace: tracedAnthropic,
    client: () => new Anthropic({ apiKey: "none" }),
    place: (client: Anthropic) => client.messages,
    method: "create",
    answered: "anthropic.messages.create is not as expected: it answered without content",
  },
  {
    library: "@google/genai",
    trace: tracedGemini,
    client: () => new GoogleGenAI({ apiKey: "none" }),
    place: (client: GoogleGenAI) => client.models,
    method: "generateContent",
    answered:
      "gemini.models.generateContent is not as expected: it answered without candidates or promptFeedback",
  },
  {
    library: "ollama",
    trace: tracedOllama,
    client: () => new Ollama(),
    place: (client: Ollama) => client,
    method: "chat",
    answered: "ollama.chat is not as expected: it answered without message",
  },
  {
    library: "@modelcontextprotocol/sdk",
    trace: tracedMcp,
    client: () => new Client({ name: "test", version: "1.0.0" }),
    place: (client: Client) => client,
    method: "callTool",
    answered:
      "mcp.callTool is not as expected: it answered without content or structuredContent or toolResult",
  },
];

test.each(cases)("an answer of $library without the expected fields is reported once", async (changed) => {
  const { client: newClient, place, method, trace, answered } = changed;
  const world = createRecordingWorld();
  const client = newClient();
  const answer = { isNew: true };
  Object.assign(place(client as never), { [method]: () => Promise.resolve(answer) });
  trace(client, world);
  const owner = place(client as never) as Record<string, Call>;
  expect([await owner[method]?.({}), await owner[method]?.({})]).toEqual([answer, answer]);
  expect(world.errors.map((error) => (error as Error).message)).toEqual([answered]);
  expect(await world.allTraces()).toHaveLength(2);
});

test.each(cases)(
  "a missing method of $library is reported",
  ({ client: newClient, place, method, trace }) => {
    const world = createRecordingWorld();
    const client = newClient();
    Object.assign(place(client as never), { [method]: undefined });
    expect(trace(client, world)).toBe(client);
    expect(world.errors.map((error) => (error as Error).message)).toEqual([
      expect.stringMatching(/ is not as expected: there is no such method/),
    ]);
  },
);

test("missing methods of a pipeline, an engine and a built-in model are reported", () => {
  const world = createRecordingWorld();
  tracedPipeline({ task: "fill-mask" }, world);
  tracedWebLLM({ chat: {} }, world);
  onTestFinished(traceLanguageModel({ ...world, LanguageModel: class {} }));
  expect(world.errors.map((error) => /^\S+/.exec((error as Error).message)?.[0])).toEqual([
    "transformers.fill-mask",
    "web-llm.chat.completions.create",
    "web-llm.reload",
    ...["create", "prompt", "promptStreaming", "append"].map((method) => `LanguageModel.${method}`),
  ]);
});

test("a request whose fields throw is sent unchanged, and recorded without them", async () => {
  const world = createRecordingWorld();
  const ollama = new Ollama();
  Object.assign(ollama, { chat: () => Promise.resolve({ message: {} }) });
  tracedOllama(ollama, world);
  const request = {
    get model(): string {
      throw new RangeError("no model");
    },
  };
  expect(await ollama.chat(request)).toEqual({ message: {} });
  expect(world.errors).toMatchObject([
    {
      message: "ollama.chat is not as expected: it was called with something unexpected",
      cause: { message: "no model" },
    },
  ]);
  expect(await world.onlyTrace()).toMatchObject([{ name: "ollama.chat", status: { code: 1 } }]);
});

test("an answer whose fields throw still reaches the program", async () => {
  const world = createRecordingWorld();
  const ollama = new Ollama();
  const answer = {
    message: {},
    get model() {
      throw new RangeError("no model");
    },
  };
  Object.assign(ollama, { chat: () => Promise.resolve(answer) });
  tracedOllama(ollama, world);
  expect(await ollama.chat({ model: "llama4" })).toBe(answer);
  expect(world.errors).toMatchObject([
    { message: "ollama.chat is not as expected: it answered with something unexpected" },
  ]);
});

test("parts of a stream that cannot be read are recorded as they came", async () => {
  const world = createRecordingWorld();
  const ollama = new Ollama();
  const hostile = {
    get message() {
      throw new RangeError("no part");
    },
  };
  async function* parts() {
    yield await Promise.resolve(hostile);
  }
  Object.assign(ollama, { chat: () => Promise.resolve(parts()) });
  tracedOllama(ollama, world);
  for await (const part of (await ollama.chat({
    model: "llama4",
  } as never)) as unknown as AsyncIterable<object>) {
    expect(part).toBe(hostile);
  }
  expect(world.errors).toMatchObject([
    { message: "ollama.chat is not as expected: its stream had unexpected parts" },
  ]);
});

test("unknown events of the AI SDK and of LangChain are reported once each, and throw nothing", () => {
  const world = createRecordingWorld();
  const telemetry = createAiTelemetry(world);
  const handler = createLangChainHandler(world) as { handleChatModelStart: (...args: unknown[]) => void };
  for (const event of [{ callId: 1 }, { callId: 2 }]) telemetry.onStart(event as never);
  for (const run of ["a", "b"]) handler.handleChatModelStart(undefined, undefined, run);
  expect(world.errors.map((error) => (error as Error).message)).toEqual([
    "the AI SDK is not as expected: it called onStart with something unexpected",
    "LangChain is not as expected: it called handleChatModelStart with something unexpected",
  ]);
});

test("a LangChain manager without the method to wrap is reported", () => {
  const world = createRecordingWorld();
  class CallbackManager extends callbacks.CallbackManager {}
  Object.assign(CallbackManager, { _configureSync: undefined });
  onTestFinished(traceLangChain({ CallbackManager }, world));
  expect(world.errors).toMatchObject([
    {
      message:
        "LangChain is not as expected: its CallbackManager has no _configureSync, so no runs are recorded",
    },
  ]);
});
