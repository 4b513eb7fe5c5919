import { readFileSync, rmSync, mkdtempSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { createMemoryStore } from "@spanbook/core/memory";
import { decodeOtlpFailure, decodeOtlpResponse, encodeOtlpProtobuf } from "@spanbook/core/protobuf";
import { storeError, type TraceStore } from "@spanbook/core/store";
import { openStore } from "@spanbook/store-sqljs";
import { ROOT_CONTEXT, trace, type Attributes } from "@opentelemetry/api";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  openReceiver,
  type Receiver,
  type ReceiverOptions,
} from "../../packages/spanbook/src/receiver/receiver.js";
import { run } from "./run.js";

const example = readFileSync(new URL("../fixtures/otlp/trace.json", import.meta.url));
const json = { "Content-Type": "application/json" };
const protobuf = { "Content-Type": "application/x-protobuf" };

async function openTestReceiver(
  options: ReceiverOptions = {},
  store: TraceStore = createMemoryStore(),
): Promise<Receiver & { store: TraceStore }> {
  const receiver = await openReceiver(store, { port: 0, ...options });
  onTestFinished(() => receiver.close());
  return { ...receiver, store };
}

function post(url: string, headers: Record<string, string>, body: BodyInit): Promise<Response> {
  return fetch(url, { method: "POST", headers, body });
}

/** Records two spans with OpenTelemetry's SDK and sends them with its exporter. */
async function sendBySdk(exporter: SpanExporter, attributes: Attributes): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("sender", "1.2");
  const parent = tracer.startSpan("ask", { attributes });
  const context = trace.setSpan(ROOT_CONTEXT, parent);
  tracer.startSpan("answer", {}, context).end();
  parent.end();
  await provider.forceFlush();
  await provider.shutdown();
}

describe("OpenTelemetry's SDK", () => {
  test.each([
    ["JSON", (url: string) => new JsonExporter({ url })],
    ["JSON in gzip", (url: string) => new JsonExporter({ url, compression: CompressionAlgorithm.GZIP })],
    ["protobuf", (url: string) => new ProtobufExporter({ url })],
    [
      "protobuf in gzip",
      (url: string) => new ProtobufExporter({ url, compression: CompressionAlgorithm.GZIP }),
    ],
  ])("sends %s", async (_, toExporter) => {
    const { endpoint, store } = await openTestReceiver();
    await sendBySdk(toExporter(endpoint), {
      "gen_ai.operation.name": "chat",
      count: 3,
      share: 0.5,
      ok: true,
    });
    const { traces } = await store.search({ includeSpans: true });
    expect(traces).toHaveLength(1);
    const [ask, answer] = traces[0]!.data.spans.toSorted((a, b) => b.name.localeCompare(a.name));
    expect(ask).toMatchObject({
      name: "ask",
      attributes: { "gen_ai.operation.name": "chat", count: 3, ok: true },
    });
    expect(answer).toMatchObject({ name: "answer", parentSpanId: ask?.spanId });
    expect(traces[0]?.info).toMatchObject({ name: "ask", state: "OK", spanCount: 2 });
    expect(Object.values(traces[0]!.data.scopes)).toEqual([{ name: "sender", version: "1.2" }]);
  });
});

