import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { init, shutdown, withSpan } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Span } from "@spanbook/core/model";
import { tracedOpenAI, untraced } from "@spanbook/core/openai";
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

function newClient(): OpenAI {
  return new OpenAI({ apiKey: secret, baseURL: `${server.url}/v1`, maxRetries: 0 });
}

const model = "gpt-5-mini";
const ask = (content: string) => ({ model, messages: [{ role: "user" as const, content }] });
const weatherTool = {
  type: "function" as const,
  function: {
    name: "weather",
    description: "of a city",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};
const city = z.object({ city: z.string() });

/** Runs a program with a traced client and with a plain one: the results must be the same. */
function compare(program: (client: OpenAI) => Promise<unknown>) {
  return compareTraced(
    secret,
    () => program(newClient()),
    (world) => program(tracedOpenAI(newClient(), world)),
  );
}

function only(spans: readonly Span[]): Span {
  expect(spans).toHaveLength(1);
  return spans[0]!;
}

async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe("chat completions", () => {
  test("a call records its messages, the model that answered, and the tokens", async () => {
    const { spans } = await compare((client) => client.chat.completions.create(ask("hello there")));
    const span = only(spans);
    expect(span).toMatchObject({ name: "openai.chat.completions.create", status: { code: 1 } });
    expect(span.attributes["server.address"]).toBe(new URL(server.url).host);
    expect(describeSpan(span)).toMatchObject({
      type: "CHAT_MODEL",
      inputs: ask("hello there"),
      model: "gpt-5-mini-2025-08-07",
      provider: "openai",
      usage: { inputTokens: 2, outputTokens: 5, totalTokens: 7, cacheReadInputTokens: 2 },
      messages: [
        { role: "user", parts: [{ type: "text", text: "hello there" }] },
        { role: "assistant", parts: [{ type: "text", text: "You said: hello there" }], finishReason: "stop" },
      ],
    });
  });

  test("a stream is assembled into its message as it is read", async () => {
    const { spans } = await compare(async (client) =>
      collect(
        await client.chat.completions.create({
          ...ask("tell me more"),
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
    );
    const span = only(spans);
    expect(describeSpan(span)).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 6 },
      outputs: {
        object: "chat.completion",
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            message: { role: "assistant", content: "You said: tell me more" },
          },
        ],
      },
    });
    expect(span.events?.[0]).toMatchObject({ name: "mlflow.chunk.item.0" });
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0);
  });

  test("parallel tool calls in a stream are assembled by their index", async () => {
    const request = { ...ask("weather in Paris and Rome"), tools: [weatherTool], stream: true as const };
    const { spans } = await compare(async (client) => collect(await client.chat.completions.create(request)));
    const description = describeSpan(only(spans));
    expect(description.tools).toMatchObject([{ name: "weather" }]);
    expect(description.messages?.at(-1)).toMatchObject({
      role: "assistant",
      finishReason: "tool_calls",
      parts: [
        { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Paris" } },
        { type: "tool_call", id: "call_2", name: "weather", arguments: { city: "Rome" } },
      ],
    });
  });

  test("a stream that is left early is recorded up to where it was read", async () => {
    const { spans } = await compare(async (client) => {
      for await (const chunk of await client.chat.completions.create({ ...ask("a b c d"), stream: true })) {
        if (chunk.choices[0]?.delta.content) return chunk.choices[0].delta.content;
      }
      return undefined;
    });
    const span = only(spans);
    expect(span.attributes["spanbook.stream"]).toBe("left");
    expect(describeSpan(span).outputs).toMatchObject({ choices: [{ message: { content: "You " } }] });
  });

  test("both halves of a split stream are one call", async () => {
    const { spans } = await compare(async (client) => {
      const stream = await client.chat.completions.create({ ...ask("split"), stream: true });
      return Promise.all(stream.tee().map(collect));
    });
    expect(describeSpan(only(spans)).outputs).toMatchObject({
      choices: [{ message: { content: "You said: split" } }],
    });
  });

  test("a connection that is cut in the middle is an error, and the parts received are kept", async () => {
    const { spans, outcome } = await compare(async (client) =>
      collect(await client.chat.completions.create({ ...ask("now cut it"), stream: true })),
    );
    expect(outcome).toMatchObject({ name: "TypeError" });
    const span = only(spans);
    expect(span).toMatchObject({ status: { code: 2 } });
    expect(describeSpan(span).outputs).toMatchObject({ choices: [{ message: { content: "You said: " } }] });
  });

  test.each([400, 401, 429, 500])("status %i is an error with the provider's message", async (status) => {
    const { spans, outcome } = await compare((client) =>
      client.chat.completions.create(ask(`fail ${status}`)),
    );
    expect(outcome).toMatchObject({ status });
    expect(only(spans).status).toEqual({ code: 2, message: `${status} the model refused with ${status}` });
  });

  test("an aborted request is recorded as such", async () => {
    const { spans } = await compare((client) => {
      const controller = new AbortController();
      const answer = client.chat.completions.create(ask("never"), { signal: controller.signal });
      controller.abort();
      return answer;
    });
    expect(only(spans).status).toEqual({ code: 2, message: "Request was aborted." });
  });

  test("structured output is parsed as without tracing, in one span", async () => {
    const { spans, outcome } = await compare(async (client) => {
      const answer = await client.chat.completions.parse({
        ...ask("which city, Rome?"),
        response_format: zodResponseFormat(city, "city"),
      });
      return answer.choices[0]?.message.parsed;
    });
    expect(outcome).toEqual({ city: "Rome" });
    expect(describeSpan(only(spans)).outputs).toMatchObject({
      choices: [{ message: { parsed: { city: "Rome" } } }],
    });
  });

  test("the stream helper is recorded, and still emits its events", async () => {
    const { spans } = await compare(async (client) => {
      const stream = client.chat.completions.stream(ask("in pieces"));
      const texts: string[] = [];
      stream.on("content", (text) => texts.push(text));
      return [await stream.finalContent(), texts];
    });
    expect(describeSpan(only(spans)).outputs).toMatchObject({
      choices: [{ message: { content: "You said: in pieces" } }],
    });
  });

  test("a tool loop is one trace with a span for each turn", async () => {
    const { spans } = await compare((client) =>
      client.chat.completions
        .runTools({
          ...ask("weather in Paris and Oslo"),
          tools: [
            {
              type: "function",
              function: {
                ...weatherTool.function,
                parse: JSON.parse as (text: string) => { city: string },
                function: ({ city }: { city: string }) => `${city} is sunny`,
              },
            },
          ],
        })
        .finalContent(),
    );
    expect(toTree(spans)).toEqual([
      "openai.chat.completions.runTools",
      "  openai.chat.completions.create",
      "  openai.chat.completions.create",
    ]);
    expect(spans.map((span) => describeSpan(span).type)).toEqual(["AGENT", "CHAT_MODEL", "CHAT_MODEL"]);
    expect(describeSpan(spans[0]!).outputs).toMatchObject({
      role: "assistant",
      content: "I looked it up: Paris is sunny; Oslo is sunny",
    });
  });

  test("concurrent calls are separate spans, below their caller's", async () => {
    const world = createRecordingWorld();
    const client = tracedOpenAI(newClient(), world);
    await world.tracing.withSpan(
      () => Promise.all(["one", "two", "three"].map((text) => client.chat.completions.create(ask(text)))),
      { name: "fan out" },
    );
    expect(toTree(await world.onlyTrace())).toEqual([
      "fan out",
      ...Array.from({ length: 3 }, () => "  openai.chat.completions.create"),
    ]);
  });
});

