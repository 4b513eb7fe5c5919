/** The page in which the SDKs call a server. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import * as callbacks from "@langchain/core/callbacks/manager";
import { tool as langchainTool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import * as agents from "@openai/agents";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { Ollama } from "ollama/browser";
import OpenAI from "openai";
import { z } from "zod";
import { traceAgents } from "@spanbook/core/agents";
import { traceAi } from "@spanbook/core/ai";
import { tracedAnthropic } from "@spanbook/core/anthropic";
import { traceFetch } from "@spanbook/core/fetch";
import { tracedGemini } from "@spanbook/core/gemini";
import { traceLangChain } from "@spanbook/core/langchain";
import { traceLanguageModel } from "@spanbook/core/language-model";
import { tracedOllama } from "@spanbook/core/ollama";
import { collect, showSdks, type Sdk } from "./show-sdks.js";

const key = "key-not-for-traces";
const parameters = { type: "object" as const, properties: { city: { type: "string" } } };
const isSunny = ({ city }: { city: string }) => Promise.resolve(`${city} is sunny`);
const question = "weather in Paris and Rome";

const sdks: Record<string, Sdk> = {
  anthropic(url, tracing) {
    const plain = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0, dangerouslyAllowBrowser: true });
    const client = tracing ? tracedAnthropic(plain, { tracing }) : plain;
    const request = (content: string) => ({
      model: "haiku-test",
      max_tokens: 100,
      messages: [{ role: "user" as const, content }],
    });
    return {
      program: {
        plain: async () => (await client.messages.create(request("hello there"))).content,
        stream: async () => collect(await client.messages.create({ ...request("in pieces"), stream: true })),
        loop: async () => {
          const run = async (input: unknown) => isSunny(input as { city: string });
          const weather = { name: "weather", description: "of a city", input_schema: parameters, run };
          const message = await client.beta.messages.toolRunner({
            ...request(question),
            tools: [{ ...weather, type: "custom", parse: (input: unknown) => input }],
          });
          return message.content;
        },
      },
    };
  },
  gemini(url, tracing) {
    const plain = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    const client = tracing ? tracedGemini(plain, { tracing }) : plain;
    const model = "gemini-3-flash";
    const texts = async (contents: string) => {
      const said: unknown[] = [];
      for await (const part of await client.models.generateContentStream({ model, contents })) {
        said.push(part.text);
      }
      return said;
    };
    return {
      program: {
        plain: async () => (await client.models.generateContent({ model, contents: "hello there" })).text,
        stream: () => texts("in pieces"),
        loop: async () => {
          const chat = client.chats.create({
            model,
            config: {
              tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: parameters }] }],
            },
          });
          const { functionCalls = [] } = await chat.sendMessage({ message: question });
          const message = await Promise.all(
            functionCalls.map(async ({ name = "", args }) => ({
              functionResponse: { name, response: { output: await isSunny(args as { city: string }) } },
            })),
          );
          return (await chat.sendMessage({ message })).text;
        },
      },
    };
  },
  ollama(url, tracing) {
    const plain = new Ollama({ host: url });
    const client = tracing ? tracedOllama(plain, { tracing }) : plain;
    const model = "llama4";
    const user = (content: string) => ({ role: "user", content });
    return {
      program: {
        plain: async () => (await client.chat({ model, messages: [user("hello there")] })).message,
        stream: async () =>
          collect(await client.chat({ model, messages: [user("in pieces")], stream: true })),
        loop: async () => {
          const messages: { role: string; content: string }[] = [user(question)];
          const tools = [
            { type: "function", function: { name: "weather", description: "of a city", parameters } },
          ];
          const { message } = await client.chat({ model, messages, tools });
          messages.push(message);
          for (const call of message.tool_calls ?? []) {
            messages.push({
              role: "tool",
              content: await isSunny(call.function.arguments as { city: string }),
            });
          }
          return (await client.chat({ model, messages, tools })).message;
        },
      },
    };
  },
  ai(url, tracing) {
    const stop = tracing && traceAi({ tracing });
    const provider = createOpenAICompatible({ name: "local", apiKey: key, baseURL: `${url}/v1` });
    const model = provider("gpt-5-mini");
    const weather = tool({
      description: "of a city",
      inputSchema: z.object({ city: z.string() }),
      execute: isSunny,
    });
    return {
      ...(stop && { stop }),
      program: {
        plain: async () => (await generateText({ model, prompt: "hello there" })).text,
        stream: async () => collect(streamText({ model, prompt: "in pieces" }).textStream),
        loop: async () => {
          const stopWhen = stepCountIs(3);
          return (await generateText({ model, prompt: question, tools: { weather }, stopWhen })).text;
        },
      },
    };
  },
  langchain(url, tracing) {
    const stop = tracing && traceLangChain(callbacks, { tracing });
    const model = new ChatOpenAI({
      model: "gpt-5-mini",
      apiKey: key,
      maxRetries: 0,
      configuration: { baseURL: `${url}/v1`, dangerouslyAllowBrowser: true },
    });
    const weather = langchainTool(isSunny, {
      name: "weather",
      description: "of a city",
      schema: z.object({ city: z.string() }),
    });
    return {
      ...(stop && { stop }),
      program: {
        plain: async () => (await model.invoke("hello there")).content,
        stream: async () => (await collect(await model.stream("in pieces"))).map(({ content }) => content),
        loop: async () => {
          const asking = model.bindTools([weather]);
          const message = await asking.invoke(question);
          const results: unknown[] = [];
          for (const call of message.tool_calls ?? []) results.push(await weather.invoke(call as never));
          const user = { role: "user", content: question };
          return (await asking.invoke([user, message, ...results] as never)).content;
        },
      },
    };
  },
  agents(url, tracing) {
    const stop = tracing && traceAgents(agents, { tracing });
    agents.setDefaultOpenAIClient(
      new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0, dangerouslyAllowBrowser: true }),
    );
    const weather = agents.tool({
      name: "weather",
      description: "of a city",
      parameters: z.object({ city: z.string() }),
      execute: isSunny,
    });
    const agent = new agents.Agent({ name: "Forecaster", model: "gpt-5-mini", tools: [weather] });
    return {
      ...(stop && { stop }),
      program: {
        plain: async () => (await agents.run(agent, "hello there")).finalOutput,
        stream: async () => {
          const stream = await agents.run(agent, "in pieces", { stream: true });
          const types = (await collect(stream)).map(({ type }) => type);
          return [types, stream.finalOutput];
        },
        loop: async () => (await agents.run(agent, question)).finalOutput,
      },
    };
  },
  fetch(url, tracing) {
    const stop = tracing && traceFetch({ tracing, propagateTo: [location.origin] });
    const post = (body: object) =>
      fetch(`${url}/api/chat?key=${key}`, { method: "POST", body: JSON.stringify(body) });
    const messages = [{ role: "user", content: "in pieces" }];
    return {
      ...(stop && { stop }),
      program: {
        plain: async () => {
          const response = await post({ model: "llama4", messages });
          return [response.status, await response.json()];
        },
        stream: async () => {
          const { body } = await post({ model: "llama4", messages, stream: true });
          const texts = [];
          const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
          for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
            texts.push(part.value);
          }
          return texts.join("");
        },
        loop: async () => {
          const responses = await Promise.all([fetch("/"), fetch("/")]);
          return Promise.all(responses.map((response) => response.text()));
        },
      },
    };
  },
  // Chromium has the interface; no model comes with it.
  "language model"(_url, tracing) {
    const stop = tracing && traceLanguageModel({ tracing });
    const { LanguageModel } = globalThis as unknown as {
      LanguageModel?: { availability(): Promise<string>; create(): Promise<unknown> };
    };
    return {
      ...(stop && { stop }),
      program: {
        plain: async () => LanguageModel?.availability(),
        stream: async () => LanguageModel?.create().catch((error: Error) => [error.name, error.message]),
      },
    };
  },
};

showSdks(sdks, key);
