import { describe, expect, it } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan } from "@spanbook/core/model";
import { nano } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

describe("sampling", () => {
  it("keeps or leaves out whole traces, by their ids", async () => {
    const { tracing, allTraces } = createRecordingWorld({ sampling: 0.5, fillRandom: undefined });
    const leaf = tracing.trace(async (n: number) => Promise.resolve(n), { name: "leaf" });
    const root = tracing.trace(
      async (n: number) => {
        await leaf(n);
        return leaf(n);
      },
      { name: "root" },
    );
    await Promise.all(Array.from({ length: 100 }, (_, n) => root(n)));
    const traces = await allTraces();
    expect(traces.length).toBeGreaterThan(20);
    expect(traces.length).toBeLessThan(80);
    for (const { info } of traces) {
      expect(info.spanCount).toBe(3);
      expect(Number.parseInt(info.traceId.slice(-8), 16)).toBeLessThan(2 ** 31);
    }
  });

  it("can be decided by the function that begins the trace", async () => {
    const { tracing, allTraces } = createRecordingWorld({ sampling: 0 });
    const inner = tracing.trace(() => 1, { name: "inner", samplingRatio: 1 });
    tracing.trace(() => inner(), { name: "left out" })();
    inner();
    tracing.withSpan(() => inner(), { name: "left out too" });
    expect((await allTraces()).map(({ info }) => info.name)).toEqual(["inner"]);
  });

  it("gives a span that accepts everything and keeps nothing if its trace is left out", async () => {
    const { tracing, allTraces, errors } = createRecordingWorld({ sampling: 0 });
    const span = tracing.startSpan({ name: "s", inputs: 1 });
    span
      .setOutputs(2)
      .addEvent({ name: "e" })
      .updateTrace({ tags: { a: "b" } });
    tracing.startSpan({ name: "child", parent: span }).end();
    expect(span.run(() => tracing.getCurrentActiveSpan())).toBeUndefined();
    span.run(() => tracing.updateCurrentTrace({ tags: { a: "b" } }));
    span.end();
    expect(await allTraces()).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe("disable", () => {
  it("starts no more spans until enable, and lets open ones end", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const work = tracing.trace(() => "done", { name: "work" });
    const span = tracing.startSpan({ name: "open" });
    tracing.disable();
    expect([tracing.isEnabled(), work()]).toEqual([false, "done"]);
    span.run(() => work());
    span.end();
    tracing.enable();
    expect(work()).toBe("done");
    expect((await allTraces()).map(({ info }) => [info.name, info.spanCount])).toEqual([
      ["open", 1],
      ["work", 1],
    ]);
  });
});

describe("tracingContext", () => {
  it("gives traces that begin in it its tags and metadata, inner values before outer ones", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const work = tracing.trace(async () => Promise.resolve(), { name: "work" });
    await tracing.tracingContext(
      { tags: { team: "a", stage: "outer" }, metadata: { build: "7" } },
      async () => {
        await Promise.resolve();
        await tracing.tracingContext({ tags: { stage: "inner" } }, () => work());
      },
    );
    await work();
    expect((await allTraces()).map(({ info }) => [info.tags, info.traceMetadata])).toEqual(
      expect.arrayContaining([
        [{ team: "a", stage: "inner" }, { build: "7" }],
        [{}, {}],
      ]),
    );
  });

  it("and everything else that takes options treat null as none", async () => {
    const { tracing, errors, allTraces } = createRecordingWorld({ experiment: "first" });
    tracing.tracingContext(null, () => tracing.withSpan(() => 1, null));
    tracing.tracingContext(undefined, () => tracing.withRun(() => tracing.withSpan(() => 1), null));
    tracing.startRun(null);
    tracing.setExperiment(null);
    tracing.withSpan(() => 1);
    const infos = (await allTraces()).map(({ info }) => [info.experimentId, info.runId !== undefined]);
    expect(infos).toEqual([
      ["first", false],
      ["first", true],
      [undefined, true],
    ]);
    expect(errors).toEqual([]);
  });

  it("with enabled: false lets no trace begin", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const work = tracing.trace(() => 1, { name: "work" });
    tracing.withSpan(() => tracing.tracingContext({ enabled: false }, work), { name: "around" });
    tracing.tracingContext({ enabled: false }, () => tracing.tracingContext({ enabled: true }, work));
    const spans = (await allTraces()).flatMap(({ data }) => data.spans.map(({ name }) => name));
    expect(spans.sort()).toEqual(["around", "work"]);
  });
});

describe("experiments and runs", () => {
  it("apply to the traces that begin after them", async () => {
    const { tracing, allTraces } = createRecordingWorld({ experiment: "first" });
    const work = tracing.trace((n: number) => n, { name: "work" });
    work(1);
    tracing.setExperiment("second");
    const run = tracing.startRun({ runId: "run-1", runName: "nightly" });
    work(2);
    tracing.withRun(
      ({ info }) => {
        expect(info.runId).toBe("run-2");
        work(3);
      },
      { runId: "run-2" },
    );
    run[Symbol.dispose]();
    tracing.setExperiment({ experimentId: "third" });
    work(4);
    tracing.endRun();
    const traces = await allTraces();
    const seen = traces.map(({ info }) => [
      info.requestPreview,
      info.experimentId,
      info.runId,
      info.traceMetadata,
    ]);
    expect(seen.sort()).toEqual([
      ["1", "first", undefined, {}],
      ["2", "second", "run-1", { "mlflow.runName": "nightly" }],
      ["3", "second", "run-2", {}],
      ["4", "third", undefined, {}],
    ]);
  });
});

describe("spans by id", () => {
  it("mix with the others in one trace", async () => {
    const { tracing, onlyTrace, errors, advance } = createRecordingWorld();
    const root = tracing.startTrace({ name: "root", inputs: "q", tags: { by: "id" }, experimentId: "e" });
    const child = tracing.startSpan({ name: "child", traceId: root.traceId, parentId: root.spanId });
    child.run(() => tracing.withSpan(() => undefined, { name: "fluent" }));
    tracing.startSpan({ name: "below the root", traceId: `tr-${root.traceId}` }).end();
    advance(5);
    tracing.endSpan(root.traceId, child.spanId, { outputs: 1 });
    tracing.startSpan({ name: "forgotten", traceId: root.traceId, parentId: root.spanId });
    tracing.endTrace(`tr-${root.traceId}`, { outputs: "a", status: "ERROR" });
    const spans = await onlyTrace();
    const parents = spans.map((span) => [
      span.name,
      spans.find(({ spanId }) => spanId === span.parentSpanId)?.name,
      span.status?.code,
    ]);
    expect(parents.sort()).toEqual([
      ["below the root", "root", 1],
      ["child", "root", 1],
      ["fluent", "child", 1],
      ["forgotten", "root", 0],
      ["root", undefined, 2],
    ]);
    expect(spans.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
    expect(errors).toEqual([]);
  });

  it("can join a trace of another recorder", async () => {
    const store = createMemoryStore();
    const here = createRecordingWorld({ store });
    const there = createRecordingWorld({ store, fillRandom: undefined });
    const root = here.tracing.startTrace({ name: "page" });
    there.tracing.startSpan({ name: "worker", traceId: root.traceId, parentId: root.spanId }).end();
    root.end();
    await there.tracing.flush();
    const spans = await here.onlyTrace();
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(
      expect.arrayContaining([
        ["page", undefined],
        ["worker", root.spanId],
      ]),
    );
  });

  it("that are not valid are reported, and harm no other span", async () => {
    const { tracing, onlyTrace, errors } = createRecordingWorld();
    tracing.withSpan(() => undefined, { name: "good" });
    tracing.startSpan({ name: "bad", traceId: "12" }).end();
    tracing.startSpan({ name: "bad", traceId: "1".repeat(32), parentId: "2" }).end();
    expect((await onlyTrace()).map(({ name }) => name)).toEqual(["good"]);
    expect(errors).toMatchObject([
      { message: "a trace id must be 32 lower-case hex digits, got 12" },
      { message: "a span id must be 16 lower-case hex digits, got 2" },
    ]);
  });

  it("that are not open are reported, and nothing is thrown", () => {
    const { tracing, errors } = createRecordingWorld();
    tracing.endTrace("0".repeat(31) + "1");
    tracing.endSpan("0".repeat(31) + "1", "2");
    expect(errors).toMatchObject([
      { message: `there is no open trace ${"0".repeat(31)}1` },
      { message: `there is no open span 2 in trace ${"0".repeat(31)}1` },
    ]);
  });
});

describe("hooks", () => {
  it("see each span when it starts, and before it ends, while they can still change it", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const seen: string[] = [];
    const stop = tracing.registerOnSpanStartHook((span) => void seen.push(`start ${span.name}`));
    tracing.registerOnSpanEndHook((span) => void span.setAttribute("seen", String(span.outputs)));
    tracing.withSpan(() => "out", { name: "one" });
    stop();
    tracing.startSpan({ name: "two", parent: undefined }).end();
    expect(seen).toEqual(["start one"]);
    await tracing.flush();
    await expect(onlyTrace()).rejects.toThrow("expected one trace, got 2");
  });
});

describe("a span that is not active", () => {
  it("updates its own trace, even after its end", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const span = tracing.startSpan({ name: "s" });
    span.updateTrace({ tags: { a: "1" }, sessionId: "s1" }).end();
    span.updateTrace({ responsePreview: "late", state: "ERROR", modelId: "m-1" });
    const [trace] = await allTraces();
    expect(trace?.info).toMatchObject({
      tags: { a: "1" },
      sessionId: "s1",
      responsePreview: "late",
      state: "ERROR",
      traceMetadata: { "mlflow.modelId": "m-1", "mlflow.trace.session": "s1" },
    });
  });
});

describe("startTime", () => {
  it("is MLflow's pair of seconds and nanoseconds", () => {
    const { tracing, advance } = createRecordingWorld();
    const span = tracing.startSpan({ name: "s", spanType: "TOOL" });
    const linked = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
    expect([span.startTime, span.endTime]).toEqual([[1_700_000_000, 0], undefined]);
    advance(1.5);
    span.addEvent({ name: "e", attributes: { $a: 1 }, timestamp: 5n }).addLink(linked);
    span.end({ status: "STATUS_CODE_ERROR" });
    expect(span.endTime).toEqual([1_700_000_000, 1_500_000]);
    expect(span.endTimeUnixNano).toBe(nano(1.5));
    expect(span.events).toEqual([{ name: "e", attributes: { $a: 1 }, timestamp: 5n }]);
    expect(span.links).toEqual([{ ...linked, attributes: {} }]);
    expect(span.status).toEqual({ statusCode: "ERROR", description: "" });
    expect(describeSpan(span.toSpan()).type).toBe("TOOL");
  });
});