describe("beyond the answer, the SDK's promise", () => {
  test("gives data and response through withResponse, and is recorded", async () => {
    const { spans } = await compare(async (client) => {
      const { data, response } = await client.chat.completions.create(ask("both")).withResponse();
      return [data, response.status];
    });
    expect(describeSpan(only(spans)).outputs).toMatchObject({ object: "chat.completion" });
  });

  test("leaves the body to the caller of asResponse, and the span ends with the response", async () => {
    const { spans } = await compare(async (client) => {
      const response = await client.chat.completions.create(ask("raw")).asResponse();
      return (await response.json()) as unknown;
    });
    const span = only(spans);
    expect(span.endTimeUnixNano).toBeDefined();
    expect(span.attributes["http.response.status_code"]).toBe(200);
  });

  test("is recorded even if it is only caught", async () => {
    const { spans } = await compare((client) =>
      client.chat.completions.create(ask("fail 400")).catch((error: Error) => error.message),
    );
    expect(only(spans).status).toMatchObject({ code: 2 });
  });

  test("is still the SDK's own, as is the stream", async () => {
    const { tracing } = createRecordingWorld();
    const client = tracedOpenAI(newClient(), { tracing });
    const promise = client.chat.completions.create({ ...ask("same"), stream: true });
    expect(promise.constructor.name).toBe("APIPromise");
    const stream = await promise;
    expect(stream.controller).toBeInstanceOf(AbortController);
    expect(await collect(stream)).toHaveLength(5);
  });
});

