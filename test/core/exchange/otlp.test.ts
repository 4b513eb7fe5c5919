import { readFileSync } from "node:fs";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Span, type Trace, type TraceInfo } from "@spanbook/core/model";
import { exportOtlp, importOtlp, type ExportOptions } from "@spanbook/core/otlp";
import { parseFilter } from "@spanbook/core/search";
import type { TraceStore } from "@spanbook/core/store";
import { createRandom } from "../../support/random.js";
import { toProtobuf } from "../../support/otlp-judge.js";
import { aBatch, aSpan, nano, searchInfos, traceId } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

const specificationExample = readFileSync(new URL("../../fixtures/otlp/trace.json", import.meta.url), "utf8");
const fileExporterLines = readFileSync(
  new URL("../../fixtures/otlp/file-exporter.jsonl", import.meta.url),
  "utf8",
);

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

async function throughStore(json: string): Promise<string> {
  const store = createMemoryStore();
  await importOtlp(store, json);
  return textOf(exportOtlp(store));
}

function withAttributes(values: readonly string[]): string {
  const attributes = values.map((value, index) => `{"key":"k${index}","value":${value}}`);
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"1".repeat(32)}","spanId":"${"2".repeat(16)}","name":"n",
    "kind":1,"startTimeUnixNano":"5","endTimeUnixNano":"6","attributes":[${attributes.join(",")}]}]}]}]}`;
}

describe("exportOtlp with a filter", () => {
  const spans = Array.from({ length: 250 }, (_, index) =>
    aSpan({ trace: index + 1, startMs: index, name: index % 2 === 0 ? "ask" : "answer" }),
  );
  async function exported(filter: ExportOptions["filter"]): Promise<string[]> {
    const store = createMemoryStore();
    await store.write(aBatch(spans));
    const text = await textOf(
      exportOtlp(store, { format: "jsonl", ...(filter !== undefined && { filter }) }),
    );
    return text.match(/"name":"[^"]*"/g) ?? [];
  }

  it("gives the traces that match, beyond one page too", async () => {
    const asks = Array.from({ length: 125 }, () => '"name":"ask"');
    expect(await exported("name = 'ask'")).toEqual(asks);
    expect(await exported(parseFilter("name = 'ask'"))).toEqual(asks);
    expect(await exported("")).toHaveLength(250);
    expect(await exported("name = 'nobody'")).toEqual([]);
  });

  it("gives one complete document if nothing matches", async () => {
    const text = await textOf(exportOtlp(createMemoryStore(), { filter: "name = 'nobody'" }));
    expect(JSON.parse(text)).toEqual({ resourceSpans: [] });
  });

  it("accepts a store behind a bare Comlink proxy, which is a function", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(spans));
    const remote = new Proxy(() => undefined, {
      get: (_, name): unknown => Reflect.get(store, name),
    }) as unknown as TraceStore;
    const text = await textOf(exportOtlp(remote, { filter: "name = 'ask'" }));
    expect(text.match(/"name":"ask"/g)).toHaveLength(125);
  });

  it("refuses a bad filter, and a filter without a store to search", async () => {
    await expect(exported("nmae = 'ask'")).rejects.toMatchObject({ name: "FilterSyntaxError" });
    await expect(textOf(exportOtlp([], { filter: "name = 'ask'" }))).rejects.toThrow(
      new TypeError("filter needs a store, got traces"),
    );
  });
});

describe("importOtlp and exportOtlp", () => {
  it("reproduce the specification's example, equal as protobuf", async () => {
    expect(toProtobuf(await throughStore(specificationExample))).toEqual(toProtobuf(specificationExample));
  });

  it("report each span without ids by its line, with the reason, and keep what was there", async () => {
    const store = createMemoryStore();
    await importOtlp(store, specificationExample);
    const result = await importOtlp(store, fileExporterLines);
    expect(result).toMatchObject({ traces: 0, spans: 0, skipped: 0 });
    expect(result.errors).toHaveLength(8);
    expect(result.errors.map(({ line }) => line)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(result.errors[3]).toEqual({
      line: 2,
      path: "resourceSpans[0].scopeSpans[0].spans[1] (operationB)",
      message: "traceId must be 32 hex digits, got none",
    });
    expect(toProtobuf(await textOf(exportOtlp(store)))).toEqual(toProtobuf(specificationExample));
  });

  it("keep every kind of value", async () => {
    const json = withAttributes([
      '{"stringValue":""}',
      '{"stringValue":"\\ud800 </script> \\u2028"}',
      '{"boolValue":false}',
      '{"intValue":"9223372036854775807"}',
      '{"intValue":"-9223372036854775808"}',
      '{"intValue":"0"}',
      '{"doubleValue":3}',
      '{"doubleValue":1e21}',
      '{"doubleValue":-0.5}',
      '{"doubleValue":"-0"}',
      '{"doubleValue":"NaN"}',
      '{"doubleValue":"-Infinity"}',
      '{"bytesValue":"AP8="}',
      '{"arrayValue":{"values":[{"intValue":"1"},{},{"arrayValue":{}}]}}',
      '{"kvlistValue":{"values":[{"key":"$int","value":{"stringValue":"x"}},{"key":"__proto__","value":{"intValue":"1"}}]}}',
      "{}",
    ]);
    const exported = await throughStore(json);
    expect(toProtobuf(exported)).toEqual(
      toProtobuf(json.replace('{"arrayValue":{}}', '{"arrayValue":{"values":[]}}')),
    );
    expect(exported).toContain('{"doubleValue":"NaN"}');
    expect(exported).toContain('{"doubleValue":"-0"}');
    expect(exported).toContain('{"intValue":"9223372036854775807"}');
  });

  it("keep events, links, status, flags, trace state and dropped counts", async () => {
    const json = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [], droppedAttributesCount: 3 },
          schemaUrl: "https://example.org/resource",
          scopeSpans: [
            {
              scope: { name: "s", version: "1", droppedAttributesCount: 1 },
              schemaUrl: "https://example.org/scope",
              spans: [
                {
                  traceId: "a".repeat(32),
                  spanId: "b".repeat(16),
                  parentSpanId: "c".repeat(16),
                  traceState: "k=v",
                  flags: 0x301,
                  name: "all",
                  kind: 5,
                  startTimeUnixNano: "1700000000000000001",
                  endTimeUnixNano: "1700000000000000002",
                  attributes: [],
                  droppedAttributesCount: 4,
                  events: [{ timeUnixNano: "1700000000000000001", name: "e", droppedAttributesCount: 2 }],
                  droppedEventsCount: 5,
                  links: [{ traceId: "d".repeat(32), spanId: "e".repeat(16), traceState: "x=y", flags: 1 }],
                  droppedLinksCount: 6,
                  status: { code: 2, message: "bad" },
                },
              ],
            },
          ],
        },
      ],
    });
    expect(toProtobuf(await throughStore(json))).toEqual(toProtobuf(json));
  });

  it("read what the OpenTelemetry SDK writes", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const span = provider
      .getTracer("lib", "2")
      .startSpan("from the SDK", { attributes: { n: 3, half: 0.5, list: ["a"] } });
    span.addEvent("happened", { at: 1 });
    span.setStatus({ code: 2, message: "failed" }).end();
    const json = Buffer.from(
      JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()) ?? [],
    ).toString();

    const store = createMemoryStore();
    expect(await importOtlp(store, json)).toEqual({ traces: 1, spans: 1, skipped: 0, errors: [] });
    const { traceId, spanId } = span.spanContext();
    expect(await store.getSpan(traceId, spanId)).toMatchObject({
      name: "from the SDK",
      kind: 1,
      attributes: { n: 3, half: 0.5, list: ["a"] },
      status: { code: 2, message: "failed" },
    });
    expect(toProtobuf(await textOf(exportOtlp(store)))).toEqual(toProtobuf(json));
  });

  it("write what was recorded as the schema demands", async () => {
    const { tracing, store } = createRecordingWorld();
    const fail = tracing.trace((n: number) => {
      throw new RangeError(`no ${n}`);
    });
    tracing.withSpan(
      (span) => {
        span.setAttributes({
          nan: NaN,
          big: 2n ** 63n - 1n,
          bytes: new Uint8Array([1]),
          list: [1, { a: null }],
          one: 1,
        });
        span.addLink({ traceId: "a".repeat(32), spanId: "b".repeat(16), attributes: { why: "test" } });
        expect(() => fail(3)).toThrow("no 3");
      },
      { name: "root", spanType: "AGENT" },
    );
    await tracing.flush();
    const [first] = (toProtobuf(await textOf(exportOtlp(store)))["resourceSpans"] ?? []) as Record<
      string,
      unknown
    >[];
    expect(first).toMatchObject({
      resource: {
        attributes: expect.arrayContaining([
          { key: "service.name", value: { stringValue: "unknown_service" } },
        ]),
      },
      scopeSpans: [
        {
          scope: { name: "@spanbook/core" },
          spans: [{ name: "root" }, { status: { code: 2, message: "no 3" } }],
        },
      ],
    });
  });

  it("agree on JSON lines and on documents with any spacing, in pieces of any size", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 30 }, (_, i) =>
      aSpan({ trace: 1 + (i % 3), id: i + 1, startMs: i, name: `é🎉${i}` }),
    );
    await store.write(aBatch(spans));
    const lines = await textOf(exportOtlp(store, { format: "jsonl" }));
    expect(lines.trimEnd().split("\n")).toHaveLength(3);
    const document = await textOf(exportOtlp(store));
    const random = createRandom(4);
    for (const text of [
      lines,
      document,
      JSON.stringify(JSON.parse(document)),
      `\uFEFF${document.replaceAll("\n", "\r\n")}`,
    ]) {
      const bytes = new TextEncoder().encode(text);
      async function* pieces() {
        for (let at = 0; at < bytes.length;) {
          const next = at + random.integer(1, 40);
          yield bytes.subarray(at, next);
          at = next;
        }
      }
      for (const input of [text, bytes, new Blob([bytes]), pieces()]) {
        const copy = createMemoryStore();
        expect(await importOtlp(copy, input)).toMatchObject({ traces: 3, spans: 30, errors: [] });
        expect(await textOf(exportOtlp(copy))).toBe(document);
      }
    }
  });

  it("write what many traces of a store share only once, in pieces that stay small", async () => {
    const store = createMemoryStore();
    const [resourceId, scopeId] = ["a".repeat(32), "b".repeat(32)];
    const spans = Array.from({ length: 400 }, (_, i) => ({
      ...aSpan({ trace: i + 1, startMs: i, inputs: "x".repeat(300) }),
      ...(i % 100 > 0 && { resourceId, scopeId }),
    }));
    const resources = { [resourceId]: { attributes: { "service.name": "shop" } } };
    await store.write(aBatch(spans, { origins: { resources, scopes: { [scopeId]: { name: "till" } } } }));
    const pieces: string[] = [];
    for await (const piece of exportOtlp(store)) pieces.push(piece);
    const document = pieces.join("");
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
    expect(document.split("service.name").length).toBeLessThan(10);
    const copy = createMemoryStore();
    expect(await importOtlp(copy, document)).toMatchObject({ traces: 400, spans: 400, errors: [] });
    const lines = (source: typeof store) => textOf(exportOtlp(source, { format: "jsonl" }));
    expect(await lines(copy)).toBe(await lines(store));
  });

  it("keep apart the resources of traces given directly, even if they share an id", async () => {
    const traceOf = (service: string, trace: number): Trace => ({
      info: { traceId: traceId(trace) } as TraceInfo,
      data: {
        spans: [{ ...aSpan({ trace }), resourceId: "r" }],
        digests: [],
        resources: { r: { attributes: { "service.name": service } } },
        scopes: {},
      },
    });
    const text = await textOf(exportOtlp([traceOf("shop", 1), traceOf("till", 2)]));
    expect(text.match(/shop|till/g)).toEqual(["shop", "till"]);
  });

  it("change nothing when a file is imported twice", async () => {
    const store = createMemoryStore();
    await importOtlp(store, specificationExample);
    const [before] = await searchInfos(store);
    await importOtlp(store, specificationExample);
    expect(await searchInfos(store)).toEqual([before]);
  });

  it("export traces without a store", async () => {
    const span = aSpan({ name: "alone" });
    const info = { name: "alone" } as never;
    const text = await textOf(
      exportOtlp({ info, data: { spans: [span], digests: [], resources: {}, scopes: {} } }),
    );
    expect(JSON.parse(text)).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: "alone" }] }] }],
    });
  });

  it("export an empty store as a document without spans", async () => {
    const text = await textOf(exportOtlp(createMemoryStore()));
    expect(JSON.parse(text)).toEqual({ resourceSpans: [] });
    expect(await importOtlp(createMemoryStore(), text)).toEqual({
      traces: 0,
      spans: 0,
      skipped: 0,
      errors: [],
    });
  });

  it("export every span of a trace that is longer than a page", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 2500 }, (_, i) => aSpan({ id: i + 1, startMs: Math.floor(i / 7) }));
    await store.write(aBatch(spans));
    const copy = createMemoryStore();
    expect(await importOtlp(copy, await textOf(exportOtlp(store)))).toMatchObject({ traces: 1, spans: 2500 });
  });

  it("read several traces ahead from a store, but no more spans than fit a page", async () => {
    const store = createMemoryStore();
    const traces = Array.from({ length: 30 }, (_, trace) =>
      Array.from({ length: 100 }, (_, id) => aSpan({ trace: trace + 1, id: id + 1, startMs: trace })),
    );
    await store.write(aBatch(traces.flat()));
    let asked = 0;
    const counting: TraceStore = { ...store, get: (...call) => (asked++, store.get(...call)) };
    const written: number[] = [];
    for await (const line of exportOtlp(counting, { format: "jsonl" })) {
      written.push(line.length);
      expect(asked - written.length).toBeLessThan(10);
      if (written.length === 1) expect(asked).toBe(10);
    }
    expect(written).toHaveLength(30);
  });

  it("reject only when they reach a trace that cannot be read, and leave no rejection of later ones unhandled", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([1, 2, 3, 4].map((trace) => aSpan({ trace, startMs: trace }))));
    const failing: TraceStore = {
      ...store,
      get: (id, options) =>
        id === traceId(1) ? store.get(id, options) : Promise.reject(new Error(`no ${id}`)),
    };
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on("unhandledRejection", listen);
    const lines = exportOtlp(failing, { format: "jsonl" });
    expect(await lines.next()).toMatchObject({ done: false });
    await expect(lines.next()).rejects.toThrow(`no ${traceId(2)}`);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    expect(unheard).toEqual([]);
  });
});

describe("importOtlp", () => {
  it("is tolerant of ids in capitals, snake_case, enum names, numbers as text and text as numbers", async () => {
    const store = createMemoryStore();
    const json = JSON.stringify({
      resource_spans: [
        {
          instrumentationLibrarySpans: [
            {
              instrumentation_library: { name: "old" },
              spans: [
                {
                  trace_id: "AB".repeat(16),
                  span_id: "CD".repeat(8),
                  name: "old style",
                  kind: "SPAN_KIND_SERVER",
                  start_time_unix_nano: 1_700_000_000_000,
                  status: { code: "STATUS_CODE_ERROR" },
                  attributes: [
                    { key: "a", value: { int_value: 5 } },
                    { key: "b", value: { doubleValue: "2.5" } },
                    { key: "c", value: { doubleValue: null } },
                  ],
                  unknown: 1,
                },
              ],
            },
          ],
        },
      ],
    });
    expect(await importOtlp(store, json)).toMatchObject({ spans: 1, errors: [] });
    const span = (await store.getSpan("ab".repeat(16), "cd".repeat(8))) as Span;
    expect(span).toMatchObject({
      kind: 2,
      startTimeUnixNano: "1700000000000",
      status: { code: 2 },
      attributes: { a: 5, b: 2.5, c: null },
    });
    expect(span).not.toHaveProperty("endTimeUnixNano");
    expect(await searchInfos(store)).toMatchObject([{ state: "UNFINISHED" }]);
  });

  it("keeps the good lines, reports the bad ones, and counts those of other signals", async () => {
    const store = createMemoryStore();
    const good = JSON.stringify(JSON.parse(specificationExample));
    const lines = [
      good,
      '{"resourceSpans":[',
      '{"resourceMetrics":[]}',
      '{"resourceLogs":[]}',
      "[],",
      "",
      good,
      "hello",
    ];
    expect(await importOtlp(store, lines.join("\n"))).toMatchObject({
      traces: 1,
      skipped: 2,
      errors: [{ line: 2 }, { line: 8, message: "expected an object with resourceSpans, got hello" }],
    });
    const list = `[${good}, null, "a, {", 3]\n,${good}]`;
    expect(await importOtlp(createMemoryStore(), list)).toMatchObject({
      spans: 2,
      errors: [
        { line: 1, message: "expected an object with resourceSpans, got null" },
        { line: 1, message: 'expected an object with resourceSpans, got "a, {", 3]' },
      ],
    });
    const brokenFirst = createMemoryStore();
    expect(await importOtlp(brokenFirst, `{"resourceSpans":[\n${good}\n`)).toMatchObject({
      spans: 1,
      errors: [{ line: 1 }],
    });
  });

  it.each([
    [
      "nothing like JSON",
      "PK\u0003\u0004",
      "not OTLP JSON: line 1: expected an object with resourceSpans, got PK",
    ],
    [
      "JSON of another kind",
      '{"hello": 1}',
      "expected an object with resourceSpans, got an object with hello",
    ],
    ["a number", "3", "expected an object with resourceSpans, got 3"],
    [
      "resourceSpans that are not a list",
      '{"resourceSpans":{}}',
      "expected resourceSpans to be a list, got something else",
    ],
    ["half a document", specificationExample.slice(0, 300), "not OTLP JSON: line 1: "],
  ])("refuses %s with one clear error", async (_what, input, message) => {
    const store = createMemoryStore();
    const error: unknown = await importOtlp(store, input).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
    expect(await searchInfos(store)).toEqual([]);
  });

  it.each([
    ["a short trace id", { traceId: "abc" }, 'traceId must be 32 hex digits, not all zero, got "abc"'],
    ["zeros for an id", { spanId: "0".repeat(16) }, "spanId must be 16 hex digits, not all zero"],
    [
      "no start",
      { startTimeUnixNano: undefined },
      "startTimeUnixNano must be nanoseconds since the Unix epoch, got none",
    ],
    ["a negative start", { startTimeUnixNano: "-1" }, "startTimeUnixNano must be nanoseconds"],
    [
      "a start beyond 64 bits",
      { startTimeUnixNano: "99999999999999999999" },
      "startTimeUnixNano must be nanoseconds",
    ],
    [
      "an integer that is none",
      { attributes: [{ key: "a", value: { intValue: "x" } }] },
      "intValue must be an integer",
    ],
  ])("refuses a span with %s, and says where", async (_what, fields, message) => {
    const good = { traceId: "1".repeat(32), spanId: "2".repeat(16), name: "s", startTimeUnixNano: nano(0) };
    const json = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [good, { ...good, ...fields }] }] }],
    });
    const store = createMemoryStore();
    const result = await importOtlp(store, json);
    expect(result).toMatchObject({
      spans: 1,
      errors: [{ path: "resourceSpans[0].scopeSpans[0].spans[1] (s)" }],
    });
    expect(result.errors[0]?.message).toContain(message);
  });

  it("stops when it is aborted and keeps what was written", async () => {
    const store = createMemoryStore();
    const source = createMemoryStore();
    await source.write(aBatch(Array.from({ length: 5 }, (_, i) => aSpan({ trace: i + 1, id: i + 1 }))));
    const controller = new AbortController();
    const lines = exportOtlp(source, { format: "jsonl" });
    const running = importOtlp(store, lines, {
      signal: controller.signal,
      onProgress: ({ lines: read }) => read === 2 && controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(await searchInfos(store)).toHaveLength(2);
  });

  it("stores what a recorder left open as unfinished, and does not undo what is already stored", async () => {
    const store = createMemoryStore();
    const open = aSpan({ open: true, inputs: "q" });
    await store.write(aBatch([aSpan({ inputs: "q", outputs: "a" })]));
    const other = createMemoryStore();
    await other.write(aBatch([open]));
    await importOtlp(store, exportOtlp(other));
    expect(describeSpan((await store.getSpan(open.traceId, open.spanId)) as Span).outputs).toBe("a");
  });
});
