import { EventEmitter, once } from "node:events";
import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { createTracerProvider, register, unregister } from "@spanbook/core/otel";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { spanId, traceId } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

afterEach(unregister);

/** A recorder registered with the API, and a library's tracer obtained from the API. */
function createRegisteredWorld(options = {}) {
  const world = createRecordingWorld(options);
  expect(register(world.tracing)).toBe(true);
  return {
    ...world,
    tracer: trace
      .getTracerProvider()
      .getTracer("library", "1.0", { schemaUrl: "https://example.test/schema" }),
    /** Flushes, and gives each span's name with its parent's. */
    async tree() {
      const traces = await world.allTraces();
      return traces.flatMap(({ data: { spans } }) =>
        spans.map(({ name, parentSpanId }) => {
          const parent = spans.find((span) => span.spanId === parentSpanId)?.name ?? parentSpanId;
          return parent === undefined ? name : `${parent} > ${name}`;
        }),
      );
    },
  };
}

describe("OpenTelemetry's spans and ours, registered", () => {
  it("nest in both directions, through awaits", async () => {
    const { tracing, tracer, tree } = createRegisteredWorld();
    await tracing.withSpan(
      async () => {
        await Promise.resolve();
        await tracer.startActiveSpan("theirs", async (span) => {
          await Promise.resolve();
          await tracing.withSpan(async () => tracer.startSpan("innermost").end(), { name: "inner" });
          span.end();
        });
        tracer.startSpan("sibling").end();
      },
      { name: "ours" },
    );
    expect(await tree()).toEqual([
      "ours",
      "ours > theirs",
      "theirs > inner",
      "inner > innermost",
      "ours > sibling",
    ]);
  });

  it("nest in context.with, which passes on this and arguments and returns what its function returns", async () => {
    const { tracing, tracer, tree } = createRegisteredWorld();
    const span = tracer.startSpan("theirs");
    const given = context.with(
      trace.setSpan(ROOT_CONTEXT, span),
      function (this: object, ...args: number[]) {
        tracing.withSpan(() => 1, { name: "ours" });
        return [this, ...args];
      },
      tracing,
      1,
      2,
    );
    expect(given).toEqual([tracing, 1, 2]);
    expect(trace.getActiveSpan()).toBeUndefined();
    span.end();
    expect(await tree()).toEqual(["theirs", "theirs > ours"]);
  });

  it("are the same span to both: what is set through the API is on our span", async () => {
    const { tracing, onlyTrace } = createRegisteredWorld();
    tracing.withSpan((span) => {
      expect(trace.getActiveSpan()).toBe(trace.getActiveSpan());
      expect(trace.getActiveSpan()?.spanContext()).toMatchObject({
        traceId: span.traceId,
        spanId: span.spanId,
        traceFlags: 1,
      });
      trace.getActiveSpan()?.setAttribute("http.route", "/");
    });
    expect(await onlyTrace()).toMatchObject([{ attributes: { "http.route": "/" }, status: { code: 1 } }]);
  });

  it("keep the values of the context, such as baggage, inside our spans", async () => {
    const { tracing } = createRegisteredWorld();
    const baggage = propagation.createBaggage({ user: { value: "u1" } });
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      tracing.withSpan(async () => {
        await Promise.resolve();
        tracing.tracingContext({ tags: {} }, () => {
          expect(propagation.getActiveBaggage()?.getEntry("user")).toEqual({ value: "u1" });
        });
      }),
    );
  });

  it("carry the library as their scope, and the recorder's resource", async () => {
    const { tracer, allTraces } = createRegisteredWorld({ serviceName: "demo" });
    tracer.startSpan("theirs").end();
    const [found] = await allTraces();
    const { spans = [], scopes = {}, resources = {} } = found?.data ?? {};
    expect(scopes[spans[0]?.scopeId ?? ""]).toEqual({
      name: "library",
      version: "1.0",
      schemaUrl: "https://example.test/schema",
    });
    expect(resources[spans[0]?.resourceId ?? ""]?.attributes["service.name"]).toBe("demo");
  });

  it("are read by their own conventions: model, tokens and type of a model call", async () => {
    const { tracer, allTraces } = createRegisteredWorld();
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.response.model": "m-1",
      "gen_ai.usage.input_tokens": 3,
      "gen_ai.usage.output_tokens": 4,
    };
    tracer.startSpan("chat m-1", { attributes }).end();
    const [found] = await allTraces();
    expect(found?.info.tokenUsage).toMatchObject({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
  });

  it("are not recorded while tracing is suppressed, neither theirs nor ours", async () => {
    const { tracing, tracer, tree } = createRegisteredWorld();
    tracer.startActiveSpan("outer", (outer) => {
      context.with(suppressTracing(context.active()), () => {
        expect(tracer.startSpan("theirs").isRecording()).toBe(false);
        tracing.withSpan(() => tracer.startSpan("inner").end(), { name: "ours" });
      });
      outer.end();
    });
    expect(await tree()).toEqual(["outer"]);
  });

  it("are not recorded while suppressed even after an await that the platform does not follow", async () => {
    const { getBuiltinModule } = process;
    Object.assign(process, { getBuiltinModule: undefined });
    onTestFinished(() => void Object.assign(process, { getBuiltinModule }));
    const { tracing, tracer, tree } = createRegisteredWorld();
    const timer = () => new Promise((resolve) => setTimeout(resolve));
    await context.with(suppressTracing(context.active()), async () => {
      await timer();
      tracer.startSpan("theirs").end();
      tracing.withSpan(() => 1, { name: "ours" });
    });
    await timer();
    tracer.startSpan("after").end();
    expect(await tree()).toEqual(["after"]);
  });

  it("are not recorded below a span that is not sampled, and say so in what they send", async () => {
    const { tracing, tracer, tree } = createRegisteredWorld({ sampling: 0 });
    const sent: Record<string, string>[] = [{}, {}];
    tracing.withSpan(() => {
      const span = tracer.startSpan("theirs");
      expect(span.isRecording()).toBe(false);
      propagation.inject(context.active(), sent[0]);
      propagation.inject(trace.setSpan(context.active(), span), sent[1]);
    });
    for (const { traceparent } of sent) {
      expect(traceparent).toMatch(/^00-(?!0{32})\w{32}-(?!0{16})\w{16}-00$/);
    }
    expect(await tree()).toEqual([]);
  });

  it("join a remote trace that the API's propagation found", async () => {
    const { tracing, tracer, onlyTrace } = createRegisteredWorld();
    const carrier = { traceparent: `00-${traceId(7)}-${spanId(9)}-01`, tracestate: "a=1" };
    context.with(propagation.extract(ROOT_CONTEXT, carrier), () => {
      tracer.startSpan("theirs").end();
      tracing.withSpan(() => 1, { name: "ours" });
    });
    const joined = { traceId: traceId(7), parentSpanId: spanId(9), traceState: "a=1", flags: 0x301 };
    expect(await onlyTrace()).toMatchObject([
      { name: "theirs", ...joined },
      { name: "ours", ...joined },
    ]);
  });

  it("run bound functions and the listeners of a bound emitter in the bound context", async () => {
    const { tracer, tree } = createRegisteredWorld();
    const emitter = new EventEmitter();
    const root = tracer.startSpan("root");
    const inside = trace.setSpan(ROOT_CONTEXT, root);
    const listen = () => tracer.startSpan("heard").end();
    const bound = context.bind(inside, function named(_a: number, _b: number) {
      tracer.startSpan("called").end();
    });
    expect([bound.name, bound.length]).toEqual(["named", 2]);
    bound(1, 2);
    context.bind(inside, emitter).on("event", listen).once("event", listen);
    emitter.emit("event");
    emitter.off("event", listen);
    emitter.emit("event");
    const waiting = once(emitter, "event");
    emitter.emit("event", "value");
    expect(await waiting).toEqual(["value"]);
    root.end();
    expect(await tree()).toEqual(["root", "root > called", "root > heard", "root > heard"]);
  });
});

