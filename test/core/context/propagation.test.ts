import { MessageChannel } from "node:worker_threads";
import { createTracing, type RemoteContext, type TraceHeaders } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { joinStore, shareStore } from "@spanbook/core/worker";
import { describe, expect, it, onTestFinished } from "vitest";
import { aBatch, aSpan, epochMs, nano, searchInfos, spanId, traceId } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

const ids = `${"a".repeat(32)}-${"b".repeat(16)}`;
const remote: RemoteContext = { traceId: traceId(7), spanId: spanId(9), traceFlags: 1 };

describe("extract", () => {
  const { tracing } = createTracingOnly();

  it.each([
    ["of version 0", `00-${ids}-01`, true],
    ["with other flags", `00-${ids}-ff`, true],
    ["of a later version with more fields", `cc-${ids}-01-what-follows`, true],
    ["of version 0 with more fields", `00-${ids}-01-more`, false],
    ["of the invalid version", `ff-${ids}-01`, false],
    ["in capitals", `00-${ids.toUpperCase()}-01`, false],
    ["of zeros", `00-${"0".repeat(32)}-${"b".repeat(16)}-01`, false],
    ["whose span is of zeros", `00-${"a".repeat(32)}-${"0".repeat(16)}-01`, false],
    ["that is cut", `00-${ids}`, false],
    ["that is empty", "", false],
  ])("given a traceparent %s (%s), finds a context: %s", (_, traceparent, isValid) => {
    expect(tracing.extract({ traceparent }) !== undefined).toBe(isValid);
  });

  it.each([
    ["as they are", "a=1,b=2", "a=1,b=2"],
    ["of vendors with tenants, without empty ones", "t@v=x y, ,b=2", "t@v=x y,b=2"],
    ["without the one of our own", "a=1,spanbook=1700000000000000000", "a=1"],
    ["not at all if one is invalid", "a=1,B=2", undefined],
    [
      "not at all if there are more than 32",
      Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(),
      undefined,
    ],
  ])("keeps the members of tracestate %s", (_, tracestate, traceState) => {
    expect(tracing.extract({ traceparent: `00-${ids}-01`, tracestate })?.traceState).toBe(traceState);
  });

  it("accepts header names in any case, and a Headers object", () => {
    const headers = { TraceParent: `00-${ids}-01`, TRACESTATE: "a=1" };
    const expected = { traceFlags: 1, traceState: "a=1" };
    expect(tracing.extract(headers)).toMatchObject(expected);
    expect(tracing.extract(new Headers(headers))).toMatchObject(expected);
  });

  it("finds nothing in a carrier that holds nothing, and never throws", () => {
    const hostile = {
      get traceparent() {
        throw new Error("no");
      },
    };
    expect([undefined, {}, { traceparent: 1 }, hostile].map((one) => tracing.extract(one))).toEqual(
      Array.from({ length: 4 }),
    );
  });
});

function createTracingOnly() {
  return { tracing: createTracing({ store: createMemoryStore(), onError: () => undefined }) };
}

describe("inject", () => {
  it("writes what extract reads, into a new object, a given one or a Headers", () => {
    const { tracing } = createRecordingWorld();
    tracing.withSpan((span) => {
      const expected = { traceId: span.traceId, spanId: span.spanId, traceFlags: 1, sentAtUnixNano: nano(0) };
      expect(tracing.extract(tracing.inject())).toEqual(expected);
      expect(tracing.inject({ accept: "json" })).toMatchObject({
        accept: "json",
        traceparent: `00-${span.traceId}-${span.spanId}-01`,
        tracestate: `spanbook=${nano(0)}`,
      });
      expect(tracing.extract(tracing.inject(new Headers()))).toEqual(expected);
    });
  });

  it("writes nothing if no span is active", () => {
    expect(createRecordingWorld().tracing.inject()).toEqual({});
  });

  it("passes on a remote context, its tracestate members behind ours, dropping the oldest", () => {
    const { tracing } = createRecordingWorld();
    const traceState = Array.from({ length: 32 }, (_, index) => `k${index}=1`).join(",");
    tracing.withContext({ ...remote, traceState }, () => {
      expect(tracing.inject()).toEqual({
        traceparent: `00-${traceId(7)}-${spanId(9)}-01`,
        tracestate: traceState,
      });
      const members = tracing.withSpan(() => tracing.inject()).tracestate?.split(",") ?? [];
      expect([members.length, members[0], members.at(-1)]).toEqual([32, `spanbook=${nano(0)}`, "k30=1"]);
    });
  });

  it("marks a trace that is not recorded as not sampled", async () => {
    const { tracing } = createRecordingWorld({ sampling: 0 });
    const sent = tracing.withSpan(() => tracing.inject());
    expect(sent.traceparent).toMatch(/^00-(?!0+-)\w{32}-(?!0+-)\w{16}-00$/);
    const { tracing: other, allTraces } = createRecordingWorld();
    other.withContext(other.extract(sent), () => other.withSpan(() => 1));
    expect(await allTraces()).toEqual([]);
  });

  it("reports a carrier that cannot be written to", () => {
    const { tracing, errors } = createRecordingWorld();
    const frozen = Object.freeze({});
    expect(tracing.withSpan(() => tracing.inject(frozen))).toBe(frozen);
    expect(errors).toHaveLength(1);
  });
});

