import * as agents from "@openai/agents";
import { Agent, handoff, run, tool, type TracingProcessor } from "@openai/agents";
import { removeAllTools } from "@openai/agents-core/extensions";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { traceAgents } from "@spanbook/core/agents";
import { autolog } from "@spanbook/core/auto";
import { describeSpan, type Span } from "@spanbook/core/model";
import { compareTraced } from "../../support/compare-traced.js";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { toTree } from "../../support/trace-tree.js";
import { createRecordingWorld } from "../../support/tracing.js";

const secret = "sk-not-for-traces";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
  agents.setDefaultOpenAIClient(new OpenAI({ apiKey: secret, baseURL: `${server.url}/v1`, maxRetries: 0 }));
});
afterAll(() => server.close());

const weatherOf = {
  name: "weather",
  description: "of a city",
  parameters: z.object({ city: z.string() }),
};
const weather = tool({ ...weatherOf, execute: ({ city }) => `${city} is sunny` });
const polite = (tripwireTriggered: boolean) => ({
  name: "polite",
  execute: () => Promise.resolve({ outputInfo: {}, tripwireTriggered }),
});
const newAgent = (fields: object = {}) =>
  new Agent({
    name: "Forecaster",
    instructions: "be brief",
    model: "gpt-5-mini",
    tools: [weather],
    ...fields,
  });

/** Runs a program with tracing and without: the results must be the same. */
function compare(program: () => Promise<unknown>) {
  return compareTraced(secret, program, (world) => {
    const stop = traceAgents(agents, world);
    return program().finally(stop);
  });
}

function named(spans: readonly Span[], name: string): Span {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`there is no span ${name}`);
  return found;
}

