import * as anthropic from "@anthropic-ai/sdk";
import * as gemini from "@google/genai";
import * as langchain from "@langchain/core/callbacks/manager";
import { RunnableLambda } from "@langchain/core/runnables";
import * as mcp from "@modelcontextprotocol/sdk/client/index.js";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import * as ai from "ai";
import * as ollama from "ollama";
import * as openai from "openai";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { autolog, traced, untraced } from "@spanbook/core/auto";
import { compareTraced } from "../../support/compare-traced.js";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { createRecordingWorld } from "../../support/tracing.js";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const secret = "key-not-for-traces";
const messages = [{ role: "user" as const, content: "hello there" }];

const newOpenAI = () => new openai.OpenAI({ apiKey: secret, baseURL: `${server.url}/v1`, maxRetries: 0 });
const newAnthropic = () => new anthropic.Anthropic({ apiKey: secret, baseURL: server.url, maxRetries: 0 });
const newGemini = () => new gemini.GoogleGenAI({ apiKey: secret, httpOptions: { baseUrl: server.url } });
const newOllama = () => new ollama.Ollama({ host: server.url });
const ask = (client: openai.OpenAI) => client.chat.completions.create({ model: "gpt-5-mini", messages });
const askGemini = (client: gemini.GoogleGenAI) =>
  client.models.generateContent({
    model: "gemini-3-flash",
    contents: "hello there",
    config: { httpOptions: { headers: { authorization: secret } } },
  });

/** For each library a client and two calls of it: a plain one, and a stream that is read. */
const clients = {
  openai: {
    newClient: newOpenAI,
    async call(client: openai.OpenAI) {
      await ask(client);
      return client.chat.completions.stream({ model: "gpt-5-mini", messages }).finalContent();
    },
    spanNames: ["openai.chat.completions.create", "openai.chat.completions.create"],
  },
  anthropic: {
    newClient: newAnthropic,
    async call(client: anthropic.Anthropic) {
      const request = { model: "haiku-test", max_tokens: 9, messages };
      await client.messages.create(request);
      return client.messages.stream(request).finalText();
    },
    spanNames: ["anthropic.messages.create", "anthropic.messages.create"],
  },
  gemini: {
    newClient: newGemini,
    async call(client: gemini.GoogleGenAI) {
      await askGemini(client);
      const texts: unknown[] = [];
      const chat = client.chats.create({ model: "gemini-3-flash" });
      for await (const { text } of await chat.sendMessageStream({ message: "hello there" })) texts.push(text);
      return texts.join("");
    },
    spanNames: ["gemini.models.generateContent", "gemini.models.generateContentStream"],
  },
  ollama: {
    newClient: newOllama,
    async call(client: ollama.Ollama) {
      await client.generate({ model: "llama4", prompt: "hello there" });
      const texts: string[] = [];
      for await (const { message } of await client.chat({ model: "llama4", messages, stream: true })) {
        texts.push(message.content);
      }
      return texts.join("");
    },
    spanNames: ["ollama.generate", "ollama.chat"],
  },
} as const;
const modules = { openai, anthropic, gemini, ollama };
const libraries = Object.keys(clients) as (keyof typeof clients)[];

function callOf(library: keyof typeof clients): {
  newClient(): object;
  call(client: object): Promise<unknown>;
  spanNames: readonly string[];
} {
  return clients[library] as never;
}

test.each(libraries)(
  "autolog records every client of %s, including those made before it",
  async (library) => {
    const { newClient, call, spanNames } = callOf(library);
    const before = newClient();
    const { outcome, spans } = await compareTraced(
      secret,
      () => call(newClient()),
      (world) => {
        const stop = autolog({ [library]: modules[library] }, world);
        return call(before).finally(stop);
      },
    );
    expect(outcome).toBe("You said: hello there");
    expect(spans.map(({ name, status }) => [name, status?.code])).toEqual(spanNames.map((name) => [name, 1]));
  },
);