describe("a provider that is passed to a library", () => {
  it("nests its spans with ours in both directions without anything global", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const tracer = createTracerProvider(tracing).getTracer("library");
    await tracing.withSpan(
      () =>
        tracer.startActiveSpan("theirs", async (span) => {
          await Promise.resolve();
          tracing.withSpan(() => 1, { name: "inner" });
          span.end();
        }),
      { name: "ours" },
    );
    const [ours, theirs, inner] = await onlyTrace();
    expect([theirs?.parentSpanId, inner?.parentSpanId]).toEqual([ours?.spanId, theirs?.spanId]);
    expect(trace.getTracer("any").startSpan("none").isRecording()).toBe(false);
  });

  it("begins a new trace if root is set, and joins the trace of another recorder's context", async () => {
    const [one, two] = [createRecordingWorld(), createRecordingWorld()];
    const [first, second] = [one, two].map(({ tracing }) =>
      createTracerProvider(tracing).getTracer("library"),
    );
    one.tracing.withSpan(() => first?.startSpan("apart", { root: true }).end());
    expect(await one.allTraces()).toHaveLength(2);
    const span = first?.startSpan("asked");
    second?.startSpan("answered", {}, trace.setSpan(ROOT_CONTEXT, span!)).end();
    expect(await two.onlyTrace()).toMatchObject([{ parentSpanId: span?.spanContext().spanId }]);
  });

  it("records nothing before init or after the recorder has been shut down", async () => {
    expect(createTracerProvider().getTracer("library").startSpan("early").isRecording()).toBe(false);
    const { tracing } = createRecordingWorld();
    const tracer = createTracerProvider(tracing).getTracer("library");
    await tracing.shutdown();
    expect(tracer.startSpan("late").isRecording()).toBe(false);
  });
});

