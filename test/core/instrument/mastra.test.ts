import { expect, test } from "vitest";
import { createMastraBridge } from "@spanbook/core/mastra";
import { describeSpan } from "@spanbook/core/model";
import { toTree } from "../../support/trace-tree.js";
import { createRecordingWorld } from "../../support/tracing.js";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

/** What @mastra/core 1.0.4 with @mastra/observability 1.0.0 reports of an answer: no requests, only steps. */
const generation = {
  id: "c07fae03d1a46c9b",
  name: "llm: 'gpt-5-mini'",
  type: "model_generation",
  startTime: at(0),
  input: { messages: [{ role: "user", content: [{ type: "text", text: "weather in Paris" }] }] },
  attributes: {
    model: "gpt-5-mini",
    provider: "local.chat",
    streaming: true,
    parameters: { temperature: 0 },
  },
};
const step = {
  id: "5d0b8ac9e2f1736e",
  parentSpanId: generation.id,
  name: "step: 0",
  type: "model_step",
  startTime: at(1),
  input: {
    body: '{"model":"gpt-5-mini","temperature":0,"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"weather in Paris"}],"tool_choice":"auto"}',
  },
};
const ended = {
  ...step,
  endTime: at(15),
  output: { text: "", toolCalls: [{ toolCallId: "call_1", toolName: "weather", args: { city: "Paris" } }] },
  attributes: {
    stepIndex: 0,
    usage: { inputTokens: 5, outputTokens: 1, inputDetails: { cacheRead: 2 } },
    isContinued: true,
    finishReason: "tool-calls",
  },
};

test("if Mastra reports no requests, its steps are the model calls", async () => {
  const world = createRecordingWorld();
  const { exportTracingEvent } = createMastraBridge(world);
  await exportTracingEvent({ type: "span_started", exportedSpan: generation });
  await exportTracingEvent({ type: "span_started", exportedSpan: step });
  await exportTracingEvent({ type: "span_ended", exportedSpan: ended });
  await exportTracingEvent({ type: "span_ended", exportedSpan: { ...generation, endTime: at(20) } });
  const [trace] = await world.allTraces();
  const { spans } = trace!.data;
  expect(toTree(spans)).toEqual(["llm: 'gpt-5-mini'", "  step: 0"]);
  expect(describeSpan(spans[1]!)).toMatchObject({
    type: "CHAT_MODEL",
    model: "gpt-5-mini",
    provider: "local.chat",
    usage: { inputTokens: 5, outputTokens: 1, cacheReadInputTokens: 2 },
    messages: [
      { role: "system", parts: [{ text: "be brief" }] },
      { role: "user", parts: [{ text: "weather in Paris" }] },
      { role: "assistant", parts: [{ type: "tool_call", name: "weather", arguments: { city: "Paris" } }] },
    ],
  });
  expect(trace?.info.tokenUsage).toMatchObject({ inputTokens: 5, outputTokens: 1 });
});
