import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { traceFetch, type FetchTracingOptions } from "@spanbook/core/fetch";
import { tracedOllama } from "@spanbook/core/ollama";
import { uploadOtlp } from "@spanbook/core/upload";
import { compareTraced } from "../../support/compare-traced.js";
import { startModelServer } from "../../support/model-server/server.js";
import { toTree } from "../../support/trace-tree.js";
import { createRecordingWorld, type RecordingWorld } from "../../support/tracing.js";

let server: Server;
let origin: string;
const received: IncomingHttpHeaders[] = [];

/** Answers by path: /status/404, /json, /pieces (three parts), /cut (ends in the middle), /hang (never). */
beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request.headers);
    const { pathname } = new URL(request.url ?? "/", "http://server");
    response.sendDate = false;
    const [, kind, status] = pathname.split("/");
    if (kind === "status") return void response.writeHead(Number(status)).end("what it said");
    if (kind === "json") return void response.setHeader("content-length", "9").end('{"a": 42}');
    response.writeHead(200, { "content-type": "text/plain" });
    if (kind === "hang") return void response.write("one ");
    response.write("one ");
    setImmediate(() => {
      response.write("two ");
      setImmediate(() => (kind === "cut" ? response.destroy() : response.end("three")));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const secret = "key-not-for-traces";

/** Runs a program with fetch traced and with plain fetch: the results must be the same. */
async function compare(program: () => Promise<unknown>, options: FetchTracingOptions = {}) {
  const { spans, outcome } = await compareTraced(secret, program, (world) => {
    const stop = traceFetch({ ...world, ...options });
    return program().finally(stop);
  });
  expect(spans).toHaveLength(1);
  return { span: spans[0]!, outcome };
}

function tracedWorld(options: FetchTracingOptions = {}): RecordingWorld {
  const world = createRecordingWorld();
  onTestFinished(traceFetch({ ...world, ...options }));
  return world;
}

describe("a request", () => {
  test("records method, URL, status and sizes, but only the names of query parameters", async () => {
    const { span } = await compare(async () => {
      const url = `${origin}/json?page=2&key=${secret}&${secret}#${secret}`;
      const response = await fetch(url, {
        method: "post",
        body: "é",
        headers: { authorization: `Bearer ${secret}` },
      });
      return [await response.json(), response.url, response.bodyUsed];
    });
    const shown = `${origin}/json?page=REDACTED&key=REDACTED&REDACTED`;
    expect(span).toMatchObject({
      name: `POST ${new URL(origin).host}`,
      kind: 3,
      status: { code: 1 },
      attributes: {
        "mlflow.spanInputs": JSON.stringify({ method: "POST", url: shown }),
        "mlflow.spanOutputs": '{"status":200}',
        "http.request.method": "POST",
        "url.full": shown,
        "server.address": "127.0.0.1",
        "server.port": Number(new URL(origin).port),
        "http.request.body.size": 2,
        "http.response.status_code": 200,
        "http.response.body.size": 9,
      },
    });
    expect(span.events).toMatchObject([{ name: "http.response.headers" }]);
  });

  test("records the values of query parameters that are said to be harmless", async () => {
    const { span } = await compare(() => fetch(`${origin}/json?page=2&key=3`).then((found) => found.text()), {
      queryParameters: ["page"],
    });
    expect(span.attributes["url.full"]).toBe(`${origin}/json?page=2&key=REDACTED`);
  });

  test("may be given as a Request or a URL, read as the platform reads them", async () => {
    const { span } = await compare(async () =>
      (await fetch(new Request(new URL(`${origin}/json`), { method: "PUT", body: "1" }))).text(),
    );
    expect(span.attributes["http.request.method"]).toBe("PUT");
  });

  test("with a status of 400 or more is an error, though the program gets its response", async () => {
    const { span, outcome } = await compare(async () => {
      const response = await fetch(`${origin}/status/404`);
      return [response.status, await response.text()];
    });
    expect(outcome).toEqual([404, "what it said"]);
    expect(span.status).toEqual({ code: 2, message: "404 Not Found" });
    expect(span.attributes["error.type"]).toBe("404");
  });

  test("to a server that is not there is an error with its reason", async () => {
    const { span, outcome } = await compare(() => fetch("http://127.0.0.1:1/"));
    expect(outcome).toMatchObject({ name: "TypeError", message: "fetch failed" });
    expect(span.status).toEqual({ code: 2, message: "fetch failed" });
  });

  test("that is aborted is recorded as such", async () => {
    const { span } = await compare(() => {
      const controller = new AbortController();
      const response = fetch(`${origin}/hang`, { signal: controller.signal });
      controller.abort();
      return response;
    });
    expect(span.events).toMatchObject([
      { name: "exception", attributes: { "exception.type": "AbortError" } },
    ]);
  });

  test("that is never sent is not recorded: an invalid URL, or one with credentials, which its error would reveal", async () => {
    const world = tracedWorld();
    await expect(fetch(`http://user:${secret}@localhost/`)).rejects.toThrow(TypeError);
    await expect(fetch("no url")).rejects.toThrow(TypeError);
    expect(await world.allTraces()).toEqual([]);
  });

  test("can be left out by filter", async () => {
    const world = tracedWorld({ filter: ({ pathname }) => pathname !== "/json" });
    expect(await (await fetch(`${origin}/json`)).json()).toEqual({ a: 42 });
    expect(await world.allTraces()).toEqual([]);
  });
});

describe("a filter that throws", () => {
  test("is reported, and the request is made", async () => {
    const world = tracedWorld({
      filter() {
        throw new RangeError("no filter");
      },
    });
    expect(await (await fetch(`${origin}/json`)).json()).toEqual({ a: 42 });
    expect(world.errors).toMatchObject([{ message: "no filter" }]);
  });
});

describe("a body", () => {
  test.each<[string, (response: Response) => Promise<unknown>]>([
    ["text()", (response) => response.text()],
    ["arrayBuffer()", async (response) => (await response.arrayBuffer()).byteLength],
    ["blob()", async (response) => (await response.blob()).size],
    ["a reader", async (response) => readAll(response.body!.getReader())],
    ["for await", (response) => collect(response.body!)],
    ["a tee", async (response) => Promise.all(response.body!.tee().map(collect))],
    ["a clone", async (response) => [await response.clone().text(), await response.text()]],
    ["a pipe", async (response) => collect(response.body!.pipeThrough(new TextDecoderStream()))],
    ["pipeTo", (response) => response.body!.pipeTo(new WritableStream())],
  ])("ends the span when it has been read by %s", async (_way, read) => {
    const { span } = await compare(async () => read(await fetch(`${origin}/pieces`)));
    expect(span).toMatchObject({ status: { code: 1 } });
    expect(span.attributes).not.toHaveProperty("spanbook.stream");
  });

  test("that comes in pieces is recorded with the size that was read", async () => {
    const { span } = await compare(async () => collect((await fetch(`${origin}/pieces`)).body!));
    expect(span.attributes["http.response.body.size"]).toBe(13);
  });

  test("that is left early is marked as left", async () => {
    const { span } = await compare(async () => {
      for await (const part of (await fetch(`${origin}/pieces`)).body!) return part.length;
      return undefined;
    });
    expect(span.attributes["spanbook.stream"]).toBe("left");
  });

  test("that is cut off is an error", async () => {
    const { span, outcome } = await compare(async () => (await fetch(`${origin}/cut`)).text());
    expect(outcome).toMatchObject({ name: "TypeError" });
    expect(span.status).toEqual({ code: 2, message: "terminated" });
  });

  test("that is aborted while it arrives is an error", async () => {
    const { span } = await compare(async () => {
      const controller = new AbortController();
      const response = await fetch(`${origin}/hang`, { signal: controller.signal });
      const reader = response.body!.getReader();
      await reader.read();
      controller.abort();
      await reader.read();
    });
    expect(span.events?.at(-1)).toMatchObject({ attributes: { "exception.type": "AbortError" } });
  });

  test("that nobody reads ends its span at the headers, once the span around that ends", async () => {
    const world = tracedWorld();
    await world.tracing.withSpan(
      async () => {
        await fetch(`${origin}/pieces`);
        world.advance(1000);
      },
      { name: "ask" },
    );
    const [ask, request] = await world.onlyTrace();
    expect(request).toMatchObject({
      parentSpanId: ask?.spanId,
      endTimeUnixNano: request?.startTimeUnixNano,
      attributes: { "spanbook.stream": "unread" },
    });
  });

  test("of a request outside any span must be read at once, or its own span ends at the headers", async () => {
    const world = tracedWorld();
    const { responding } = world.tracing.withSpan(() => ({ responding: fetch(`${origin}/pieces`) }), {
      name: "is over by then",
    });
    for (const response of [await responding, await fetch(`${origin}/pieces`)]) {
      await new Promise((resolve) => setTimeout(resolve));
      expect(await response.text()).toBe("one two three");
    }
    const spans = (await world.allTraces()).flatMap(({ data }) => data.spans);
    expect(spans.map(({ attributes }) => attributes["spanbook.stream"])).toEqual([
      undefined,
      "unread",
      "unread",
    ]);
  });

  test("that is not JSON still counts as read", async () => {
    const { span, outcome } = await compare(async () => (await fetch(`${origin}/pieces`)).json());
    expect(outcome).toMatchObject({ name: "SyntaxError" });
    expect(span.status).toEqual({ code: 1 });
  });
});

describe("traceparent", () => {
  test("goes to the listed origins and no others", async () => {
    const world = tracedWorld({ propagateTo: [origin] });
    const other = origin.replace("127.0.0.1", "localhost");
    received.length = 0;
    for (const place of [origin, other]) await (await fetch(`${place}/json`, { headers: { a: "b" } })).text();
    const [trace] = await world.allTraces();
    const [span] = trace!.data.spans;
    expect(received.map(({ traceparent, a }) => [traceparent, a])).toEqual([
      [`00-${span!.traceId}-${span!.spanId}-01`, "b"],
      [undefined, "b"],
    ]);
  });

  test("is added to a Request without changing the program's own", async () => {
    const world = tracedWorld({ propagateTo: [origin] });
    received.length = 0;
    const request = new Request(`${origin}/json`, { method: "POST", body: "asked", headers: { a: "b" } });
    expect(await (await fetch(request)).json()).toEqual({ a: 42 });
    const [span] = await world.onlyTrace();
    expect(received).toMatchObject([
      {
        a: "b",
        "content-type": "text/plain;charset=UTF-8",
        traceparent: `00-${span!.traceId}-${span!.spanId}-01`,
      },
    ]);
    expect(request.bodyUsed).toBe(true);
    expect(request.headers.has("traceparent")).toBe(false);
  });

  test("of a trace that is not recorded says so", async () => {
    const world = createRecordingWorld({ sampling: 0 });
    onTestFinished(traceFetch({ ...world, propagateTo: [origin] }));
    received.length = 0;
    await (await fetch(`${origin}/json`)).text();
    expect(received[0]?.["traceparent"]).toMatch(/-00$/);
    expect(await world.allTraces()).toEqual([]);
  });

  test("set by the program is kept", async () => {
    tracedWorld({ propagateTo: [origin] });
    received.length = 0;
    const traceparent = "00-11111111111111111111111111111111-2222222222222222-01";
    await (await fetch(new Request(`${origin}/json`, { headers: { traceparent } }))).text();
    expect(received).toMatchObject([{ traceparent }]);
  });

  test("needs valid origins", () => {
    expect(() => traceFetch({ propagateTo: ["example.com"] })).toThrow(
      'an origin must be like "https://api.example.com", got "example.com"',
    );
  });
});

describe("traced fetch", () => {
  test("is a child of the SDK call that made the request", async () => {
    const models = await startModelServer();
    onTestFinished(models.close);
    const world = tracedWorld();
    const ollama = tracedOllama(new Ollama({ host: models.url, fetch }), world);
    const messages = [{ role: "user", content: "in pieces" }];
    for await (const part of await ollama.chat({ model: "llama4", messages, stream: true })) void part;
    expect(toTree(await world.onlyTrace())).toEqual(["ollama.chat", `  POST ${new URL(models.url).host}`]);
  });

  test("is not recorded when Spanbook itself uploads", async () => {
    const world = tracedWorld();
    await (await fetch(`${origin}/json`)).text();
    await world.tracing.flush();
    await uploadOtlp(world.store, { endpoint: origin });
    expect(await world.allTraces()).toHaveLength(1);
  });

  test("is undone when switched off, even below a wrapper that was put over it meanwhile", async () => {
    const world = createRecordingWorld();
    const own = globalThis.fetch;
    const stop = traceFetch(world);
    const traced = globalThis.fetch;
    globalThis.fetch = (...args) => traced(...args);
    stop();
    await (await fetch(`${origin}/json`)).text();
    globalThis.fetch = own;
    traceFetch(world)();
    expect(globalThis.fetch).toBe(own);
    expect(await world.allTraces()).toEqual([]);
  });

  test("leaves an unhandled rejection unhandled", async () => {
    tracedWorld();
    const unhandled = new Promise((resolve) => process.once("unhandledRejection", resolve));
    const others = process.listeners("unhandledRejection").slice(0, -1);
    others.forEach((listener) => process.off("unhandledRejection", listener));
    void fetch("http://127.0.0.1:1/");
    expect(await unhandled).toMatchObject({ message: "fetch failed" });
    others.forEach((listener) => process.on("unhandledRejection", listener));
  });
});

async function collect(parts: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const part of parts) {
    text += part instanceof Uint8Array ? new TextDecoder().decode(part) : String(part);
  }
  return text;
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
  const { done, value } = await reader.read();
  return done ? 0 : value.length + (await readAll(reader));
}