test.each(libraries)("traced recognises a client of %s by its methods", async (library) => {
  const { newClient, call, spanNames } = callOf(library);
  const world = createRecordingWorld();
  const client = newClient();
  expect(traced(client, world)).toBe(client);
  await call(client);
  expect((await world.allTraces()).map(({ info }) => info.name)).toEqual(spanNames);
  await call(untraced(client));
  expect(await world.allTraces()).toHaveLength(2);
});

test("traced and autolog recognise MCP clients", async () => {
  const world = createRecordingWorld();
  const newClient = () => new mcp.Client({ name: "test", version: "1.0.0" });
  const stop = autolog({ mcp }, world);
  const fail = (client: mcp.Client) => client.callTool({ name: "weather" }).catch(() => undefined);
  await fail(newClient());
  stop();
  await fail(newClient());
  await fail(traced(newClient(), world));
  expect((await world.allTraces()).map(({ info }) => [info.name, info.state])).toEqual([
    ["weather", "ERROR"],
    ["weather", "ERROR"],
  ]);
});

test("autolog records LangChain and the Vercel AI SDK, and one call switches both off", async () => {
  const world = createRecordingWorld();
  const provider = createOpenAICompatible({ name: "local", baseURL: `${server.url}/v1` });
  const program = async () => {
    await ai.generateText({ model: provider("gpt-5-mini"), prompt: "hello there" });
    await RunnableLambda.from((text: string) => text.length).invoke("hello there");
  };
  const stop = autolog({ ai, langchain, openai: undefined }, world);
  await program();
  stop();
  await program();
  const names = (await world.allTraces()).map(({ info }) => info.name);
  expect(names).toEqual(["ai.generateText", "RunnableLambda"]);
});

test("autolog without modules records what can be reached through globals, and only once if called twice", async () => {
  const world = createRecordingWorld();
  const provider = createOpenAICompatible({ name: "local", baseURL: `${server.url}/v1` });
  const program = () => ai.generateText({ model: provider("gpt-5-mini"), prompt: "hello there" });
  autolog(undefined, world);
  const stop = autolog(undefined, world);
  onTestFinished(stop);
  await program();
  stop();
  await program();
  expect(await world.onlyTrace()).toHaveLength(2);
});

test("autolog also accepts just the class, or an instance if that is the module's default export", async () => {
  const world = createRecordingWorld();
  const stop = autolog({ openai: openai.OpenAI, ollama: ollama.default }, world);
  onTestFinished(stop);
  await ask(newOpenAI());
  await newOllama().embed({ model: "nomic", input: "one" });
  expect(await world.allTraces()).toHaveLength(2);
});

test("a client that is traced individually is recorded once, by its own recorder", async () => {
  const [world, own] = [createRecordingWorld(), createRecordingWorld()];
  const before = traced(newOpenAI(), own);
  const stop = autolog({ openai, gemini }, world);
  onTestFinished(stop);
  await ask(before);
  await ask(traced(newOpenAI(), own));
  await askGemini(traced(newGemini(), own));
  expect(await world.allTraces()).toEqual([]);
  expect(await own.allTraces()).toHaveLength(3);
  await ask(untraced(before));
  expect(await world.onlyTrace()).toHaveLength(1);
});

test("an unknown library throws at once, with a list of the known ones, and leaves nothing switched on", async () => {
  const world = createRecordingWorld();
  expect(() => traced(new Map(), world)).toThrow(
    new TypeError(
      "traced needs a client of openai, @anthropic-ai/sdk, @google/genai, ollama, @modelcontextprotocol/sdk, got Map; for libraries without a client use autolog",
    ),
  );
  expect(() => traced(undefined as never)).toThrow("got undefined");
  expect(() => autolog({ openai, bard: {} } as never, world)).toThrow(
    /^autolog takes agents, ai, .*, got bard$/,
  );
  expect(() => autolog({ openai, anthropic: gemini }, world)).toThrow(
    "autolog needs the module @anthropic-ai/sdk as anthropic, got something else",
  );
  await ask(newOpenAI());
  expect(await world.allTraces()).toEqual([]);
});