describe("a run", () => {
  test("is a tree of agent, turns, models, tools and guardrails", async () => {
    const { spans, outcome } = await compare(async () => {
      const agent = newAgent({ inputGuardrails: [polite(false)] });
      return (await run(agent, "weather in Paris and Rome")).finalOutput;
    });
    expect(outcome).toBe("I looked it up: Paris is sunny; Rome is sunny");
    expect(toTree(spans)).toEqual([
      "Agent workflow",
      "  Forecaster",
      "    turn 1",
      "      response",
      "      weather",
      "      weather",
      "    polite",
      "    turn 2",
      "      response",
    ]);
    expect(spans.every(({ status }) => status?.code === 1)).toBe(true);
    const asked = [{ type: "message", role: "user", content: "weather in Paris and Rome" }];
    for (const name of ["Agent workflow", "Forecaster"]) {
      const { inputs, outputs } = describeSpan(named(spans, name));
      expect(inputs).toEqual(asked);
      expect(outputs).toMatchObject([{ content: [{ text: outcome }] }]);
    }
    expect(named(spans, "Forecaster").attributes["agent.tools"]).toEqual(["weather"]);
    expect(describeSpan(named(spans, "polite"))).toMatchObject({
      type: "GUARDRAIL",
      outputs: { triggered: false },
    });
    expect(describeSpan(named(spans, "weather"))).toMatchObject({
      type: "TOOL",
      inputs: { city: "Paris" },
      outputs: "Paris is sunny",
    });
    const models = spans.filter(({ name }) => name === "response").map((span) => describeSpan(span));
    expect(models[1]).toMatchObject({
      type: "CHAT_MODEL",
      model: "gpt-5-mini-2025-08-07",
      usage: { inputTokens: 5, outputTokens: 11, cacheReadInputTokens: 1 },
      tools: [{ name: "weather" }],
    });
    expect(models[1]?.messages?.map(({ role }) => role)).toEqual([
      ...["system", "user", "assistant", "assistant", "tool", "tool", "assistant"],
    ]);
  });

  test("with a handoff has one agent after the other, and the handoff between them", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceAgents(agents, world));
    const lookUp = world.tracing.trace((city: string) => `${city} is sunny`, { name: "look up" });
    const tracedWeather = tool({
      ...weatherOf,
      execute: async ({ city }) => (await Promise.resolve(), lookUp(city)),
    });
    const forecaster = newAgent({ tools: [tracedWeather] });
    const triage = new Agent({
      name: "Triage",
      model: "gpt-5-mini",
      handoffs: [handoff(forecaster, { inputFilter: removeAllTools })],
    });
    await world.tracing.withSpan(() => run(triage, "weather in Oslo"), { name: "ask" });
    const spans = await world.onlyTrace();
    expect(toTree(spans)).toEqual([
      "ask",
      "  Agent workflow",
      "    Triage",
      "      turn 1",
      "        response",
      "        handoff to Forecaster",
      "    Forecaster",
      "      turn 2",
      "        response",
      "        weather",
      "          look up",
      "      turn 3",
      "        response",
    ]);
    expect(describeSpan(named(spans, "handoff to Forecaster"))).toMatchObject({
      inputs: { from_agent: "Triage" },
      outputs: { to_agent: "Forecaster" },
    });
    expect(named(spans, "Triage").attributes["agent.handoffs"]).toEqual(["Forecaster"]);
    expect(world.errors).toEqual([]);
  });

  test("that streams has its assembled answer, and ends when it has been read", async () => {
    const { spans } = await compare(async () => {
      const stream = await run(newAgent(), "in pieces", { stream: true });
      const types: string[] = [];
      for await (const { type } of stream) types.push(type);
      return [types, stream.finalOutput];
    });
    expect(toTree(spans)).toEqual(["Agent workflow", "  Forecaster", "    turn 1", "      response"]);
    expect(describeSpan(named(spans, "response"))).toMatchObject({
      usage: { inputTokens: 2, outputTokens: 5 },
      outputs: { output: [{ content: [{ text: "You said: in pieces" }] }] },
    });
  });

  test("over chat completions also records messages, model and tokens, and structured output", async () => {
    agents.setOpenAIAPI("chat_completions");
    onTestFinished(() => agents.setOpenAIAPI("responses"));
    const { spans, outcome } = await compare(async () => {
      const agent = newAgent({ tools: [], outputType: z.object({ city: z.string() }) });
      return (await run(agent, "which city, Rome?")).finalOutput as unknown;
    });
    expect(outcome).toEqual({ city: "Rome" });
    const model = describeSpan(named(spans, "generation"));
    expect(model).toMatchObject({
      type: "CHAT_MODEL",
      model: "gpt-5-mini-2025-08-07",
      usage: { inputTokens: 5, outputTokens: 2, cacheReadInputTokens: 2 },
      messages: [
        { role: "system", parts: [{ text: "be brief" }] },
        { role: "user", parts: [{ text: "which city, Rome?" }] },
        { role: "assistant", parts: [{ text: '{"city":"Rome"}' }] },
      ],
    });
  });

  test("that fails is an error from the model up, with the program's own error on its root", async () => {
    const { spans } = await compare(() => run(newAgent(), "fail 429"));
    expect(spans.map(({ name, status }) => [name, status?.code])).toEqual([
      ["Agent workflow", 2],
      ["Forecaster", 2],
      ["turn 1", 2],
      ["response", 2],
    ]);
    expect(spans[0]?.events).toMatchObject([{ name: "exception" }]);
    expect(spans.map(({ status }) => status?.message)).toEqual([
      "429 the model refused with 429",
      "Error: 429 the model refused with 429",
      "Error: 429 the model refused with 429",
      "429 the model refused with 429",
    ]);
  });

  test("that a guardrail stops is an error", async () => {
    const { spans } = await compare(() => run(newAgent({ inputGuardrails: [polite(true)] }), "hello"));
    expect(describeSpan(named(spans, "polite")).outputs).toEqual({ triggered: true });
    expect(named(spans, "Agent workflow").status?.code).toBe(2);
  });

  test("that is aborted while it streams ends all its spans", async () => {
    const { spans } = await compare(async () => {
      const controller = new AbortController();
      const stream = await run(newAgent(), "a b c d", { stream: true, signal: controller.signal });
      for await (const { type } of stream) {
        if (type === "raw_model_stream_event") controller.abort();
      }
      await stream.completed.catch(() => undefined);
      return stream.cancelled;
    });
    expect(spans.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
    expect(named(spans, "response").attributes["spanbook.stream"]).toBe("left");
    const asked = [{ type: "message", role: "user", content: "a b c d" }];
    expect(describeSpan(named(spans, "Agent workflow")).inputs).toEqual(asked);
  });

  test("whose stream fails has the inputs it was given", async () => {
    const { spans } = await compare(async () => {
      const stream = await run(newAgent(), "cut", { stream: true });
      await stream.completed;
    });
    const asked = [{ type: "message", role: "user", content: "cut" }];
    for (const name of ["Agent workflow", "Forecaster"]) {
      const span = named(spans, name);
      expect(describeSpan(span).inputs).toEqual(asked);
      expect(span.status?.code).toBe(2);
    }
    expect(named(spans, "response").attributes["spanbook.stream"]).toBeUndefined();
  });

  test("beside another keeps its own tree, below the span that started both", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceAgents(agents, world));
    await world.tracing.withSpan(() => Promise.all(["one", "two"].map((text) => run(newAgent(), text))), {
      name: "fan out",
    });
    const tree = ["  Agent workflow", "    Forecaster", "      turn 1", "        response"];
    expect(toTree(await world.onlyTrace())).toEqual(["fan out", ...tree, ...tree]);
  });

  test("without sensitive data records none of it", async () => {
    const runner = new agents.Runner({ traceIncludeSensitiveData: false });
    const { spans } = await compare(async () => (await runner.run(newAgent(), "between us")).finalOutput);
    expect(spans).toHaveLength(4);
    expect(JSON.stringify(spans)).not.toContain("between us");
  });
});