describe("responses", () => {
  test("a call records its items as messages", async () => {
    const request = { model, input: "hello again", instructions: "be brief" };
    const { spans } = await compare((client) => client.responses.create(request));
    expect(describeSpan(only(spans))).toMatchObject({
      type: "CHAT_MODEL",
      inputs: request,
      usage: { inputTokens: 2, outputTokens: 5, cacheReadInputTokens: 1 },
      outputs: { output_text: "You said: hello again" },
      messages: [{ role: "system" }, { role: "user" }, { role: "assistant" }],
    });
  });

  test("a stream ends with its final response", async () => {
    const { spans } = await compare(async (client) =>
      collect(await client.responses.create({ model, input: "tell me", stream: true })),
    );
    expect(describeSpan(only(spans)).outputs).toMatchObject({
      status: "completed",
      output: [{ type: "message", content: [{ text: "You said: tell me" }] }],
    });
  });

  test("a stream that is cut keeps the text received", async () => {
    const { spans } = await compare(async (client) =>
      collect(await client.responses.create({ model, input: "cut here", stream: true })),
    );
    const span = only(spans);
    expect(span.status).toMatchObject({ code: 2 });
    expect(describeSpan(span).outputs).toMatchObject({
      status: "in_progress",
      output: [{ content: [{ text: "You said: " }] }],
    });
  });

  test("structured output and function calls are passed on", async () => {
    const { outcome } = await compare(async (client) => {
      const parsed = await client.responses.parse({
        model,
        input: "which city, Oslo?",
        text: { format: zodTextFormat(city, "city") },
      });
      return parsed.output_parsed;
    });
    expect(outcome).toEqual({ city: "Oslo" });
    const { spans } = await compare((client) =>
      client.responses.create({
        model,
        input: "weather in Rome",
        tools: [{ type: "function", name: "weather", parameters: {}, strict: false }],
      }),
    );
    expect(describeSpan(only(spans)).messages?.at(-1)).toMatchObject({
      parts: [{ type: "tool_call", name: "weather", arguments: { city: "Rome" } }],
    });
  });
});

describe("embeddings", () => {
  test("vectors are counted, not kept", async () => {
    const { spans } = await compare((client) =>
      client.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two words"] }),
    );
    expect(describeSpan(only(spans))).toMatchObject({
      type: "EMBEDDING",
      usage: { inputTokens: 3, outputTokens: 0 },
      outputs: {
        data: [
          { index: 0, dimensions: 4 },
          { index: 1, dimensions: 4 },
        ],
      },
    });
  });
});

describe("switching", () => {
  test("a client is wrapped once, and untraced restores its own methods", async () => {
    const world = createRecordingWorld();
    const client = newClient();
    const { create } = client.chat.completions;
    expect(tracedOpenAI(tracedOpenAI(client, world), world)).toBe(client);
    await client.chat.completions.create(ask("once"));
    untraced(client);
    expect(client.chat.completions.create).toBe(create);
    expect(Object.keys(client.chat.completions)).toEqual(Object.keys(newClient().chat.completions));
    await client.chat.completions.create(ask("never"));
    expect(await world.onlyTrace()).toHaveLength(1);
  });

  test("a client without a recorder of its own follows init", async () => {
    const client = tracedOpenAI(newClient());
    await client.chat.completions.create(ask("before"));
    const store = createMemoryStore();
    init({ store });
    await withSpan(() => client.chat.completions.create(ask("after")), { name: "asked" });
    await shutdown();
    const { traces } = await store.search({ includeSpans: true });
    expect(traces.map(({ data }) => toTree(data.spans))).toEqual([
      ["asked", "  openai.chat.completions.create"],
    ]);
  });
});
