import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Anthropic from "@anthropic-ai/sdk";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { describeSpan } from "@spanbook/core/model";
import { createTracerProvider, register, unregister } from "@spanbook/core/otel";
import { describe, expect, it, onTestFinished } from "vitest";
import { createRecordingWorld } from "../../support/tracing.js";

/** A server on loopback that answers every request as Anthropic's API would, and keeps the headers. */
async function serveMessages() {
  const requests: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ headers: request.headers, body });
      const isStream = body.includes('"stream":true');
      response.setHeader("content-type", isStream ? "text/event-stream" : "application/json");
      response.end(isStream ? toEvents() : JSON.stringify(message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "sonnet-test",
  content: [{ type: "text", text: "Forty-two." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 11, output_tokens: 5 },
};

function toEvents(): string {
  const events = [
    {
      type: "message_start",
      message: { ...message, content: [], usage: { input_tokens: 11, output_tokens: 1 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Forty-two." } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const question = {
  model: "sonnet-test",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "What is six times seven?" }],
};

describe("OpenTelemetry's instrumentation of fetch in Node", () => {
  it("records requests below the span in which they are made, and sends its context along", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    expect(register(tracing)).toBe(true);
    const instrumentation = new UndiciInstrumentation();
    onTestFinished(() => {
      instrumentation.disable();
      unregister();
    });
    const { url, requests } = await serveMessages();
    await tracing.withSpan(
      async () => {
        await Promise.resolve();
        await (await fetch(`${url}/v1/models?limit=1`)).text();
      },
      { name: "ours" },
    );
    const [ours, request] = await onlyTrace();
    expect(request).toMatchObject({
      parentSpanId: ours?.spanId,
      name: "GET",
      kind: 3,
      attributes: { "url.path": "/v1/models", "http.response.status_code": 200 },
    });
    expect(requests[0]?.headers["traceparent"]).toBe(`00-${request?.traceId}-${request?.spanId}-01`);
  });
});

describe("the tracing inside Anthropic's SDK", () => {
  function createClient(baseURL: string) {
    const world = createRecordingWorld();
    const tracerProvider = createTracerProvider(world.tracing);
    const openTelemetry = { tracerProvider, traces: { contentMode: "content" as const } };
    return { ...world, client: new Anthropic({ apiKey: "none", baseURL, openTelemetry }) };
  }

  it.each([false, true])(
    "records the model, tokens and messages of a call (streamed: %s)",
    async (isStreamed) => {
      const { url } = await serveMessages();
      const { tracing, client, allTraces } = createClient(url);
      await tracing.withSpan(
        () =>
          isStreamed ? client.messages.stream(question).finalMessage() : client.messages.create(question),
        { name: "ask" },
      );
      const [trace] = await allTraces();
      const [ask, call] = trace?.data.spans ?? [];
      expect(call?.parentSpanId).toBe(ask?.spanId);
      expect(trace?.info).toMatchObject({
        name: "ask",
        state: "OK",
        tokenUsage: { inputTokens: 11, outputTokens: 5, totalTokens: 16 },
      });
      const described = call && describeSpan(call);
      expect(described).toMatchObject({ model: "sonnet-test", provider: "anthropic" });
      expect(JSON.stringify(described?.inputs)).toContain("six times seven");
      expect(JSON.stringify(described?.outputs)).toContain("Forty-two.");
    },
  );
});