describe("a trace started by the SDK", () => {
  test("holds its runs, and its group is the session", async () => {
    const world = createRecordingWorld();
    onTestFinished(traceAgents(agents, world));
    await agents.withTrace(
      "joint",
      async () => {
        await run(newAgent(), "one");
        await run(newAgent(), "fail 500").catch(() => undefined);
      },
      { groupId: "thread 1", metadata: { topic: "law" } },
    );
    const [trace] = await world.allTraces();
    const tree = ["  Agent workflow", "    Forecaster", "      turn 1", "        response"];
    expect(toTree(trace!.data.spans)).toEqual(["joint", ...tree, ...tree]);
    expect(trace?.info).toMatchObject({ state: "OK", traceMetadata: { "mlflow.trace.session": "thread 1" } });
  });

  test("that fails outside a run is an error", async () => {
    const { spans } = await compare(() =>
      agents.withTrace("joint", () => Promise.reject(new Error("no wind"))),
    );
    expect(spans).toMatchObject([{ name: "joint", status: { code: 2, message: "no wind" } }]);
  });
});

test("if the SDK's tracing is on, its other processors go on as before", async () => {
  const world = createRecordingWorld();
  const ended: string[] = [];
  const nothing = () => Promise.resolve();
  const other: TracingProcessor = {
    onTraceStart: nothing,
    onTraceEnd: ({ name }) => Promise.resolve(void ended.push(name)),
    ...{ onSpanStart: nothing, onSpanEnd: nothing, shutdown: nothing, forceFlush: nothing },
  };
  agents.setTraceProcessors([other]);
  agents.setTracingDisabled(false);
  onTestFinished(() => {
    agents.setTracingDisabled(true);
    agents.setTraceProcessors([]);
  });
  const stop = autolog(undefined, world);
  const guard = () => world.tracing.withSpan(() => polite(false).execute(), { name: "look" });
  await run(newAgent({ inputGuardrails: [{ name: "polite", execute: guard }] }), "seen");
  stop();
  await run(newAgent(), "unseen");
  expect(ended).toEqual(["Agent workflow", "Agent workflow"]);
  // The other processor hears of a span first, this one only when the span's guardrail already runs.
  const tree = ["Agent workflow", "  Forecaster", "    turn 1", "      response", "    polite", "      look"];
  expect(toTree(await world.onlyTrace())).toEqual(tree);
});