describe("invalid values from an instrumentation", () => {
  it("throw nothing into the program: an undefined exception, an invalid time", async () => {
    const { tracing, onlyTrace, errors } = createRecordingWorld();
    const span = createTracerProvider(tracing).getTracer("library").startSpan("call");
    span.recordException(undefined as never);
    span.recordException(null as never);
    span.addEvent("late", {}, new Date(NaN));
    span.end(new Date(NaN));
    const [found] = await onlyTrace();
    expect(found?.events).toMatchObject([{ name: "late" }]);
    expect(found?.endTimeUnixNano).toBeDefined();
    expect(errors).toEqual([]);
  });
});

describe("times", () => {
  it("are exact to the nanosecond in every form that the API allows", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const tracer = createTracerProvider(tracing).getTracer("library");
    const span = tracer.startSpan("timed", { startTime: [1_700_000_000, 123_456_789] });
    span.addEvent("date", {}, new Date(1_700_000_000_500));
    span.addEvent("fraction", 1_700_000_000_500.25);
    span.addEvent("relative", 0);
    span.end([1_700_000_001, 1]);
    const origin = BigInt(Math.trunc(performance.timeOrigin / 1000)) * 10n ** 9n;
    const [found] = await onlyTrace();
    expect([found?.startTimeUnixNano, found?.endTimeUnixNano]).toEqual([
      "1700000000123456789",
      "1700000001000000001",
    ]);
    const [date, fraction, relative] = found?.events?.map(({ timeUnixNano }) => timeUnixNano) ?? [];
    expect([date, fraction]).toEqual(["1700000000500000000", "1700000000500250000"]);
    expect(BigInt(relative ?? 0) / 10n ** 9n).toBe(origin / 10n ** 9n);
  });
});
