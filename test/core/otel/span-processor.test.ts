import { context, SpanKind, SpanStatusCode, trace, type TracerProvider } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import * as sdk3 from "@opentelemetry/sdk-trace";
import * as sdk2 from "@opentelemetry/sdk-trace-base";
import { createMemoryStore } from "@spanbook/core/memory";
import { createContextManager, SpanbookSpanProcessor } from "@spanbook/core/otel";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { searchInfos } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

afterEach(() => context.disable());

interface Sdk {
  readonly name: string;
  readonly createProvider: (
    processor: SpanbookSpanProcessor,
    resource?: ReturnType<typeof resourceFromAttributes>,
  ) => TracerProvider & { shutdown(): Promise<void>; forceFlush(): Promise<void> };
}

const sdks: Sdk[] = [
  {
    name: "2",
    createProvider: (processor, resource) =>
      new sdk2.BasicTracerProvider({ spanProcessors: [processor], ...(resource && { resource }) }),
  },
  {
    name: "3",
    createProvider: (processor, resource) =>
      new sdk3.TracerProvider({
        spanProcessors: [processor],
        ...(resource && { resource: resource as never }),
      }),
  },
];

it("the span processor has the type that both SDKs expect", () => {
  expectTypeOf<SpanbookSpanProcessor>().toExtend<sdk2.SpanProcessor>();
  expectTypeOf<SpanbookSpanProcessor>().toExtend<sdk3.SpanProcessor>();
});

describe.each(sdks)("a span processor for OpenTelemetry's SDK $name", ({ createProvider }) => {
  /** A recorder, the SDK on top of it, and one context for both. */
  function createSharedWorld() {
    const world = createRecordingWorld({
      time: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
    });
    context.setGlobalContextManager(createContextManager(world.tracing));
    const provider = createProvider(new SpanbookSpanProcessor({ tracing: world.tracing }));
    return { ...world, provider, tracer: provider.getTracer("library") };
  }

  it("stores the SDK's spans with their resource and scope, and the recorder's experiment", async () => {
    const store = createMemoryStore();
    const processor = new SpanbookSpanProcessor({ store, experiment: "sdk" });
    const provider = createProvider(
      processor,
      resourceFromAttributes({ "service.name": "shop", port: 8080 }),
    );
    const span = provider
      .getTracer("library", "1.0", { schemaUrl: "https://example.test/schema" })
      .startSpan("ask", {
        kind: SpanKind.CLIENT,
        attributes: { $odd: 1, list: [1.5, 2] },
        startTime: [1_700_000_000, 1],
      });
    span.addEvent("seen", { at: 1 }, [1_700_000_000, 2]);
    span.addLink({ context: { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 } });
    span.setStatus({ code: SpanStatusCode.ERROR, message: "no" });
    span.end([1_700_000_000, 3]);
    await provider.shutdown();
    const { traces } = await store.search({ experimentIds: ["sdk"], includeSpans: true });
    const { spans = [], resources = {}, scopes = {} } = traces[0]?.data ?? {};
    const { traceId, spanId } = span.spanContext();
    expect(spans).toEqual([
      {
        traceId,
        spanId,
        name: "ask",
        kind: 3,
        startTimeUnixNano: "1700000000000000001",
        endTimeUnixNano: "1700000000000000003",
        attributes: { "mlflow.experimentId": '"sdk"', $$odd: 1, list: [1.5, 2] },
        events: [{ timeUnixNano: "1700000000000000002", name: "seen", attributes: { at: 1 } }],
        links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16) }],
        status: { code: 2, message: "no" },
        flags: 1,
        resourceId: spans[0]?.resourceId,
        scopeId: spans[0]?.scopeId,
      },
    ]);
    expect(resources[spans[0]?.resourceId ?? ""]?.attributes).toMatchObject({
      "service.name": "shop",
      port: 8080,
    });
    expect(scopes[spans[0]?.scopeId ?? ""]).toEqual({
      name: "library",
      version: "1.0",
      schemaUrl: "https://example.test/schema",
    });
  });

  it("merges them with ours into one trace, nested in both directions", async () => {
    const { tracing, tracer, onlyTrace } = createSharedWorld();
    await tracing.withSpan(
      () =>
        tracer.startActiveSpan("theirs", async (theirs) => {
          await Promise.resolve();
          await tracing.withSpan(async () => tracer.startSpan("innermost").end(), { name: "inner" });
          theirs.end();
        }),
      { name: "ours" },
    );
    const spans = await onlyTrace();
    const named = (name: string) => spans.find((span) => span.name === name);
    expect(spans).toHaveLength(4);
    expect(named("theirs")?.parentSpanId).toBe(named("ours")?.spanId);
    expect(named("inner")?.parentSpanId).toBe(named("theirs")?.spanId);
    expect(named("innermost")?.parentSpanId).toBe(named("inner")?.spanId);
    for (const [parent, child] of [
      ["ours", "theirs"],
      ["theirs", "inner"],
      ["inner", "innermost"],
    ] as const) {
      const [before, after] = [named(parent), named(child)].map((span) =>
        BigInt(span?.startTimeUnixNano ?? 0),
      );
      expect(after, child).toBeGreaterThanOrEqual(before ?? 0n);
    }
  });

  it("begins traces with the SDK's spans, which ours join", async () => {
    const { tracing, tracer, onlyTrace } = createSharedWorld();
    tracer.startActiveSpan("theirs", (theirs) => {
      tracing.withSpan(() => 1, { name: "ours" });
      theirs.end();
    });
    const spans = await onlyTrace();
    const [theirs, ours] = ["theirs", "ours"].map((name) => spans.find((span) => span.name === name));
    expect(ours?.parentSpanId).toBe(theirs?.spanId);
    expect(tracing.getLastActiveTraceId()).toBe(theirs?.traceId);
  });

  it("shows open spans, and leaves out what is not sampled", async () => {
    const { tracing, tracer, store } = createSharedWorld();
    const span = tracer.startSpan("running");
    const unsampled = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 0 };
    tracer.startSpan("left", {}, trace.setSpanContext(context.active(), unsampled)).end();
    await tracing.flush();
    expect(await searchInfos(store)).toMatchObject([{ name: "running", state: "IN_PROGRESS" }]);
    span.end();
    await tracing.flush();
    expect(await searchInfos(store)).toMatchObject([{ name: "running", state: "OK" }]);
  });

  it("waits for a resource that is still being detected", async () => {
    const store = createMemoryStore();
    const processor = new SpanbookSpanProcessor({ store });
    let detected = (_: string) => undefined as void;
    const host = new Promise<string>((resolve) => (detected = resolve));
    const provider = createProvider(processor, resourceFromAttributes({ "host.name": host as never }));
    provider.getTracer("library").startSpan("early").end();
    detected("laptop");
    await processor.forceFlush();
    const { traces } = await store.search({ includeSpans: true });
    const { spans = [], resources = {} } = traces[0]?.data ?? {};
    expect(spans).toHaveLength(1);
    expect(resources[spans[0]?.resourceId ?? ""]?.attributes["host.name"]).toBe("laptop");
  });

  it("rejects a flush if the store fails, and shuts down only a recorder of its own", async () => {
    const { tracing, provider } = createSharedWorld();
    await provider.shutdown();
    expect(tracing.isEnabled()).toBe(true);
    const store = createMemoryStore();
    const processor = new SpanbookSpanProcessor({ store, onError: () => undefined });
    createProvider(processor).getTracer("library").startSpan("late").end();
    await store.close();
    await expect(processor.forceFlush()).rejects.toMatchObject({ name: "StoreClosedError" });
  });
});
