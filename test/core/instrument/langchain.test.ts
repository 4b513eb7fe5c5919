import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as callbacks from "@langchain/core/callbacks/manager";
import { Document } from "@langchain/core/documents";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { BaseRetriever } from "@langchain/core/retrievers";
import { tool } from "@langchain/core/tools";
import {
  Command,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  interrupt,
} from "@langchain/langgraph";
import { ToolNode, createReactAgent, toolsCondition } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createLangChainHandler, traceLangChain } from "@spanbook/core/langchain";
import { describeSpan, type Span } from "@spanbook/core/model";
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
const newModel = (fields: { streaming?: boolean } = {}) =>
  new ChatOpenAI({
    model: "gpt-5-mini",
    apiKey: secret,
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
    ...fields,
  });
const weather = tool(({ city }: { city: string }) => `${city} is sunny`, {
  name: "weather",
  description: "of a city",
  schema: z.object({ city: z.string() }),
});

/** Runs a program with tracing and without: the results must be the same. */
function compare(program: () => Promise<unknown>) {
  return compareTraced(secret, program, (world) => {
    const stop = traceLangChain(callbacks, world);
    return program().finally(stop);
  });
}

function named(spans: readonly Span[], name: string): Span {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`there is no span ${name}`);
  return found;
}

describe("a chain", () => {
  const chain = () =>
    ChatPromptTemplate.fromMessages([
      ["system", "be brief"],
      ["human", "{question}"],
    ])
      .pipe(newModel())
      .pipe(new StringOutputParser());

  test("is a tree of its runs, with messages, model and tokens on the model's", async () => {
    const { spans, outcome } = await compare(() => chain().invoke({ question: "hello there" }));
    expect(outcome).toBe("You said: hello there");
    expect(toTree(spans)).toEqual([
      "RunnableSequence",
      "  ChatPromptTemplate",
      "  ChatOpenAI",
      "  StrOutputParser",
    ]);
    expect(describeSpan(named(spans, "RunnableSequence"))).toMatchObject({
      type: "CHAIN",
      inputs: { question: "hello there" },
    });
    expect(describeSpan(named(spans, "StrOutputParser")).type).toBe("PARSER");
    expect(describeSpan(named(spans, "ChatOpenAI"))).toMatchObject({
      type: "CHAT_MODEL",
      model: "gpt-5-mini-2025-08-07",
      provider: "openai",
      usage: { inputTokens: 4, outputTokens: 5, cacheReadInputTokens: 2 },
      messages: [
        { role: "system", parts: [{ text: "be brief" }] },
        { role: "user", parts: [{ text: "hello there" }] },
        { role: "assistant", parts: [{ text: "You said: hello there" }] },
      ],
    });
  });

  test("that streams records the parts of the model's answer, and assembles them", async () => {
    const { spans } = await compare(async () => {
      const parts: string[] = [];
      for await (const part of await chain().stream({ question: "in pieces" })) parts.push(part);
      return parts;
    });
    const model = named(spans, "ChatOpenAI");
    expect(model.events?.length).toBeGreaterThan(3);
    expect(model.attributes["gen_ai.response.time_to_first_chunk"]).toBeCloseTo(0);
    expect(describeSpan(model).outputs).toMatchObject({ role: "assistant", content: "You said: in pieces" });
  });

  test.each([400, 401, 429, 500])("that fails with %i is an error from the model up", async (status) => {
    const { spans } = await compare(() => chain().invoke({ question: `fail ${status}` }));
    expect(named(spans, "ChatOpenAI").status?.message).toContain(`the model refused with ${status}`);
    expect(named(spans, "RunnableSequence").status).toMatchObject({ code: 2 });
  });

  test("that is aborted is recorded as such", async () => {
    const { spans } = await compare(() => {
      const controller = new AbortController();
      const answer = chain().invoke({ question: "never" }, { signal: controller.signal });
      controller.abort();
      return answer;
    });
    expect(named(spans, "RunnableSequence").status).toMatchObject({ code: 2 });
    expect(spans.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
  });

  test("whose stream is left half-way, of which LangChain tells nobody, ends when it is collected", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceLangChain(callbacks, world));
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for await (const _part of await chain().stream({ question: "a b c d" })) break;
    let spans: readonly Span[] = [];
    for (
      let i = 0;
      i < 100 && !spans.some(({ endTimeUnixNano, name }) => name === "RunnableSequence" && endTimeUnixNano);
      i++
    ) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      spans = await world.onlyTrace();
    }
    expect(named(spans, "RunnableSequence").attributes["spanbook.stream"]).toBe("dropped");
  });

  test("records the messages that its template made", async () => {
    const { spans } = await compare(() => chain().invoke({ question: "hello there" }));
    expect(describeSpan(named(spans, "ChatPromptTemplate")).outputs).toEqual({
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "hello there" },
      ],
    });
  });

  test("whose stream is cut half-way names the model that was asked", async () => {
    const { spans } = await compare(async () => {
      for await (const _part of await newModel().stream("cut")) continue;
    });
    expect(named(spans, "ChatOpenAI").status?.code).toBe(2);
    expect(describeSpan(named(spans, "ChatOpenAI")).model).toBe("gpt-5-mini");
  });

  test("that runs beside others keeps its own tree, below the span that started it", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceLangChain(callbacks, world));
    await world.tracing.withSpan(() => chain().batch([{ question: "one" }, { question: "two" }]), {
      name: "fan out",
    });
    const tree = ["  RunnableSequence", "    ChatPromptTemplate", "    ChatOpenAI", "    StrOutputParser"];
    expect(toTree(await world.onlyTrace())).toEqual(["fan out", ...tree, ...tree]);
  });
});

