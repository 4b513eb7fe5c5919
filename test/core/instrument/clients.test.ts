/** Clients whose methods are wrapped alike, each against the same table of cases. OpenAI's has its own file. */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tracedAnthropic } from "@spanbook/core/anthropic";
import { tracedGemini } from "@spanbook/core/gemini";
import { describeSpan } from "@spanbook/core/model";
import { tracedOllama, untraced } from "@spanbook/core/ollama";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { createRecordingWorld } from "../../support/tracing.js";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const secret = "key-not-for-traces";

interface Sdk {
  readonly name: string;
  readonly model: string;
  /** Input tokens that the server reports as read from its cache. */
  readonly cachedTokens: number;
  newClient(): object;
  traced(client: object, options: object): object;
  /** The span names of a plain and of a streamed call. */
  readonly spanNames: readonly [string, string];
  ask(client: object, text: string, options?: { tools?: boolean; json?: boolean }): Promise<unknown>;
  stream(client: object, text: string): Promise<AsyncIterable<unknown>>;
  /** Only some clients have it. */
  embed?(client: object, texts: string[]): Promise<unknown>;
}

const anthropicRequest = (text: string) => ({
  model: "haiku-test",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: text }],
});
const parameters = { type: "object", properties: { city: { type: "string" } } };

const sdks: readonly Sdk[] = [
  {
    name: "@anthropic-ai/sdk",
    model: "haiku-test",
    cachedTokens: 3,
    newClient: () => new Anthropic({ apiKey: secret, baseURL: server.url, maxRetries: 0 }),
    traced: tracedAnthropic,
    spanNames: ["anthropic.messages.create", "anthropic.messages.create"],
    ask: (client, text, { tools = false, json = false } = {}) =>
      (client as Anthropic).messages.create({
        ...anthropicRequest(text),
        ...(tools && { tools: [{ name: "weather", input_schema: { ...parameters, type: "object" } }] }),
        ...(json && { output_config: { format: { type: "json_schema", schema: parameters } } }),
      }),
    stream: (client, text) =>
      (client as Anthropic).messages.create({ ...anthropicRequest(text), stream: true }),
  },
  {
    name: "@google/genai",
    model: "gemini-3-flash-001",
    cachedTokens: 0,
    newClient: () => new GoogleGenAI({ apiKey: secret, httpOptions: { baseUrl: server.url } }),
    traced: tracedGemini,
    spanNames: ["gemini.models.generateContent", "gemini.models.generateContentStream"],
    ask: (client, text, { tools = false, json = false } = {}) =>
      (client as GoogleGenAI).models.generateContent({
        model: "gemini-3-flash",
        contents: text,
        config: {
          ...(tools && {
            tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: parameters }] }],
          }),
          ...(json && { responseMimeType: "application/json" }),
        },
      }),
    stream: (client, text) =>
      (client as GoogleGenAI).models.generateContentStream({ model: "gemini-3-flash", contents: text }),
    embed: (client, texts) =>
      (client as GoogleGenAI).models.embedContent({ model: "embedding-001", contents: texts }),
  },
  {
    name: "ollama",
    model: "llama4",
    cachedTokens: 0,
    newClient: () => new Ollama({ host: server.url, headers: { authorization: `Bearer ${secret}` } }),
    traced: tracedOllama,
    spanNames: ["ollama.chat", "ollama.chat"],
    ask: (client, text, { tools = false, json = false } = {}) =>
      (client as Ollama).chat({
        model: "llama4",
        messages: [{ role: "user", content: text }],
        ...(tools && { tools: [{ type: "function", function: { name: "weather", parameters } }] }),
        ...(json && { format: "json" }),
      }),
    stream: (client, text) =>
      (client as Ollama).chat({ model: "llama4", messages: [{ role: "user", content: text }], stream: true }),
    embed: (client, texts) => (client as Ollama).embed({ model: "nomic", input: texts }),
  },
];

