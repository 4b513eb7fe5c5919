import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Span, type SpanDescription } from "@spanbook/core/model";
import { exportOtlp, importOtlp, type Dialect } from "@spanbook/core/otlp";
import { describe, expect, it } from "vitest";
import { aBatch, aSpan, spanId, traceId, type SpanSketch } from "../../support/spans.js";

/** The span after an export and import with a convention, and the same without all that MLflow's convention says. */
async function through(dialect: Dialect, span: Span): Promise<{ whole: Span; only: Span }> {
  const [store, copy] = [createMemoryStore(), createMemoryStore()];
  await store.write(aBatch([span]));
  await importOtlp(copy, exportOtlp(store, { dialects: [dialect] }));
  const whole = (await copy.getSpan(traceId(1), spanId(1)))!;
  const foreign = Object.entries(whole.attributes).filter(
    ([key]) => !key.startsWith("mlflow.") && !(key in span.attributes && dialect === "genai"),
  );
  return { whole, only: { ...whole, attributes: Object.fromEntries(foreign) } };
}

function pick(description: SpanDescription, ...names: (keyof SpanDescription)[]) {
  return Object.fromEntries(names.map((name) => [name, description[name]]));
}

const conversation = {
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      ],
    },
    {
      role: "assistant",
      content: "I look.",
      tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":[1,2]}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "a cat" },
  ],
  tools: [
    { type: "function", function: { name: "look", description: "Looks.", parameters: { type: "object" } } },
  ],
};
const documents = [
  { page_content: "Paris is in France.", metadata: { doc_uri: "a.txt" }, id: "d1" },
  { page_content: "größe", metadata: {} },
];
const usage = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 15,
  cacheReadInputTokens: 3,
  cacheCreationInputTokens: 2,
};

const sketches: Record<string, SpanSketch> = {
  CHAT_MODEL: {
    inputs: conversation,
    outputs: { choices: [{ message: { role: "assistant", content: "A cat." } }] },
    model: "gpt-5",
    usage,
    cost: { inputCost: 0.5, outputCost: 1, totalCost: 1.5 },
    sessionId: "s1",
    userId: "u1",
    attributes: { "mlflow.llm.provider": "openai" },
  },
  LLM: {
    inputs: "Say hi",
    outputs: "hi",
    model: "m",
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  },
  AGENT: { inputs: { question: "why" }, outputs: 42, sessionId: "s1" },
  TOOL: { inputs: { city: "Paris", n: 0, flag: false, none: null }, outputs: ["sunny", { deg: 20.5 }] },
  RETRIEVER: { inputs: { query: "France" }, outputs: documents },
  RERANKER: { inputs: { query: "France" }, outputs: documents, model: "rank-1" },
  EMBEDDING: {
    inputs: ["a", "b"],
    outputs: [[0.5, -1]],
    model: "embed-1",
    usage: { inputTokens: 4, outputTokens: 0, totalTokens: 4 },
  },
  CHAIN: { inputs: "42", outputs: "" },
  GUARDRAIL: { inputs: true, outputs: null },
  EVALUATOR: { inputs: { a: 1 }, outputs: 0 },
};

const spoken = ["model", "provider", "usage", "documents", "tools", "messages"] as const;

describe.each(Object.entries(sketches))("a span of type %s", (type, sketch) => {
  const span = aSpan({ ...sketch, type });
  const before = describeSpan(span);

  it("is fully described by OpenInference", async () => {
    const { only } = await through("openinference", span);
    const read = describeSpan(only);
    expect(pick(read, "inputs", "outputs", "sessionId", "userId", "cost", ...spoken)).toEqual(
      pick(before, "inputs", "outputs", "sessionId", "userId", "cost", ...spoken),
    );
    // OpenInference recognises a chat model by its messages.
    expect(read.type).toBe(type);
  });

  it("is described by OpenTelemetry's conventions as far as they go", async () => {
    const { only } = await through("genai", span);
    const read = describeSpan(only);
    expect(read.type).toBe(type === "GUARDRAIL" ? "UNKNOWN" : type);
    expect(
      pick(read, "sessionId", ...spoken.filter((name) => type !== "LLM" || name !== "messages")),
    ).toEqual(pick(before, "sessionId", ...spoken.filter((name) => type !== "LLM" || name !== "messages")));
    if (type === "TOOL") expect(pick(read, "inputs", "outputs")).toEqual(pick(before, "inputs", "outputs"));
    if (type === "RETRIEVER") expect(read.inputs).toBe("France");
    if (type === "LLM") {
      expect(read.messages?.map(({ parts }) => parts[0])).toEqual([
        { type: "text", text: "Say hi" },
        { type: "text", text: "hi" },
      ]);
    }
  });

  it.each(["openinference", "genai"] as const)(
    "is described as before if %s is written beside MLflow's convention",
    async (dialect) => {
      const { whole } = await through(dialect, span);
      const names = Object.keys(before) as (keyof SpanDescription)[];
      expect(pick(describeSpan(whole), ...names)).toEqual(pick(before, ...names));
      expect(whole.attributes).toMatchObject(span.attributes);
    },
  );
});

describe("a span that speaks a convention", () => {
  it("is exported in it unchanged", async () => {
    const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "input.value": "x" };
    const span = aSpan({ attributes });
    const { whole } = await through("genai", span);
    expect(whole.attributes).toEqual(span.attributes);
    const second = await through("openinference", span);
    expect(second.whole.attributes).toMatchObject({
      ...attributes,
      "openinference.span.kind": "LLM",
      "llm.model_name": "m",
    });
  });
});
