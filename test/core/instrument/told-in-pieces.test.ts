/** Answers in pieces, rare parts of the SDKs' protocols, and how calls end: against answers as they are sent on the wire. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { traced } from "@spanbook/core/auto";
import { describeSpan } from "@spanbook/core/model";
import { untraced } from "@spanbook/core/openai";
import { createRecordingWorld } from "../../support/tracing.js";

let url: string;
let answer: (response: ServerResponse) => void;
const server = createServer((request, response) => {
  request.resume().on("end", () => answer(response));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

function answerWith(document: unknown, status = 200): void {
  answer = (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
  };
}

function answerEvents(events: readonly object[], isCut = false): void {
  answer = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of events) {
      const { type } = event as { readonly type?: string };
      response.write(`${type ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
    }
    // What was written should arrive first.
    if (isCut) response.write("\n", () => setImmediate(() => response.destroy()));
    else response.end("data: [DONE]\n\n");
  };
}

const sdkOptions = { apiKey: "key", maxRetries: 0, logLevel: "off" } as const;
const newOpenAI = () => new OpenAI({ ...sdkOptions, baseURL: url });
const newAnthropic = () => new Anthropic({ ...sdkOptions, baseURL: url });
const newOllama = () => new Ollama({ host: url });
const model = "m";
const messages = [{ role: "user" as const, content: "Why?" }];
const ask = { model, messages };
const askStream = { ...ask, stream: true as const };

async function readAll<Item>(stream: PromiseLike<AsyncIterable<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of await stream) items.push(item);
  return items;
}

/** The span of the program's only call, and its outputs. */
async function recordOne<Client extends object>(
  client: Client,
  program: (client: Client) => Promise<unknown>,
) {
  const world = createRecordingWorld();
  await program(traced(client, world)).catch(() => undefined);
  expect(world.errors).toEqual([]);
  const [span, ...others] = await world.onlyTrace();
  if (!span || others.length > 0) throw new Error(`expected one span, got ${1 + others.length}`);
  return { span, outputs: describeSpan(span).outputs };
}

const delta = (fields: object, others: object = {}) => ({
  id: "c",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta: fields, finish_reason: null, ...others }],
});

async function foldChat(...chunks: object[]): Promise<unknown> {
  answerEvents(chunks);
  const { outputs } = await recordOne(newOpenAI(), (client) =>
    readAll(client.chat.completions.create(askStream)),
  );
  return (outputs as { readonly choices: unknown }).choices;
}

describe("a streamed chat completion", () => {
  test("assembles tool calls by their index, from whatever it starts, and keeps apart calls that share one", async () => {
    const call = (index: number, fields: object) => delta({ tool_calls: [{ index, ...fields }] });
    const begun = (index: number, id: string) => call(index, { id, function: { name: id, arguments: "" } });
    const going = (index: number, text: string, id?: string) =>
      call(index, { ...(id !== undefined && { id }), function: { arguments: text } });
    const whole = (id: string, text: string) => ({ id, function: { name: id, arguments: text } });
    const calls = (...all: object[]) => [{ index: 0, message: { tool_calls: all } }];

    const chunks = [
      begun(2, "b"),
      begun(1, "a"),
      going(2, "{"),
      going(1, "[", ""),
      going(2, "}"),
      going(1, "]"),
    ];
    expect(await foldChat(...chunks)).toEqual(calls(whole("a", "[]"), whole("b", "{}")));
    expect(await foldChat(begun(0, "a"), going(0, "[]"), begun(0, "b"), going(0, "{}"))).toEqual(
      calls(whole("a", "[]"), whole("b", "{}")),
    );
  });

  test("has its choices in order, each with the log probabilities of all its tokens", async () => {
    const token = (index: number, content: string) =>
      delta({ content }, { index, logprobs: { content: [{ token: content, logprob: -1 }], refusal: null } });
    const whole = (index: number, ...tokens: string[]) => ({
      index,
      message: { content: tokens.join("") },
      logprobs: { content: tokens.map((one) => ({ token: one, logprob: -1 })), refusal: null },
    });
    const choices = await foldChat(token(1, "b"), token(0, "a"), token(1, "B"), token(0, "A"));
    expect(choices).toEqual([whole(0, "a", "A"), whole(1, "b", "B")]);
  });

  test("assembles everything else that comes in pieces: a function call, audio, reasoning, annotations", async () => {
    const part = (text: string) => ({ type: "reasoning.text", index: 0, format: "v1", text });
    const choices = await foldChat(
      delta({
        role: "assistant",
        function_call: { name: "f", arguments: '{"a"' },
        audio: { id: "x", data: "AA" },
      }),
      delta({ function_call: { arguments: ":1}" }, audio: { data: "BB" }, reasoning_details: [part("th")] }),
      delta({ reasoning_details: [part("ink")], annotations: [{ url: "a" }] }),
      delta({ annotations: [{ url: "b" }] }),
    );
    expect(choices).toEqual([
      {
        index: 0,
        message: {
          role: "assistant",
          function_call: { name: "f", arguments: '{"a":1}' },
          audio: { id: "x", data: "AABB" },
          reasoning_details: [part("think")],
          annotations: [{ url: "a" }, { url: "b" }],
        },
      },
    ]);
  });

  test("whose chunks name prototypes changes none", async () => {
    const chunk = JSON.parse(
      '{"__proto__":{"polluted":{"a":"b"}},"constructor":{"prototype":{"polluted":1}}}',
    ) as object;
    await foldChat(delta(chunk), delta(chunk));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("records its tokens however long it was", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 300, total_tokens: 301 };
    const chunks = [...Array<object>(300).fill(delta({ content: "a" })), { choices: [], usage }];
    answerEvents(chunks);
    const world = createRecordingWorld({ maxValueCharacters: 10_000 });
    await readAll(traced(newOpenAI(), world).chat.completions.create(askStream));
    const [span] = await world.onlyTrace();
    expect(span?.attributes["spanbook.dropped_chunks"]).toBe(137);
    expect(span && describeSpan(span).usage).toMatchObject({ totalTokens: 301 });
  });
});

