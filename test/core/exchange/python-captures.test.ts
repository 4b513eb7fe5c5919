/** Traces that Python-only frameworks really sent; test/fixtures/python tells how they were captured. */
import { readFile } from "node:fs/promises";
import { importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Trace } from "@spanbook/core/model";
import { importOtlp } from "@spanbook/core/otlp";
import { createReport, formatTrace } from "@spanbook/widget";
import { describe, expect, test } from "vitest";

async function readCapture(name: string, read: typeof importOtlp): Promise<Trace> {
  const text = await readFile(new URL(`../../fixtures/python/${name}.jsonl`, import.meta.url), "utf8");
  const store = createMemoryStore();
  expect(await read(store, text)).toMatchObject({ errors: [] });
  const { traces } = await store.search({ includeSpans: true, filter: "trace.span_count > 1" });
  expect(traces).toHaveLength(1);
  return traces[0]!;
}

/** The tree as a terminal shows it, without what varies from run to run. */
function treeOf(trace: Trace): string[] {
  return formatTrace(trace)
    .replaceAll(/_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "")
    .split("\n")
    .map((line) => line.replace(/ {2,}[\d.]+ (s|ms|µs)$/, ""));
}

function described({ data }: Trace, type: string) {
  return data.spans.map((span) => describeSpan(span)).filter((description) => description.type === type);
}

/** The conversation of a model call, one line per message. */
function conversationOf({ messages = [] }: ReturnType<typeof describeSpan>): string[] {
  return messages.map(
    ({ role, parts }) =>
      `${role}: ${parts
        .map((part) =>
          part.type === "tool_call"
            ? `${part.name}(${JSON.stringify(part.arguments)})`
            : "text" in part
              ? part.text
              : part.type,
        )
        .join()
        .slice(0, 60)}`,
  );
}

describe("a trace of", () => {
  test("CrewAI, instrumented by OpenInference, is a crew of agents with their models and tools", async () => {
    const trace = await readCapture("crewai-agents", importOtlp);
    expect(treeOf(trace)).toEqual([
      "Crew.kickoff · CHAIN",
      "├─ Forecaster._execute_core · AGENT",
      "│  ├─ ChatCompletion_1 · CHAT_MODEL",
      "│  ├─ weather.run · TOOL",
      "│  └─ ChatCompletion_2 · CHAT_MODEL",
      "└─ Packer._execute_core · AGENT",
      "   └─ ChatCompletion · CHAT_MODEL",
    ]);
    expect(trace.info).toMatchObject({ state: "OK", tokenUsage: { inputTokens: 189, outputTokens: 68 } });
    expect(trace.info.responsePreview).toMatch(/^You said: \nCurrent Task: What should I wear/);
    const [first] = described(trace, "CHAT_MODEL");
    expect(first).toMatchObject({ model: "gpt-5-mini-2025-08-07", usage: { totalTokens: 58 } });
    expect(conversationOf(first!).at(-1)).toBe('assistant: weather({"city":"Paris"})');
    expect(first?.tools).toMatchObject([{ name: "weather" }]);
    expect(described(trace, "TOOL")).toMatchObject([
      { inputs: { city: "Paris" }, outputs: "Paris: 18 degrees, light rain" },
    ]);
  });

  test("AutoGen, instrumented by itself and OpenInference, is a team that takes turns", async () => {
    const trace = await readCapture("autogen-agents", importOtlp);
    expect(treeOf(trace).slice(0, 12)).toEqual([
      "RoundRobinGroupChat.run_stream · CHAIN",
      "├─ invoke_agent forecaster_1 · AGENT",
      "│  └─ forecaster.on_messages_stream · AGENT",
      "│     ├─ OpenAIChatCompletionClient.create · CHAT_MODEL",
      "│     │  └─ ChatCompletion · CHAT_MODEL",
      "│     └─ forecaster.weather · TOOL",
      "│        └─ execute_tool weather · TOOL",
      "├─ invoke_agent packer_1 · AGENT",
      "│  └─ packer.on_messages_stream · AGENT",
      "│     └─ OpenAIChatCompletionClient.create · CHAT_MODEL",
      "│        └─ ChatCompletion · CHAT_MODEL",
      "├─ invoke_agent forecaster_2 · AGENT",
    ]);
    // AutoGen's own model span and the client's below it report the same usage, which counts once.
    expect(trace.info.tokenUsage).toMatchObject({ inputTokens: 82, outputTokens: 31, totalTokens: 113 });
    expect(trace.info.responsePreview).toBe("You said: I looked it up: Paris: 18 degrees, light rain");
    expect(conversationOf(described(trace, "CHAT_MODEL")[0]!)).toEqual([
      "developer: You look the weather up.",
      "user: What is the weather in Paris?",
      'assistant: weather({"city":"Paris"})',
    ]);
  });

  test("DSPy, from the SQLite file of MLflow's autolog, is a module with its predictors, adapters and tools", async () => {
    const trace = await readCapture("dspy-program", importMlflow);
    expect(treeOf(trace)).toEqual([
      "Forecaster.forward · CHAIN",
      "├─ Predict.forward · LLM",
      "│  ├─ JSONAdapter.format · PARSER",
      "│  │  └─ JSONAdapter.format · PARSER",
      "│  ├─ LM.__call__ · CHAT_MODEL",
      "│  └─ JSONAdapter.parse · PARSER",
      "└─ Tool.weather · TOOL",
    ]);
    // DSPy reports usage on the root only.
    expect(trace.info).toMatchObject({
      state: "OK",
      tokenUsage: { inputTokens: 94, outputTokens: 2, totalTokens: 96 },
    });
    const [model] = described(trace, "CHAT_MODEL");
    expect(model).toMatchObject({ model: "openai/gpt-5-mini", provider: "openai" });
    expect(conversationOf(model!).at(-1)).toBe('assistant: {"city":"Paris"}');
  });

  test("each framework can be put into a report, which names its agents even if no script runs", async () => {
    const traces = [
      await readCapture("crewai-agents", importOtlp),
      await readCapture("autogen-agents", importOtlp),
      await readCapture("dspy-program", importMlflow),
    ];
    const report = await createReport(traces);
    for (const name of ["Forecaster._execute_core", "invoke_agent packer", "Tool.weather"]) {
      expect(report).toContain(`>${name}`);
    }
  });
});