describe("withContext", () => {
  it("makes the spans that begin in it children of the remote span, with its trace state and flags", async () => {
    const { tracing, onlyTrace } = createRecordingWorld({ experiment: "threads" });
    const result = await tracing.withContext({ ...remote, traceState: "a=1" }, async () => {
      await Promise.resolve();
      return tracing.withSpan(() => tracing.withSpan(() => "done", { name: "inner" }), { name: "outer" });
    });
    expect(result).toBe("done");
    const [outer, inner] = await onlyTrace();
    expect(outer).toMatchObject({
      traceId: remote.traceId,
      parentSpanId: remote.spanId,
      traceState: "a=1",
      flags: 0x301,
    });
    expect(inner).toMatchObject({ parentSpanId: outer?.spanId, traceState: "a=1" });
    expect(inner?.flags).toBeUndefined();
    expect(outer?.attributes["mlflow.experimentId"]).toBe('"threads"');
    expect(inner?.attributes["mlflow.experimentId"]).toBeUndefined();
  });

  it("does for all spans what the option parent does for one", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    tracing.startSpan({ name: "joined", parent: remote }).end();
    expect(await onlyTrace()).toMatchObject([{ traceId: remote.traceId, parentSpanId: remote.spanId }]);
  });

  it("applies to traced functions, generators, startSpan and updateCurrentTrace", async () => {
    const { tracing, allTraces, errors } = createRecordingWorld();
    const count = tracing.trace(
      function* () {
        yield 1;
      },
      { name: "count" },
    );
    const generator = tracing.withContext(remote, () => {
      tracing.trace(() => 1, { name: "call" })();
      tracing.startSpan({ name: "started" }).end();
      tracing.updateCurrentTrace({ tags: { topic: "law" } });
      return count();
    });
    expect([...generator]).toEqual([1]);
    const [trace] = await allTraces();
    expect(trace?.data.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ["call", remote.spanId],
      ["started", remote.spanId],
      ["count", remote.spanId],
    ]);
    expect(trace?.info.tags).toEqual({ topic: "law" });
    expect(errors).toEqual([]);
  });

  it("records nothing below a span that is not sampled", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    tracing.withContext({ ...remote, traceFlags: 0 }, () => {
      tracing.withSpan((span) => span.run(() => tracing.trace(() => 1)()));
      expect(tracing.withSpan(() => tracing.inject()).traceparent).toBe(
        `00-${remote.traceId}-${remote.spanId}-00`,
      );
    });
    expect(await allTraces()).toEqual([]);
  });

  it("finds the span itself if it is open in this recorder", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const span = tracing.startSpan({ name: "asked" });
    const headers = span.run(() => tracing.inject());
    tracing.withContext(headers.traceparent, () => tracing.withSpan(() => 1, { name: "answered" }));
    span.end();
    const [asked, answered] = await onlyTrace();
    expect(answered?.parentSpanId).toBe(asked?.spanId);
    expect(answered?.flags).toBeUndefined();
  });

  it("without a context just runs the function, and reports a text that is not a traceparent", async () => {
    const { tracing, errors, onlyTrace } = createRecordingWorld();
    expect(tracing.withContext(undefined, () => 1)).toBe(1);
    expect(errors).toEqual([]);
    expect(tracing.withContext("00-abc", () => tracing.withSpan(() => 2))).toBe(2);
    expect(errors).toMatchObject([{ message: "expected a traceparent, got 00-abc" }]);
    expect(await onlyTrace()).toHaveLength(1);
  });

  it("takes bare ids for a span that is recorded, and passes them on as such", async () => {
    const { tracing, errors, onlyTrace } = createRecordingWorld();
    const ids = { traceId: traceId(7), spanId: spanId(7) };
    const told = tracing.withContext(ids, () => tracing.inject());
    expect(told.traceparent).toBe(`00-${ids.traceId}-${ids.spanId}-01`);
    tracing.withContext(ids, () => tracing.withSpan(() => 1));
    expect(await onlyTrace()).toMatchObject([{ traceId: ids.traceId, parentSpanId: ids.spanId }]);
    expect(errors).toEqual([]);
  });

  it("reports a context without valid ids, and records without it", async () => {
    const { tracing, errors, allTraces } = createRecordingWorld();
    const headers = { traceparent: `00-${traceId(7)}-${spanId(7)}-01` };
    const noId = { traceId: traceId(7), spanId: "7" };
    for (const given of [headers, noId, 5]) {
      tracing.withContext(given as never, () => tracing.withSpan(() => 1));
    }
    expect(errors.map((error) => (error as Error).message)).toEqual([
      "a trace id must be 32 lower-case hex digits, got undefined",
      "a span id must be 16 lower-case hex digits, got 7",
      "a trace id must be 32 lower-case hex digits, got undefined",
    ]);
    expect(await allTraces()).toHaveLength(3);
    expect(tracing.withContext(null, () => 1)).toBe(1);
    expect(errors).toHaveLength(3);
  });
});