test("a streamed text completion is assembled, with its tokens", async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const piece = (text: string) => ({ object: "text_completion", model: "n", choices: [{ index: 0, text }] });
  answerEvents([piece("Hel"), { ...piece("lo"), usage }]);
  const { span, outputs } = await recordOne(newOpenAI(), (client) =>
    readAll(client.completions.create({ model, prompt: "Hi", stream: true })),
  );
  expect(outputs).toMatchObject({ object: "text_completion", choices: [{ index: 0, text: "Hello" }] });
  expect(describeSpan(span)).toMatchObject({ model: "n", usage: { totalTokens: 3 } });
});

test("a stream of images records sizes instead of data, and its tokens", async () => {
  const usage = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
  const image = "QUFB";
  answerEvents([
    { type: "image_generation.partial_image", b64_json: image },
    { type: "image_generation.completed", b64_json: image, usage },
  ]);
  const { span, outputs } = await recordOne(newOpenAI(), (client) =>
    readAll(client.images.generate({ model, prompt: "blue", stream: true })),
  );
  expect(outputs).toEqual({ type: "image_generation.completed", sizeBytes: 3, usage });
  expect(describeSpan(span).usage).toMatchObject({ totalTokens: 3 });
  expect(JSON.stringify(span)).not.toContain(image);
});

test("a file that is sent is recorded by name and size", async () => {
  answerWith({ data: [] });
  const { span } = await recordOne(newOpenAI(), (client) =>
    client.images.edit({ prompt: "bluer", image: new File(["12345"], "sky.png", { type: "image/png" }) }),
  );
  expect(describeSpan(span).inputs).toMatchObject({ image: { name: "sky.png", type: "image/png", size: 5 } });
});

describe("responses", () => {
  test("that break off keep what they had of reasoning, refusals and tool inputs", async () => {
    const added = (output_index: number, item: object) => ({
      type: "response.output_item.added",
      output_index,
      item,
    });
    const text = (kind: string, output_index: number, fields: object) => ({
      type: `response.${kind}.delta`,
      output_index,
      ...fields,
    });
    answerEvents(
      [
        { type: "response.created", response: { id: "r", output: [] } },
        added(0, { type: "reasoning", summary: [] }),
        text("reasoning_summary_text", 0, { summary_index: 0, delta: "Th" }),
        text("reasoning_summary_text", 0, { summary_index: 0, delta: "ink" }),
        added(1, { type: "message", role: "assistant", content: [] }),
        text("output_text", 1, { content_index: 0, delta: "Well, " }),
        text("refusal", 1, { content_index: 1, delta: "no" }),
        added(2, { type: "custom_tool_call", name: "f", input: "" }),
        text("custom_tool_call_input", 2, { delta: "in" }),
      ],
      true,
    );
    const { span, outputs } = await recordOne(newOpenAI(), (client) =>
      readAll(client.responses.create({ model, input: "Why?", stream: true })),
    );
    expect(span.status?.code).toBe(2);
    expect(outputs).toMatchObject({
      output: [
        { summary: [{ type: "summary_text", text: "Think" }] },
        {
          content: [
            { type: "output_text", text: "Well, " },
            { type: "refusal", refusal: "no" },
          ],
        },
        { type: "custom_tool_call", input: "in" },
      ],
    });
  });

  test("of the beta are recorded too", async () => {
    answerWith({ object: "response", model: "n", output: [] });
    const { span } = await recordOne(newOpenAI(), (client) =>
      client.beta.responses.create({ model, input: "Why?" }),
    );
    expect(span.name).toBe("openai.beta.responses.create");
    expect(describeSpan(span).model).toBe("n");
  });
});

