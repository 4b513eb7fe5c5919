/**
 * Keys, tokens and cookies pass through auto tracing on their way to a model. None of them may be stored, with or without
 * redaction: real libraries ask the server, and then every byte of the files and everything that can be read from them is
 * searched. Libraries that are installed separately are tested in test/interop/sdks.test.ts.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import * as gemini from "@google/genai";
import * as langchain from "@langchain/core/callbacks/manager";
import { ChatOpenAI } from "@langchain/openai";
import * as mcp from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import * as agents from "@openai/agents";
import * as ai from "ai";
import * as ollama from "ollama";
import * as openai from "openai";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { autolog } from "@spanbook/core/auto";
import { traceFetch } from "@spanbook/core/fetch";
import { newPath, open } from "../store-sqljs/support.js";
import { startModelServer, type ModelServer } from "../support/model-server/server.js";
import { closeAndRead, expectNowhere } from "../support/stored-bytes.js";
import { createRecordingWorld } from "../support/tracing.js";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

/** Forms that no pattern knows, so that only leaving them alone keeps them out. */
const apiKey = "tell-tale-of-the-api-key";
const headers = {
  authorization: "Bearer tell-tale-of-the-token",
  cookie: "session=tell-tale-of-the-cookie",
  "x-custom": "tell-tale-of-a-header",
};
const query = { key: "tell-tale-of-the-query" };
const common = "tell-tale";

const messages = (text: string) => [{ role: "user" as const, content: text }];

/** A call for each library; the secrets go wherever it accepts any. */
const libraries: Record<string, (text: string) => Promise<unknown>> = {
  openai: (text) =>
    new openai.OpenAI({
      apiKey,
      baseURL: `${server.url}/v1`,
      maxRetries: 0,
      defaultHeaders: headers,
      defaultQuery: query,
    }).chat.completions.create({ model: "gpt-5-mini", messages: messages(text) }, { headers, query }),
  "openai, streamed": async (text) => {
    const client = new openai.OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
    const request = { model: "gpt-5-mini", input: text, stream: true } as const;
    for await (const event of await client.responses.create(request, { headers, query })) void event;
  },
  anthropic: (text) =>
    new anthropic.Anthropic({
      apiKey,
      baseURL: server.url,
      maxRetries: 0,
      defaultHeaders: headers,
      defaultQuery: query,
    }).messages.create({ model: "haiku-test", max_tokens: 9, messages: messages(text) }, { headers, query }),
  gemini: (text) =>
    new gemini.GoogleGenAI({ apiKey, httpOptions: { baseUrl: server.url, headers } }).models.generateContent({
      model: "gemini-3-flash",
      contents: text,
      config: { httpOptions: { headers } },
    }),
  ollama: (text) =>
    new ollama.Ollama({ host: server.url, headers }).chat({ model: "llama4", messages: messages(text) }),
  fetch: async (text) => {
    const url = `${server.url}/v1/chat/completions?${new URLSearchParams(query).toString()}`;
    const body = JSON.stringify({ messages: messages(text) });
    const response = await fetch(url, { method: "POST", headers, body });
    return response.text();
  },
  langchain: (text) =>
    new ChatOpenAI({
      model: "gpt-5-mini",
      apiKey,
      maxRetries: 0,
      configuration: { baseURL: `${server.url}/v1`, defaultHeaders: headers, defaultQuery: query },
    }).invoke(text, { options: { headers, query } }),
  ai: (text) => {
    const options = { name: "local", apiKey, baseURL: `${server.url}/v1`, headers, queryParams: query };
    const model = createOpenAICompatible(options)("gpt-5-mini");
    return ai.generateText({ model, prompt: text, headers, maxRetries: 0 });
  },
  agents: (text) => {
    const options = { apiKey, baseURL: `${server.url}/v1`, defaultHeaders: headers, defaultQuery: query };
    agents.setDefaultOpenAIClient(new openai.OpenAI({ ...options, maxRetries: 0 }));
    return agents.run(new agents.Agent({ name: "Talker", model: "gpt-5-mini" }), text);
  },
};

/** A server of tools over HTTP, and a client that may use it; gives the URL and headers of its requests. */
async function serveTools() {
  const requests: string[] = [];
  let isRefusing = false;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(JSON.stringify([request.url, request.headers]));
    if (isRefusing || request.method !== "POST") {
      response.writeHead(isRefusing ? 401 : 405).end();
      return;
    }
    const tools = new McpServer({ name: "words", version: "1.0.0" });
    const answerWith = () => ({ content: [{ type: "text" as const, text: "a word" }] });
    tools.registerTool("tell", { inputSchema: { what: z.string() } }, answerWith);
    const transport = new StreamableHTTPServerTransport();
    await tools.connect(transport as Transport);
    await transport.handleRequest(request, response);
  }
  const http = createServer((request, response) => void answer(request, response));
  await once(http.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void http.close());
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const client = new mcp.Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  return {
    client,
    requests,
    connect: () =>
      client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as Transport),
    refuse: () => (isRefusing = true),
  };
}

/** Runs a program with everything traced, and the store in a file; gives everything that a search of the store can see. */
async function storedBy(program: () => Promise<unknown>): Promise<string> {
  const store = await open(newPath());
  const world = createRecordingWorld({ store });
  const modules = { agents, ai, anthropic, gemini, langchain, mcp, ollama, openai };
  const stops = [autolog(modules, world), traceFetch(world)];
  onTestFinished(() => stops.forEach((stop) => stop()));
  await program();
  stops.forEach((stop) => stop());
  const read = JSON.stringify(await world.allTraces(), (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(world.errors).toEqual([]);
  return `${read}\n${await closeAndRead(store)}`;
}

for (const [library, call] of Object.entries(libraries)) {
  test(`nothing that ${library} sends as credentials is stored, whether the call works or fails`, async () => {
    const sent = server.requests.length;
    const stored = await storedBy(async () => {
      await call("tell me a word");
      await call("fail 401 and say so").catch(() => undefined);
    });
    const requests = server.requests.slice(sent);
    expect(requests.length).toBeGreaterThanOrEqual(2);
    expect(requests.every((request) => JSON.stringify(request.headers).includes(common))).toBe(true);
    // The search sees what is stored: the questions, except for fetch, which stores no bodies.
    expect(stored).toContain(library === "fetch" ? "chat/completions" : "tell me a word");
    expectNowhere(common, stored);
  });
}

test("nothing that a client of tools sends as credentials is stored, whether the call works or fails", async () => {
  const { client, requests, connect, refuse } = await serveTools();
  const stored = await storedBy(async () => {
    await connect();
    await client.callTool({ name: "tell", arguments: { what: "tell me a word" } });
    refuse();
    await expect(client.callTool({ name: "tell", arguments: { what: "once more" } })).rejects.toThrow();
  });
  expect(requests.length).toBeGreaterThanOrEqual(4);
  expect(requests.every((request) => request.includes(common))).toBe(true);
  for (const text of ["tell me a word", "once more"]) expect(stored).toContain(text);
  expectNowhere(common, stored);
});

test("the search finds a secret that a program passes to its own traced function", async () => {
  const store = await open(newPath());
  const world = createRecordingWorld({ store });
  world.tracing.trace((options: object) => options)({ headers });
  await world.tracing.flush();
  expect(await closeAndRead(store)).toContain(common);
});