describe("two clocks in one trace", () => {
  /** A recorder whose clock is that far from the clock of {@link createRecordingWorld}. */
  const apart = (ms: number) => ({ wallMs: () => epochMs + ms, monotonicMs: () => 0 });

  async function startsAt(headers: TraceHeaders, ms: number) {
    const { tracing, onlyTrace } = createRecordingWorld({ time: apart(ms) });
    tracing.withContext(tracing.extract(headers), () => tracing.withSpan(() => 1));
    return (await onlyTrace())[0]?.startTimeUnixNano;
  }

  it("never put a child before its parent: a clock that is behind is moved ahead", async () => {
    const { tracing } = createRecordingWorld();
    const headers = tracing.withSpan(() => tracing.inject());
    expect(await startsAt(headers, -3.5)).toBe(nano(0));
    expect(await startsAt(headers, 2)).toBe(nano(2));
  });

  it("are left alone if they are more than a minute apart", async () => {
    const { tracing } = createRecordingWorld();
    const headers = tracing.withSpan(() => tracing.inject());
    expect(await startsAt(headers, -60_000)).toBe(nano(0));
    expect(await startsAt(headers, -60_001)).toBe(nano(-60_001));
  });
});

describe("two recorders in one trace", () => {
  async function twoRecorders() {
    const store = createMemoryStore();
    const page = createTracing({ store });
    const worker = createTracing({ store });
    const root = page.startSpan({ name: "root" });
    const headers = root.run(() => page.inject());
    const child = worker.withContext(headers.traceparent, () => worker.startSpan({ name: "child" }));
    await Promise.all([page.flush(), worker.flush()]);
    const info = async () => (await searchInfos(store))[0];
    return { page, worker, root, child, info };
  }

  it("leave it in progress until the recorder of its root is gone", async () => {
    const { page, worker, info } = await twoRecorders();
    expect(await info()).toMatchObject({
      name: "root",
      state: "IN_PROGRESS",
      spanCount: 2,
      openSpanCount: 2,
    });
    await worker.shutdown();
    expect(await info()).toMatchObject({ state: "IN_PROGRESS", openSpanCount: 2 });
    await page.shutdown();
    expect(await info()).toMatchObject({ state: "UNFINISHED", openSpanCount: 2 });
  });

  it("leave it ended once the root has ended, and count the spans that the other left open", async () => {
    const { page, worker, root, child, info } = await twoRecorders();
    root.end();
    await page.shutdown();
    expect(await info()).toMatchObject({ state: "OK", openSpanCount: 1 });
    child.recordException(new Error("late")).end();
    await worker.shutdown();
    expect(await info()).toMatchObject({ state: "OK", openSpanCount: 0, errorCount: 1 });
  });

  it("list it under the child's name until the root arrives", async () => {
    const store = createMemoryStore();
    const worker = createTracing({ store });
    worker.withContext(remote, () => worker.withSpan(() => 1, { name: "child" }));
    await worker.flush();
    expect(await searchInfos(store)).toMatchObject([{ name: "child", state: "OK", spanCount: 1 }]);
  });
});

describe("a shared store", () => {
  function share() {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const store = createMemoryStore();
    shareStore(store, port1);
    return { store, port1, port2 };
  }

  it("stays open when the other side closes it, which only hangs up", async () => {
    const { store, port2 } = share();
    const joined = await joinStore(port2);
    await joined.write(aBatch([aSpan()]));
    await joined.close();
    await expect(joined.search({})).rejects.toMatchObject({ name: "StoreClosedError" });
    expect(await searchInfos(store)).toHaveLength(1);
  });

  it("passes on the store's errors by name, also once the store is closed", async () => {
    const { store, port2 } = share();
    const joined = await joinStore(port2);
    await expect(joined.search({ maxResults: 0 })).rejects.toMatchObject({ name: "RangeError" });
    await store.close();
    await expect(joined.search({})).rejects.toMatchObject({ name: "StoreClosedError" });
  });

  it("rejects calls once the side that has the store is gone", async () => {
    const { port1, port2 } = share();
    const joined = await joinStore(port2);
    port1.close();
    await expect(joined.search({})).rejects.toMatchObject({ name: "StoreWorkerError" });
  });

  it("cannot be shared with a process that has no IPC", () => {
    const child = { on: () => undefined, off: () => undefined };
    expect(() => shareStore(createMemoryStore(), child)).toThrow(
      new TypeError("the process must be started with IPC, as fork does"),
    );
  });
});
