import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp } from "@spanbook/core/otlp";
import { uploadOtlp, type UploadOptions, type UploadResult } from "@spanbook/core/upload";
import { toRetryAfterMs } from "../../../packages/core/src/exchange/upload-request.js";
import { toUploadTarget } from "../../../packages/core/src/exchange/upload-target.js";
import { answer, openOtlpServer, type Behaviour, type OtlpServer } from "../../support/otlp-server.js";
import { aBatch, aPatch, aSpan, spanId, traceId } from "../../support/spans.js";

let server: OtlpServer;
let delays: number[];

beforeEach(async () => {
  server = await openOtlpServer();
  delays = [];
});
afterEach(() => server.close());

function upload(store: Parameters<typeof uploadOtlp>[0], options: UploadOptions = {}): Promise<UploadResult> {
  return uploadOtlp(store, {
    endpoint: server.url,
    wait: async (delayMs) => void delays.push(delayMs),
    random: () => 0.5,
    ...options,
  });
}

async function aStoreWith(spanCount: number) {
  const store = createMemoryStore();
  const spans = Array.from({ length: spanCount }, (_, i) =>
    aSpan({
      trace: 1 + Math.floor(i / 10),
      id: i + 1,
      startMs: i,
      ...(i % 10 > 0 && { parent: 1 + i - (i % 10) }),
    }),
  );
  await store.write(aBatch(spans));
  return store;
}

const idsUpTo = (count: number) => Array.from({ length: count }, (_, i) => spanId(i + 1));
const refusing =
  (bad: readonly string[], status: number): Behaviour =>
  ({ spanIds }, response) => {
    if (spanIds.some((id) => bad.includes(id))) response.writeHead(status).end("bad data");
  };
const hangUp: Behaviour = (_request, response) => void response.destroy();