describe("a request", () => {
  test("is answered once its spans are stored, and may be repeated", async () => {
    const { endpoint, store } = await openTestReceiver();
    for (let times = 0; times < 2; times++) {
      const response = await post(endpoint, json, example);
      expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
        ...[200, "application/json", "{}"],
      ]);
    }
    expect((await store.search({})).traces).toHaveLength(1);
    expect((await post(endpoint, json, `{"resourceSpans":[]}`)).status).toBe(200);
    expect((await post(endpoint, json, `{}`)).status).toBe(200);
    expect((await post(endpoint, protobuf, new Uint8Array())).status).toBe(200);
  });

  test("with a span that cannot be kept is accepted in part, and answered in its own encoding", async () => {
    const { endpoint, store } = await openTestReceiver();
    const document = JSON.parse(example.toString()) as {
      resourceSpans: { scopeSpans: { spans: object[] }[] }[];
    };
    const { spans } = document.resourceSpans[0]!.scopeSpans[0]!;
    spans.push({ ...spans[0], traceId: "", name: "lost" });
    const expected = {
      rejectedSpans: "1",
      errorMessage: expect.stringMatching(/spans\[1\] \(lost\): traceId must be/) as string,
    };
    const inJson = await post(endpoint, json, JSON.stringify(document));
    expect([inJson.status, await inJson.json()]).toEqual([200, { partialSuccess: expected }]);
    const inProtobuf = await post(endpoint, protobuf, encodeOtlpProtobuf(document));
    expect(inProtobuf.headers.get("content-type")).toBe("application/x-protobuf");
    expect(decodeOtlpResponse(await inProtobuf.bytes())).toEqual({ partialSuccess: expected });
    expect((await store.search({})).traces).toHaveLength(1);
  });

  test("that is not OTLP gets 400 with the reason, and stores nothing", async () => {
    const refusals: string[] = [];
    const { endpoint, store } = await openTestReceiver({ onRefused: (message) => refusals.push(message) });
    const inJson = await post(endpoint, json, `{"resourceSpans":[`);
    expect([inJson.status, await inJson.json()]).toEqual([
      400,
      { code: 3, message: expect.stringMatching(/^not OTLP JSON/) as string },
    ]);
    const inProtobuf = await post(endpoint, protobuf, Uint8Array.of(10, 255, 1));
    expect(inProtobuf.status).toBe(400);
    expect(decodeOtlpFailure(await inProtobuf.bytes())).toMatchObject({ code: 3 });
    const gzip = await post(endpoint, { ...json, "Content-Encoding": "gzip" }, "not gzip");
    expect(gzip.status).toBe(400);
    expect(refusals).toHaveLength(3);
    expect((await store.search({})).traces).toEqual([]);
  });

  test("of another type, path or method is refused with its own status", async () => {
    const { endpoint } = await openTestReceiver();
    const statusOf = async (response: Promise<Response>) => (await response).status;
    expect(await statusOf(post(endpoint, { "Content-Type": "text/plain" }, example))).toBe(415);
    expect(await statusOf(post(endpoint, { ...json, "Content-Encoding": "zstd" }, example))).toBe(415);
    expect(await statusOf(post(endpoint.replace("traces", "logs"), json, "{}"))).toBe(404);
    expect(await statusOf(fetch(endpoint))).toBe(405);
  });

  test("is read up to a size, counted unzipped, because a small one may unpack to anything", async () => {
    const { endpoint } = await openTestReceiver({ maxBodyBytes: 100_000 });
    const bomb = gzipSync(Buffer.alloc(5_000_000, " "));
    expect(bomb.length).toBeLessThan(10_000);
    expect((await post(endpoint, { ...json, "Content-Encoding": "gzip" }, bomb)).status).toBe(413);
    expect((await post(endpoint, json, example)).status).toBe(200);
  });

  test.each([
    ["the disk was full", storeError("QuotaExceededError", "the disk is full")],
    ["the store's worker died", storeError("StoreWorkerError", "the store's worker died")],
    ["its folder could not be written", new Error("cannot write to the journal: EACCES: permission denied")],
  ])("can be sent again when %s", async (_, failure) => {
    const failing: TraceStore = { ...createMemoryStore(), write: () => Promise.reject(failure) };
    const { endpoint } = await openTestReceiver({}, failing);
    const response = await post(endpoint, json, example);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  test.each(["identity", "gzip", "deflate"])("is given up when its sender has gone: %s", async (encoding) => {
    let refused: (message: string) => void = () => undefined;
    const refusal = new Promise<string>((resolve) => (refused = resolve));
    const { endpoint } = await openTestReceiver({ onRefused: (message) => refused(message) });
    const sender = await beginRequest(endpoint, encoding);
    sender.destroy();
    expect(await refusal).toMatch(/aborted$/);
  });

  test("that has stalled holds up closing no longer than a few seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { endpoint, close } = await openTestReceiver();
    const sender = await beginRequest(endpoint, "identity");
    const cutOff = new Promise((resolve) => sender.once("close", resolve));
    const closing = close();
    await vi.advanceTimersByTimeAsync(5000);
    await closing;
    await cutOff;
  });
});

/** Sends the beginning of a request; the receiver has it when this resolves. */
async function beginRequest(endpoint: string, encoding: string): Promise<Socket> {
  const sender = connect(Number(new URL(endpoint).port), "127.0.0.1");
  sender.on("error", () => undefined);
  const headers = ["Host: localhost", "Content-Type: application/json", `Content-Encoding: ${encoding}`];
  const expectation = ["Content-Length: 1000", "Expect: 100-continue"];
  sender.write(["POST /v1/traces HTTP/1.1", ...headers, ...expectation, "", ""].join("\r\n"));
  await once(sender, "data");
  sender.write("{");
  return sender;
}

describe("pages", () => {
  test("of this machine may send, others only if they are named", async () => {
    const { endpoint, store } = await openTestReceiver({ allowedOrigins: ["https://demo.example"] });
    const ask = (Origin: string) =>
      fetch(endpoint, {
        method: "OPTIONS",
        headers: {
          Origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "content-type",
        },
      });
    for (const origin of ["http://localhost:5173", "http://127.0.0.1:8000", "https://demo.example"]) {
      const { headers } = await ask(origin);
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-headers")).toBe("content-type");
    }
    for (const origin of ["https://evil.example", "http://localhost.evil.example", "null"]) {
      expect((await ask(origin)).headers.get("access-control-allow-origin")).toBeNull();
      expect((await post(endpoint, { ...json, Origin: origin }, example)).status).toBe(403);
    }
    expect((await store.search({})).traces).toEqual([]);
  });

  test("cannot reach it by a name of their own that resolves to this machine", async () => {
    const { endpoint } = await openTestReceiver();
    const { port } = new URL(endpoint);
    const status = await new Promise((resolve, reject) => {
      const headers = { ...json, Host: `evil.example:${port}` };
      request(endpoint, { method: "POST", headers }, ({ statusCode }) => resolve(statusCode))
        .on("error", reject)
        .end(example);
    });
    expect(status).toBe(403);
  });
});

describe("spanbook receive", () => {
  test("says where it listens, stores what arrives, and closes the file on Ctrl-C", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spanbook-receive-"));
    const file = path.join(folder, "received.db");
    const interrupt = new AbortController();
    let onListening: (line: string) => void = () => undefined;
    const listening = new Promise<string>((resolve) => (onListening = resolve));
    const running = run(["receive", file, "--port", "0", "--json"], {
      signal: interrupt.signal,
      onOutput: onListening,
    });
    const { endpoint } = JSON.parse(await listening) as { endpoint: string };
    expect(new URL(endpoint).hostname).toBe("127.0.0.1");
    expect((await post(endpoint, json, example)).status).toBe(200);
    interrupt.abort();
    const { code, stdout } = await running;
    expect([code, JSON.parse(stdout.split("\n")[1]!)]).toEqual([0, { spans: 1, rejected: 0 }]);
    const store = await openStore(file, { readOnly: true });
    expect((await store.search({})).traces).toHaveLength(1);
    await store.close();
    rmSync(folder, { recursive: true });
  });
});