test("a streamed Anthropic message has the signature of its thinking, and its compaction", async () => {
  const block = (index: number, content_block: object, ...deltas: object[]) => [
    { type: "content_block_start", index, content_block },
    ...deltas.map((piece) => ({ type: "content_block_delta", index, delta: piece })),
  ];
  answerEvents([
    { type: "message_start", message: { role: "assistant", content: [] } },
    ...block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "signature_delta", signature: "sig" },
    ),
    ...block(1, { type: "compaction", content: null }, { type: "compaction_delta", content: "in short" }),
    { type: "message_stop" },
  ]);
  const { outputs } = await recordOne(newAnthropic(), (client) =>
    readAll(client.messages.create({ ...askStream, max_tokens: 9 })),
  );
  expect(outputs).toMatchObject({ content: [{ signature: "sig" }, { content: "in short" }] });
});

test("Gemini's reason for not answering is recorded", async () => {
  const promptFeedback = { blockReason: "SAFETY" };
  answerWith({ promptFeedback });
  const gemini = new GoogleGenAI({ apiKey: "key", httpOptions: { baseUrl: url } });
  const { outputs } = await recordOne(gemini, (client) =>
    client.models.generateContent({ model, contents: "Why?" }),
  );
  expect(outputs).toEqual({ promptFeedback });
});

test("Ollama's streamed text has its thinking and log probabilities", async () => {
  const parts = [
    { response: "", thinking: "h" },
    { response: "", thinking: "m" },
    { response: "a", logprobs: [{ token: "a" }] },
    { response: "b", logprobs: [{ token: "b" }] },
    { response: "", done: true },
  ];
  answer = (response) => response.end(parts.map((part) => `${JSON.stringify(part)}\n`).join(""));
  const { outputs } = await recordOne(newOllama(), (client) =>
    readAll(client.generate({ model, prompt: "Why?", stream: true })),
  );
  expect(outputs).toMatchObject({
    response: "ab",
    thinking: "hm",
    logprobs: [{ token: "a" }, { token: "b" }],
  });
});

describe("how a call ends", () => {
  test("a stream that the program aborts, which then ends without an error, is marked as left", async () => {
    const abortAtFirst = async (
      stream: AsyncIterable<unknown> & { readonly controller: AbortController },
    ) => {
      for await (const _chunk of stream) stream.controller.abort();
    };
    answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(delta({ content: "a" }))}\n\n`);
    };
    const openai = await recordOne(newOpenAI(), async (client) =>
      abortAtFirst(await client.chat.completions.create(askStream)),
    );
    answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('event: ping\ndata: {"type":"ping"}\n\n');
      response.write('event: message_start\ndata: {"type":"message_start","message":{"content":[]}}\n\n');
    };
    const anthropic = await recordOne(newAnthropic(), async (client) =>
      abortAtFirst(await client.messages.create({ ...askStream, max_tokens: 9 })),
    );
    for (const { span } of [openai, anthropic]) expect(span.attributes["spanbook.stream"]).toBe("left");
  });

  test("an error is named by its class if the SDK gives it no other name", async () => {
    answerWith({ error: { message: "slow down" } }, 429);
    const { span } = await recordOne(newOpenAI(), (client) => client.chat.completions.create(ask));
    expect(span.events?.[0]?.attributes?.["exception.type"]).toBe("RateLimitError");
  });

  test.each(["parse", "asResponse", "withResponse"] as const)(
    "an unhandled error of %s stays unhandled",
    async (method) => {
      answerWith({ error: { message: "no" } }, 400);
      const { tracing } = createRecordingWorld();
      const unhandled = vi.fn<(error: unknown) => void>();
      const told = new Promise((resolve) => unhandled.mockImplementation(resolve));
      const others = process.listeners("unhandledRejection");
      process.removeAllListeners("unhandledRejection").on("unhandledRejection", unhandled);
      try {
        const client = traced(newOpenAI(), { tracing });
        void (client.chat.completions.create(ask) as unknown as Record<string, () => unknown>)[method]?.();
        expect(await told).toBeInstanceOf(OpenAI.BadRequestError);
      } finally {
        process.removeAllListeners("unhandledRejection");
        for (const other of others) process.on("unhandledRejection", other);
      }
    },
  );
});

test.each([
  ["openai", newOpenAI],
  ["@anthropic-ai/sdk", newAnthropic],
] as const)("the copy of a client of %s that withOptions makes is traced", async (_sdk, newClient) => {
  answerWith({ role: "assistant", choices: [], content: [] });
  const world = createRecordingWorld();
  const client: OpenAI | Anthropic = traced(newClient() as OpenAI | Anthropic, world);
  const askBy = (one: OpenAI | Anthropic) =>
    one instanceof OpenAI ? one.chat.completions.create(ask) : one.messages.create({ ...ask, max_tokens: 9 });
  const copy = client.withOptions({ timeout: 60_000 });
  expect(copy).toBeInstanceOf(client.constructor);
  await askBy(copy);
  await askBy(copy.withOptions({ maxRetries: 0 }));
  expect(await world.allTraces()).toHaveLength(2);
  await askBy(untraced(client).withOptions({ timeout: 60_000 }));
  expect(await world.allTraces()).toHaveLength(2);
});