describe("an upload", () => {
  it("sends every ended span once, as OTLP JSON in gzip, with its headers", async () => {
    const store = await aStoreWith(25);
    const progress: number[] = [];
    const result = await upload(store, {
      headers: { "x-mlflow-experiment-id": "7" },
      maxRequestSpans: 10,
      onProgress: ({ sent }) => progress.push(sent),
    });
    const bytes = server.requests.reduce((sum, { body }) => sum + body.length, 0);
    expect(result).toEqual({
      ...{ sent: 25, bytes, rejected: 0, alreadySent: 0, open: 0, assessments: 0, requests: 3 },
      messages: [],
    });
    expect(server.taken).toEqual(idsUpTo(25));
    expect(server.requests[0]).toMatchObject({
      path: "/v1/traces",
      headers: {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "x-mlflow-experiment-id": "7",
      },
    });
    expect(progress).toEqual([10, 20, 25]);
  });

  it("sends U+FFFD for half a surrogate pair, which is not valid UTF-8, in JSON and in protobuf", async () => {
    const store = createMemoryStore();
    const texts = ["cut \ud83d", "\udc00\ud83d😀", "\\\ud800", "\\ud800", "\\\\ud800\udfff"];
    const attributes = Object.fromEntries(texts.map((text, index) => [`${index}`, text]));
    await store.write(aBatch([aSpan({ id: 1, trace: 1, attributes })]));
    for (const protocol of ["http/json", "http/protobuf"] as const) {
      await upload(store, { endpoint: `${server.url}?${protocol}`, protocol });
    }
    for (const { body } of server.requests) {
      expect(body).not.toMatch(/[^\\](\\\\)*\\ud/);
      const sent = [...body.matchAll(/"key":"\d","value":\{"stringValue":(".*?[^\\]")\}/g)];
      expect(sent.map(([, text]) => JSON.parse(text!) as string)).toEqual([
        ...["cut \ufffd", "\ufffd\ufffd😀", "\\\ufffd", "\\ud800", "\\\\ud800\ufffd"],
      ]);
    }
    expect(server.requests).toHaveLength(2);
  });

  it("sends nothing twice, and open spans once they have ended", async () => {
    const store = await aStoreWith(3);
    await store.write(aBatch([aSpan({ id: 9, trace: 1, startMs: 5, parent: 1, open: true })]));
    expect(await upload(store)).toMatchObject({ sent: 3, open: 1, alreadySent: 0 });
    expect(await upload(store)).toMatchObject({ sent: 0, open: 1, alreadySent: 3, requests: 0 });
    await store.write(aBatch([aSpan({ id: 9, trace: 1, startMs: 5, parent: 1 })]));
    expect(await upload(store)).toMatchObject({ sent: 1, open: 0, alreadySent: 3 });
    expect(server.taken).toEqual([...idsUpTo(3), spanId(9)]);
    const other = await openOtlpServer();
    expect(await upload(store, { endpoint: other.url })).toMatchObject({ sent: 4, alreadySent: 0 });
    await other.close();
  });

  it("uses protobuf if asked to, and reads the answer in it", async () => {
    const store = await aStoreWith(4);
    const rejected = Uint8Array.from([0x0a, 0x07, 0x08, 0x01, 0x12, 0x03, 0x6f, 0x6c, 0x64]);
    const failure = Uint8Array.from([0x08, 0x03, 0x12, 0x03, 0x62, 0x61, 0x64]);
    const headers = { "Content-Type": "application/x-protobuf" };
    server.next(answer(200, headers, rejected), answer(400, headers, failure));
    expect(await upload(store, { protocol: "http/protobuf", maxRequestSpans: 3 })).toMatchObject({
      ...{ sent: 2, rejected: 2, requests: 2 },
      messages: [
        "old",
        expect.stringContaining(`the server at ${server.url} answered 400: bad, for the span "`),
      ],
    });
    expect(server.requests[0]?.headers["content-type"]).toBe("application/x-protobuf");
    expect(server.requests.flatMap(({ spanIds }) => spanIds)).toEqual(idsUpTo(4));
  });

  it("writes other conventions beside MLflow's if asked to", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan({ type: "TOOL", inputs: { city: "Paris" } })]));
    await upload(store, { dialects: ["genai", "openinference"] });
    expect(server.requests[0]?.body).toContain(
      '{"key":"input.value","value":{"stringValue":"{\\"city\\":\\"Paris\\"}"}}',
    );
    expect(server.requests[0]?.body).toContain(
      '{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}}',
    );
    const bad = upload(store, { dialects: ["vercel" as never] });
    await expect(bad).rejects.toThrow('dialects must be "genai" or "openinference", got "vercel"');
  });

  it("carries a trace's tags, and keeps the notes of what was uploaded out of exports", async () => {
    const store = createMemoryStore();
    const patches = [
      aPatch(1, { op: "setTag", key: "topic", value: "law" }),
      aPatch(2, { op: "setMetadata", key: "mlflow.trace.session", value: "s1" }),
    ];
    await store.write(aBatch([aSpan()], { patches }));
    await upload(store);
    expect(server.requests[0]?.body).toContain('{"key":"session.id","value":{"stringValue":"s1"}}');
    expect(server.requests[0]?.body).toContain('"mlflow.traceTag.topic"');
    let exported = "";
    for await (const piece of exportOtlp(store)) exported += piece;
    expect(exported).not.toContain("spanbook.uploaded");
  });

  it("is split if a request would be too large, for us or for the server", async () => {
    const store = await aStoreWith(8);
    await upload(store, { maxRequestBytes: 800 });
    expect(server.requests.length).toBeGreaterThan(3);
    for (const { body, spanIds } of server.requests) {
      expect(body.length <= 800 || spanIds.length === 1).toBe(true);
    }
    expect(server.taken).toEqual(idsUpTo(8));

    const second = await openOtlpServer();
    second.next(answer(413), answer(413));
    expect(await upload(store, { endpoint: second.url })).toMatchObject({ sent: 8, requests: 5 });
    expect(second.requests.map(({ spanIds }) => spanIds.length)).toEqual([8, 4, 2, 2, 4]);
    expect(second.taken).toEqual(idsUpTo(8));
    await second.close();
  });

  it("counts a single span that is too large, and goes on", async () => {
    const store = await aStoreWith(2);
    server.next(answer(413), answer(413, {}, "too big"));
    expect(await upload(store)).toMatchObject({
      sent: 1,
      rejected: 1,
      messages: [expect.stringMatching(/answered 413: too big, for the span "answer"/)],
    });
    expect(server.taken).toEqual([spanId(2)]);
  });

  it("is retried after 429, 502, 503, 504 and a lost connection, each time later", async () => {
    const store = await aStoreWith(2);
    server.next(answer(429), answer(502), answer(503), hangUp, answer(504));
    expect(await upload(store)).toMatchObject({ sent: 2, requests: 1 });
    expect(delays).toEqual([750, 1500, 3000, 6000, 12_000]);
    expect(server.taken).toEqual(idsUpTo(2));
  });

  it("waits as long as Retry-After says", async () => {
    const store = await aStoreWith(1);
    server.next(
      answer(503, { "Retry-After": "7" }),
      answer(429, { "Retry-After": new Date(Date.now() + 90_000).toUTCString() }),
      answer(503, { "Retry-After": "soon" }),
    );
    await upload(store);
    expect(delays[0]).toBe(7000);
    expect(delays[1]).toBeGreaterThan(80_000);
    expect(delays[2]).toBe(3000);
    const nowMs = Date.UTC(2026, 0, 1);
    expect(toRetryAfterMs("Thu, 01 Jan 2026 00:00:10 GMT", nowMs)).toBe(10_000);
    expect(toRetryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", nowMs)).toBe(0);
    expect(toRetryAfterMs("999999", nowMs)).toBe(300_000);
    expect(toRetryAfterMs(null, nowMs)).toBeUndefined();
  });

  it("gives up after maxAttempts, and the next upload goes on from there", async () => {
    const store = await aStoreWith(4);
    server.next(
      (_request, response) => void response,
      ...Array.from({ length: 3 }, () => answer(503, {}, "busy")),
    );
    const failing = upload(store, { maxRequestSpans: 2, maxAttempts: 3 });
    await expect(failing).rejects.toMatchObject({
      name: "UploadError",
      message: `the server at ${server.url} answered 503: busy, after 3 attempts`,
    });
    expect(await upload(store)).toMatchObject({ sent: 2, alreadySent: 2 });
    expect(server.taken).toEqual(idsUpTo(4));
  });

  it("names the other protocol if a server, such as Phoenix, refuses JSON", async () => {
    const store = await aStoreWith(1);
    const refusal = answer(
      415,
      { "Content-Type": "text/plain" },
      "Unsupported content type: application/json",
    );
    server.next(refusal, refusal);
    const message = `the server at ${server.url} answered 415: Unsupported content type: application/json`;
    await expect(upload(store)).rejects.toMatchObject({
      message: `${message}; it may accept only protocol "http/protobuf"`,
    });
    await expect(upload(store, { protocol: "http/protobuf" })).rejects.toMatchObject({ message });
  });

  it.each([401, 403, 404, 405, 500, 501])("fails at once on %d", async (status) => {
    const store = await aStoreWith(1);
    server.next(answer(status, {}, '{"message":"not here"}'));
    await expect(upload(store)).rejects.toMatchObject({
      name: "UploadError",
      message: `the server at ${server.url} answered ${status}: not here`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([302, 307])("does not follow a redirect (%d), and notes nothing as sent", async (status) => {
    const store = await aStoreWith(1);
    const place = `${server.url}/elsewhere`;
    server.next(answer(status, { Location: place }));
    await expect(upload(store)).rejects.toMatchObject({
      name: "UploadError",
      message: `the server at ${server.url} redirects to ${place}, where nothing was sent: use that URL if it is the right one`,
    });
    expect(server.requests).toHaveLength(1);
    expect(await upload(store)).toMatchObject({ sent: 1, alreadySent: 0 });
  });

  it("does not take a web page for an answer, whatever its status, and notes nothing as sent", async () => {
    const store = await aStoreWith(1);
    server.next(answer(200, { "Content-Type": "text/html; charset=utf-8" }, "<!doctype html><p>Sign in"));
    await expect(upload(store)).rejects.toMatchObject({
      name: "UploadError",
      message: `the server at ${server.url} answered 200 with a web page`,
    });
    expect(await upload(store)).toMatchObject({ sent: 1, alreadySent: 0 });
  });

  it.each([400, 422])("is not held back by one span that is refused with %d", async (status) => {
    const store = await aStoreWith(40);
    server.always(refusing([spanId(7)], status));
    expect(await upload(store)).toMatchObject({
      ...{ sent: 39, rejected: 1, requests: 13 },
      messages: [
        `the server at ${server.url} answered ${status}: bad data, for the span "answer" (${spanId(7)} of trace ${traceId(1)})`,
      ],
    });
    expect(server.taken).toEqual(idsUpTo(40).filter((id) => id !== spanId(7)));
    // It was reported, and is not retried for ever.
    expect(await upload(store)).toMatchObject({ sent: 0, rejected: 0, alreadySent: 40, requests: 0 });
  });

  it("gives up after a few requests if the server refuses everything, and notes nothing as sent", async () => {
    const store = await aStoreWith(2000);
    server.always(answer(400, {}, "no such project"));
    await expect(upload(store, { maxRequestSpans: 100 })).rejects.toMatchObject({
      name: "UploadError",
      message: `the server at ${server.url} answered 400: no such project, as it did to each of the first 40 requests, even small ones`,
    });
    expect(server.requests).toHaveLength(40);
    server.always(undefined);
    expect(await upload(store)).toMatchObject({ sent: 2000, alreadySent: 0 });
  });

  it("retries refused spans next time if nothing else was accepted", async () => {
    const store = await aStoreWith(2);
    server.always(answer(400));
    expect(await upload(store)).toMatchObject({ sent: 0, rejected: 2, requests: 3 });
    server.always(undefined);
    expect(await upload(store)).toMatchObject({ sent: 2, alreadySent: 0 });
  });

  it("does not split for ever if many spans in a row are refused, and goes on after them", async () => {
    const store = await aStoreWith(300);
    server.always(refusing(idsUpTo(100), 400));
    const first = await upload(store, { maxRequestSpans: 100 });
    expect(first).toMatchObject({ sent: 200, rejected: 100 });
    expect(first.requests).toBeLessThan(30);
    expect(first.messages.length).toBeLessThanOrEqual(11);
  });

  it("reports partial success and warnings, and does not send again", async () => {
    const store = await aStoreWith(4);
    server.next(
      answer(200, {}, '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'),
      answer(200, {}, '{"partialSuccess":{"rejectedSpans":0,"errorMessage":"deprecated"}}'),
    );
    expect(await upload(store, { maxRequestSpans: 2 })).toMatchObject({
      sent: 3,
      rejected: 1,
      alreadySent: 0,
      requests: 2,
      messages: ["too old", "deprecated"],
    });
    expect(await upload(store)).toMatchObject({ sent: 0, alreadySent: 4 });
  });

  it("goes by the status if the answer is missing or cannot be read", async () => {
    const store = await aStoreWith(1);
    server.next(answer(200, { "Content-Type": "application/x-protobuf" }, "\u0000\u0001"));
    expect(await upload(store)).toMatchObject({ sent: 1, rejected: 0 });
  });

  it("is retried if no answer comes in time", async () => {
    const store = await aStoreWith(1);
    const never: Behaviour = (_request, response) => response.writeHead(200).flushHeaders();
    server.next(never);
    expect(await upload(store, { timeoutMs: 200 })).toMatchObject({ sent: 1 });
    expect(server.requests).toHaveLength(2);
  });

  it("says why there was no connection", async () => {
    const store = await aStoreWith(1);
    const { url } = server;
    await server.close();
    await expect(upload(store, { endpoint: url, maxAttempts: 2 })).rejects.toMatchObject({
      name: "UploadError",
      message: `the upload to ${url} failed: no connection (ECONNREFUSED), after 2 attempts`,
    });
    server = await openOtlpServer();
  });

  it("stops when it is aborted, even while it waits", async () => {
    const store = await aStoreWith(4);
    const controller = new AbortController();
    const waiting = upload(store, {
      signal: controller.signal,
      maxRequestSpans: 2,
      onProgress: () => server.next(answer(503)),
      wait: async () => controller.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(await upload(store)).toMatchObject({ sent: 2, alreadySent: 2 });
    await expect(upload(await aStoreWith(1), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  it("says in a dry run what would be sent, and sends nothing", async () => {
    const store = await aStoreWith(3);
    await store.write(aBatch([aSpan({ trace: 9, id: 30, startMs: 50, name: "other" })]));
    const planned = await upload(store, { dryRun: true });
    expect(planned).toMatchObject({
      ...{ sent: 4, requests: 0 },
      traces: [
        { traceId: traceId(1), name: "answer", spans: 3 },
        { traceId: traceId(9), name: "other", spans: 1 },
      ],
    });
    expect(planned.traces?.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(planned.bytes);
    expect(server.requests).toHaveLength(0);
    expect(await upload(store)).toMatchObject({ sent: 4 });
  });

  it.each([
    [{ maxRequestBytes: 0 }, "maxRequestBytes must be an integer from 1, got 0"],
    [{ maxRequestSpans: 1.5 }, "maxRequestSpans must be an integer from 1, got 1.5"],
    [{ endpoint: "localhost:4318" }, 'endpoint must be an http or https URL, got "localhost:4318"'],
    [{ endpoint: "" }, 'endpoint must be an http or https URL, got ""'],
    [{ endpoint: "http://ada:key@localhost" }, "endpoint must not contain a user or password"],
    [{ headers: { "api-key": "ke\ny" } }, 'names and values that HTTP allows, got an invalid "api-key"'],
    [{ timeoutMs: 0 }, "timeoutMs must be an integer from 1, got 0"],
  ])("refuses %o", async (options, message) => {
    await expect(upload(createMemoryStore(), options)).rejects.toThrow(message);
  });
});

describe("the target of an upload", () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318" };

  it("comes from OpenTelemetry's variables, those for traces first", () => {
    expect(toUploadTarget({}, base)).toEqual({
      endpoint: "http://a:4318/v1/traces",
      protocol: "http/json",
      headers: {},
      timeoutMs: 10_000,
      gzip: true,
    });
    expect(
      toUploadTarget(
        {},
        {
          ...base,
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b/own",
          OTEL_EXPORTER_OTLP_HEADERS: "a=1",
          OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=x%20y, b = 2,broken,c=100%",
          OTEL_EXPORTER_OTLP_TIMEOUT: "5000",
          OTEL_EXPORTER_OTLP_COMPRESSION: "none",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        },
      ),
    ).toEqual({
      endpoint: "http://b/own",
      protocol: "http/protobuf",
      headers: { "api-key": "x y", b: "2", c: "100%" },
      timeoutMs: 5000,
      gzip: false,
    });
    expect(toUploadTarget({}, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a/base/" }).endpoint).toBe(
      "http://a/base/v1/traces",
    );
  });

  it("is what the caller says, if given", () => {
    expect(
      toUploadTarget(
        { endpoint: new URL("http://c/x"), headers: { a: "2" }, timeoutMs: 1, gzip: false },
        {
          ...base,
          OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=1",
        },
      ),
    ).toMatchObject({ endpoint: "http://c/x", headers: { a: "2", b: "1" }, timeoutMs: 1, gzip: false });
  });

  it("must be known", () => {
    expect(() => toUploadTarget({}, {})).toThrow("endpoint must be a URL, got none");
    expect(() => toUploadTarget({}, { ...base, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(
      'protocol must be "http/json" or "http/protobuf", got "grpc"',
    );
  });
});