describe.each(sdks)("$name", (sdk) => {
  /** Runs a program with a traced client and with a plain one: the results must be the same. */
  async function compare(program: (client: object) => Promise<unknown>) {
    const world = createRecordingWorld();
    const plain = await outcomeOf(() => program(sdk.newClient()));
    const traced = await outcomeOf(() => program(sdk.traced(sdk.newClient(), world)));
    expect(traced).toEqual(plain);
    expect(world.errors).toEqual([]);
    const [span, ...others] = await world.onlyTrace();
    expect(others).toEqual([]);
    expect(JSON.stringify(span)).not.toContain(secret);
    if (!span) throw new Error("expected a span");
    return { outcome: traced, span, description: describeSpan(span) };
  }

  test("a call records its messages, model and tokens", async () => {
    const { span, description } = await compare((client) => sdk.ask(client, "hello there"));
    expect(span).toMatchObject({ name: sdk.spanNames[0], status: { code: 1 } });
    expect(description).toMatchObject({
      type: "CHAT_MODEL",
      model: sdk.model,
      usage: { inputTokens: 2 + sdk.cachedTokens, outputTokens: 5, totalTokens: 7 + sdk.cachedTokens },
    });
    expect(description.messages?.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(description.messages?.at(-1)?.parts).toEqual([{ type: "text", text: "You said: hello there" }]);
  });

  test("a stream is assembled as it is read, with the delay of its first part", async () => {
    const { span, description } = await compare(async (client) =>
      collect(await sdk.stream(client, "in pieces")),
    );
    expect(span.name).toBe(sdk.spanNames[1]);
    expect(description.usage).toMatchObject({ inputTokens: 2 + sdk.cachedTokens, outputTokens: 5 });
    expect(description.messages?.at(-1)?.parts).toEqual([{ type: "text", text: "You said: in pieces" }]);
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0);
  });

  test("a stream that is left early is marked as left", async () => {
    const { span } = await compare(async (client) => {
      for await (const part of await sdk.stream(client, "a b c")) return typeof part;
      return undefined;
    });
    expect(span.attributes["spanbook.stream"]).toBe("left");
  });

  test("a connection that is cut in the middle is an error, and the parts received are kept", async () => {
    const { span, description } = await compare(async (client) => collect(await sdk.stream(client, "cut")));
    expect(span.status).toMatchObject({ code: 2 });
    expect(description.messages?.at(-1)?.parts).toEqual([{ type: "text", text: "You said: " }]);
  });

  test("parallel tool calls are in the answer", async () => {
    const { description } = await compare((client) =>
      sdk.ask(client, "weather in Paris and Rome", { tools: true }),
    );
    expect(description.messages?.at(-1)?.parts).toMatchObject([
      { type: "tool_call", name: "weather", arguments: { city: "Paris" } },
      { type: "tool_call", name: "weather", arguments: { city: "Rome" } },
    ]);
  });

  test("structured output comes through", async () => {
    const { description } = await compare((client) => sdk.ask(client, "which city, Oslo?", { json: true }));
    expect(description.messages?.at(-1)?.parts).toEqual([{ type: "text", text: '{"city":"Oslo"}' }]);
  });

  test.each([400, 401, 429, 500])("status %i is an error with the provider's message", async (status) => {
    const { span } = await compare((client) => sdk.ask(client, `fail ${status}`));
    expect(span.status?.message).toContain(`the model refused with ${status}`);
  });

  const { embed } = sdk;
  if (embed) {
    test("vectors are counted, not kept", async () => {
      const { description } = await compare((client) => embed(client, ["one", "two"]));
      expect(description).toMatchObject({ type: "EMBEDDING", outputs: { dimensions: [4, 4] } });
    });
  }

  test("concurrent calls are separate spans, below their caller's", async () => {
    const world = createRecordingWorld();
    const client = sdk.traced(sdk.newClient(), world);
    await world.tracing.withSpan(() => Promise.all(["one", "two"].map((text) => sdk.ask(client, text))), {
      name: "fan out",
    });
    const [root, ...calls] = await world.onlyTrace();
    expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([root?.spanId, root?.spanId]);
  });

  test("untraced restores the client", async () => {
    const world = createRecordingWorld();
    const client = untraced(sdk.traced(sdk.newClient(), world));
    await sdk.ask(client, "unseen");
    expect(await world.allTraces()).toEqual([]);
  });
});

async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    // Answers may be instances of classes with getters: their JSON is compared.
    return JSON.parse(JSON.stringify((await run()) ?? null)) as unknown;
  } catch (error) {
    return (error as Error).message;
  }
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