describe("structured output and retrieval", () => {
  test("an answer of a given shape is parsed as without tracing", async () => {
    const { outcome, spans } = await compare(() =>
      newModel()
        .withStructuredOutput(z.object({ city: z.string() }), { method: "jsonSchema" })
        .invoke("which city, Oslo?"),
    );
    expect(outcome).toEqual({ city: "Oslo" });
    expect(describeSpan(named(spans, "ChatOpenAI")).usage).toMatchObject({ inputTokens: 3 });
  });

  test("a retriever records its documents", async () => {
    class Shelf extends BaseRetriever {
      readonly lc_namespace = ["shelf"];
      override _getRelevantDocuments(query: string) {
        return Promise.resolve([
          new Document({ pageContent: `about ${query}`, metadata: { page: 3 }, id: "d1" }),
        ]);
      }
    }
    const { spans } = await compare(() => new Shelf().invoke("cats"));
    expect(describeSpan(named(spans, "Shelf"))).toMatchObject({
      type: "RETRIEVER",
      inputs: "cats",
      documents: [{ id: "d1", content: "about cats", metadata: { page: 3 } }],
    });
  });
});

describe("a LangGraph agent", () => {
  test("is a tree of graph, nodes, models and tools, without the graph's own housekeeping", async () => {
    const { spans, outcome } = await compare(async () => {
      const agent = createReactAgent({ llm: newModel(), tools: [weather] });
      const { messages } = await agent.invoke({
        messages: [{ role: "user", content: "weather in Paris and Rome" }],
      });
      return messages.at(-1)?.content;
    });
    expect(outcome).toBe("I looked it up: Paris is sunny; Rome is sunny");
    const turn = [
      "  agent",
      "    RunnableSequence",
      "      prompt",
      "      ChatOpenAI",
      "    RunnableLambda",
    ];
    expect(toTree(spans)).toEqual(["LangGraph", ...turn, "  tools", "    weather", "    weather", ...turn]);
    expect(describeSpan(named(spans, "weather"))).toMatchObject({
      type: "TOOL",
      inputs: { city: "Paris" },
      outputs: { role: "tool", content: "Paris is sunny", name: "weather", tool_call_id: "call_1" },
    });
    expect(describeSpan(named(spans, "LangGraph")).inputs).toMatchObject({
      messages: [{ role: "user", content: "weather in Paris and Rome" }],
    });
  });

  test("that waits for a person has not failed", async () => {
    const { spans, outcome } = await compare(async () => {
      const graph = new StateGraph(MessagesAnnotation)
        .addNode("ask", () => ({ messages: [interrupt<string, string>("May I?")] }))
        .addEdge(START, "ask")
        .addEdge("ask", END)
        .compile({ checkpointer: new MemorySaver() });
      const config = { configurable: { thread_id: "1" } };
      await graph.invoke({ messages: [] }, config);
      const { messages } = await graph.invoke(new Command({ resume: "yes" }), config);
      return messages.at(-1)?.content;
    });
    expect(outcome).toBe("yes");
    const asked = named(spans, "ask");
    expect(asked.status?.code).toBe(1);
    expect(describeSpan(asked).outputs).toMatchObject({ __interrupt__: [{ value: "May I?" }] });
  });

  test("has what its nodes and tools call below them", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceLangChain(callbacks, world));
    const think = world.tracing.trace(() => Promise.resolve("thought"), { name: "think" });
    const lookUp = world.tracing.trace((city: string) => `${city} is wet`, { name: "look up" });
    const rain = tool(({ city }: { city: string }) => lookUp(city), {
      name: "rain",
      description: "of a city",
      schema: z.object({ city: z.string() }),
    });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("model", async ({ messages }) => {
        await think();
        return { messages: [await newModel().bindTools([rain]).invoke(messages)] };
      })
      .addNode("tools", new ToolNode([rain]))
      .addEdge(START, "model")
      .addConditionalEdges("model", toolsCondition, { tools: "tools", [END]: END })
      .addEdge("tools", END)
      .compile();
    await graph.invoke({ messages: [{ role: "user", content: "rain in Oslo" }] });
    const tree = toTree(await world.onlyTrace());
    expect(tree).toContain("    think");
    const below = tree.findIndex((line) => line.trim() === "rain");
    expect(tree[below + 1]?.trim()).toBe("look up");
    expect(tree[below + 1]?.search(/\S/)).toBe((tree[below]?.search(/\S/) ?? 0) + 2);
  });
});

describe("switching", () => {
  test("a handler for one call records only that call", async () => {
    const world = createRecordingWorld();
    await newModel().invoke("unseen");
    await newModel().invoke("seen", { callbacks: [createLangChainHandler(world)] });
    expect(toTree(await world.onlyTrace())).toEqual(["ChatOpenAI"]);
  });

  test("LangChain is restored when switched off", async () => {
    const world = createRecordingWorld();
    const { _configureSync: before } = callbacks.CallbackManager;
    traceLangChain(callbacks, world)();
    expect(callbacks.CallbackManager._configureSync).toBe(before);
    await newModel().invoke("unseen");
    expect(await world.allTraces()).toEqual([]);
  });
});
