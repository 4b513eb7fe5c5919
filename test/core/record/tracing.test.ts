import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan } from "@spanbook/core/model";
import { askedBeforeClose, storeError, type Batch } from "@spanbook/core/store";
import { aBatch, aSpan, nano } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

describe("trace", () => {
  it("records arguments by name, the result, the type and the duration", async () => {
    const { tracing, advance, onlyTrace } = createRecordingWorld({ experiment: "rag" });
    const add = tracing.trace(
      (a: number, b = 2) => {
        advance(5);
        return a + b;
      },
      { name: "add", spanType: "TOOL", attributes: { exact: 1.5 } },
    );
    expect(add(1)).toBe(3);
    const [span] = await onlyTrace();
    expect(span).toMatchObject({
      name: "add",
      startTimeUnixNano: nano(0),
      endTimeUnixNano: nano(5),
      status: { code: 1 },
      attributes: { "mlflow.experimentId": '"rag"', exact: 1.5 },
    });
    expect(span && describeSpan(span)).toMatchObject({ type: "TOOL", inputs: { a: 1, b: 2 }, outputs: 3 });
  });

  it("keeps this, name, length and whatever the function throws", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const thrown = new RangeError("no", { cause: "because" });
    const { greet } = {
      greet(this: { name: string }, _a: string, _b: string) {
        throw Object.assign(thrown, { who: this.name });
      },
    };
    const bot = { name: "bot", greet: tracing.trace(greet) };
    expect(bot.greet.name).toBe("greet");
    expect(bot.greet.length).toBe(2);
    expect(() => bot.greet("x", "y")).toThrow(thrown);
    expect(thrown).toMatchObject({ who: "bot" });
    const [span] = await onlyTrace();
    expect(span).toMatchObject({
      name: "greet",
      attributes: { "mlflow.spanFunctionName": '"greet"' },
      status: { code: 2, message: "no" },
    });
    expect(span?.events?.[0]).toMatchObject({
      name: "exception",
      attributes: { "exception.type": "RangeError", "exception.message": "no" },
    });
    expect(String(span?.events?.[0]?.attributes?.["exception.stacktrace"])).toContain("Caused by: because");
  });

  it("follows a promise to its end and rejects with the same error", async () => {
    const { tracing, onlyTrace, advance } = createRecordingWorld();
    const thrown = new Error("late");
    const fail = tracing.trace(async function fail() {
      await Promise.resolve();
      advance(7);
      throw thrown;
    });
    await expect(fail()).rejects.toBe(thrown);
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ endTimeUnixNano: nano(7), status: { code: 2, message: "late" } });
  });

  it("records a thrown value that is not an error as JSON, unless it has a text of its own", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const thrown = { code: "PGRST116", details: { rows: 0 } };
    const failing = tracing.trace(() => Promise.reject(thrown as unknown as Error), { name: "f" });
    await expect(failing()).rejects.toBe(thrown);
    const [span] = await onlyTrace();
    const message = '{"code":"PGRST116","details":{"rows":0}}';
    expect(span?.status).toEqual({ code: 2, message });
    expect(span?.events?.[0]?.attributes).toMatchObject({
      "exception.type": "Object",
      "exception.message": message,
    });
  });

  it("gives concurrent calls their own children", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const leaf = tracing.trace(async function leaf(name: string) {
      await new Promise((resolve) => setImmediate(resolve));
      return name;
    });
    const root = tracing.trace(async function root(name: string) {
      await leaf(`${name}1`);
      await Promise.all([leaf(`${name}2`), leaf(`${name}3`)]);
    });
    await Promise.all([root("a"), root("b")]);
    const traces = await allTraces();
    expect(traces).toHaveLength(2);
    for (const { data } of traces) {
      const top = data.spans.find(({ parentSpanId }) => parentSpanId === undefined);
      const rest = data.spans.filter((span) => span !== top);
      expect(rest).toHaveLength(3);
      expect(rest.every(({ parentSpanId }) => parentSpanId === top?.spanId)).toBe(true);
      const letter = String(describeSpan(rest[0] as never).outputs).charAt(0);
      expect(rest.every((span) => String(describeSpan(span).outputs).startsWith(letter))).toBe(true);
    }
  });

  it("refuses what is not a function", () => {
    const { tracing } = createRecordingWorld();
    expect(() => tracing.trace(3 as never)).toThrow("trace needs a function, got number");
  });
});

describe("withSpan and startSpan", () => {
  it("nest by context, or by an explicit parent", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const outer = tracing.startSpan({ name: "outer" });
    outer.run(() => tracing.withSpan(() => tracing.startSpan({ name: "deep" }).end(), { name: "inner" }));
    tracing.startSpan({ name: "by hand", parent: outer }).end();
    expect(tracing.getCurrentActiveSpan()).toBeUndefined();
    outer.end();
    const spans = await onlyTrace();
    const parentOf = Object.fromEntries(
      spans.map((span) => [span.name, spans.find(({ spanId }) => spanId === span.parentSpanId)?.name]),
    );
    expect(parentOf).toEqual({ outer: undefined, inner: "outer", deep: "inner", "by hand": "outer" });
  });

  it("keep outputs set by hand, and 0, false, null and the empty text as values", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    tracing.withSpan(
      (span) => {
        for (const [name, value] of Object.entries({ zero: 0, no: false, nothing: null, empty: "" })) {
          tracing.withSpan(() => value, { name, inputs: value });
        }
        span.setOutputs("mine");
        return "returned";
      },
      { name: "root" },
    );
    const described = Object.fromEntries((await onlyTrace()).map((span) => [span.name, describeSpan(span)]));
    expect(described["root"]?.outputs).toBe("mine");
    expect(described["zero"]).toMatchObject({ inputs: 0, outputs: 0 });
    expect(described["no"]).toMatchObject({ inputs: false, outputs: false });
    expect(described["nothing"]).toMatchObject({ inputs: null, outputs: null });
    expect(described["empty"]).toMatchObject({ inputs: "", outputs: "" });
  });

  it("keep values as they were when set", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const list = [1];
    const span = tracing.startSpan({ name: "s", inputs: list });
    list.push(2);
    expect(span.inputs).toEqual([1]);
    span.end({ outputs: list, attributes: { last: true } });
    list.push(3);
    span.setAttribute("after", 1).setOutputs("after");
    span.end();
    const [stored] = await onlyTrace();
    expect(stored && describeSpan(stored)).toMatchObject({ inputs: [1], outputs: [1, 2] });
    expect(stored?.attributes).toMatchObject({ last: true });
    expect(stored?.attributes).not.toHaveProperty("after");
  });

  it("write an open span once, and its end later", async () => {
    const { tracing, store } = createRecordingWorld();
    const root = tracing.startSpan({ name: "running" });
    await tracing.flush();
    expect(await store.get(root.traceId)).toMatchObject({ info: { state: "IN_PROGRESS", openSpanCount: 1 } });
    root.end();
    await tracing.flush();
    expect(await store.get(root.traceId)).toMatchObject({
      info: { state: "OK", openSpanCount: 0, spanCount: 1 },
    });
  });

  it("end a span with using", async () => {
    const { tracing, onlyTrace, advance } = createRecordingWorld();
    {
      using span = tracing.startSpan({ name: "scoped" });
      advance(3);
      span.setAttribute("__proto__", "kept").setAttribute("$x", [1n, -0, 2 ** 60]);
    }
    const [span] = await onlyTrace();
    expect(span?.endTimeUnixNano).toBe(nano(3));
    expect(Object.keys(span?.attributes ?? {})).toEqual(["__proto__", "$$x"]);
  });

  it("take times in nanoseconds, and move an end before the start to the start", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    tracing.startSpan({ name: "s", startTimeNs: 1_700_000_000_000_000_123n }).end({ endTimeNs: "5" });
    const [span] = await onlyTrace();
    expect(span).toMatchObject({
      startTimeUnixNano: "1700000000000000123",
      endTimeUnixNano: "1700000000000000123",
    });
  });
});

describe("a recorder", () => {
  it.each([
    [{ store: Promise.resolve(createMemoryStore()) }, "got a promise: await openStore"],
    [{}, "store must be a TraceStore, got undefined"],
    [undefined, "store must be a TraceStore, got undefined"],
    [{ store: createMemoryStore(), sampling: NaN }, "sampling must be a number from 0 to 1, got NaN"],
    [{ store: createMemoryStore(), sampling: "0.5" }, "sampling must be a number from 0 to 1, got 0.5"],
  ])("that could record nothing is refused: %o", (options, message) => {
    expect(() => createTracing(options as never)).toThrow(message);
  });
});

describe("a value that a store or a back end would refuse", () => {
  it("is ignored if it is a time beyond OTLP's 64 bits", async () => {
    const { tracing, onlyTrace, errors } = createRecordingWorld();
    const root = tracing.startSpan({ name: "root", startTimeNs: 2n ** 64n });
    for (const time of ["99999999999999999999", 1e300, -1n, Infinity]) {
      const child = tracing.startSpan({ name: "child", parent: root, startTimeNs: time });
      child.addEvent({ name: "event", timestamp: time }).end({ endTimeNs: time });
    }
    root.end();
    const spans = await onlyTrace();
    expect(spans.length).toBe(5);
    const times = spans.flatMap(({ startTimeUnixNano, endTimeUnixNano = "", events = [] }) => [
      startTimeUnixNano,
      endTimeUnixNano,
      ...events.map(({ timeUnixNano }) => timeUnixNano),
    ]);
    expect(times.filter((time) => !/^\d{19}$/.test(time))).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("is reported, and costs neither the span nor the rest of its batch", async () => {
    const { tracing, onlyTrace, allTraces, errors } = createRecordingWorld();
    const span = tracing.startSpan({ name: "s" });
    span.addLink({ traceId: "junk", spanId: "junk" }).addLink({ traceId: 5n as never, spanId: "" });
    span.setStatus({ code: "loud" as never });
    tracing.startSpan({ name: "child", parent: span, kind: "SERVER" as never }).end();
    span.updateTrace({ state: "DONE" as never }).updateTrace({ topic: "law" } as never);
    span.end();
    const [stored, child] = await onlyTrace();
    expect(stored?.links).toBeUndefined();
    expect(child?.kind).toBe(1);
    expect((await allTraces())[0]?.info.state).toBe("OK");
    expect(errors).toMatchObject([
      { message: "a trace id must be 32 lower-case hex digits, got junk" },
      { name: "TypeError" },
      { message: "a status must be UNSET, OK or ERROR, got loud" },
      { message: "state must be OK or ERROR, got DONE" },
    ]);
  });

  it("does not include a linked trace's id as MLflow writes it", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const traceId = "ab".repeat(16);
    tracing
      .startSpan({ name: "s" })
      .addLink({ traceId: `tr-${traceId}`, spanId: "cd".repeat(8) })
      .end();
    expect((await onlyTrace())[0]?.links).toMatchObject([{ traceId }]);
  });
});

describe("updateCurrentTrace", () => {
  it("treats null as a field that is not given", async () => {
    const { tracing, allTraces, errors } = createRecordingWorld();
    const nothing = { tags: null, sessionId: null, userId: null, requestPreview: null, state: null };
    tracing
      .startSpan({ name: "s", inputs: "asked" })
      .updateTrace(nothing as never)
      .end();
    const [trace] = await allTraces();
    expect(trace?.info).toMatchObject({ requestPreview: "asked", tags: {} });
    expect(trace?.info.sessionId).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it("sets tags, metadata, session, user and previews", async () => {
    const { tracing, allTraces, errors } = createRecordingWorld();
    tracing.withSpan(
      () =>
        tracing.updateCurrentTrace({
          tags: { topic: "law" },
          metadata: { build: "7" },
          sessionId: "s1",
          userId: "u1",
          requestPreview: "asked",
          responsePreview: "answered",
          clientRequestId: "c1",
        }),
      { name: "root" },
    );
    const [trace] = await allTraces();
    expect(trace?.info).toMatchObject({
      tags: { topic: "law" },
      traceMetadata: { build: "7", "mlflow.trace.session": "s1", "mlflow.trace.user": "u1" },
      sessionId: "s1",
      userId: "u1",
      requestPreview: "asked",
      responsePreview: "answered",
      clientRequestId: "c1",
    });
    expect(errors).toEqual([]);
  });

  it("reports that no trace is active, and throws nothing", () => {
    const { tracing, errors } = createRecordingWorld();
    tracing.updateCurrentTrace({ tags: { a: "b" } });
    expect(errors).toMatchObject([{ message: "updateCurrentTrace needs an active span, got none" }]);
  });
});

describe("a store that fails", () => {
  it("is tried again with the same batch, and nothing is lost", async () => {
    const store = createMemoryStore();
    const batchIds: string[] = [];
    let failures = 2;
    const flaky = {
      ...store,
      write: async (batch: Parameters<typeof store.write>[0]) => {
        batchIds.push(batch.id);
        if (failures-- > 0) throw storeError("QuotaExceededError", "the disk is full");
        await store.write(batch);
      },
    };
    const { tracing, errors } = createRecordingWorld({ store: flaky });
    tracing.withSpan(() => 1, { name: "kept" });
    await expect(tracing.flush()).rejects.toThrow("the disk is full");
    expect(tracing.stats()).toMatchObject({ recorded: 1, written: 0, buffered: 1, dropped: 0 });
    await expect(tracing.flush()).rejects.toThrow("the disk is full");
    await tracing.flush();
    expect(new Set(batchIds).size).toBe(1);
    expect(errors).toMatchObject([{ message: "the disk is full" }]);
    expect(tracing.stats()).toMatchObject({ recorded: 1, written: 1, buffered: 0, dropped: 0 });
    expect((await store.search({})).traces).toHaveLength(1);
  });

  it.each(["before", "at the same time as"])(
    "is flushed only when it has also stored the batch that it refused %s taking the rest",
    async (when) => {
      const calls: { batch: Batch; resolve: () => void; reject: (error: Error) => void }[] = [];
      const asking = {
        ...createMemoryStore(),
        write: (batch: Batch) =>
          new Promise<void>((resolve, reject) => calls.push({ batch, resolve, reject })),
      };
      const { tracing } = createRecordingWorld({ store: asking, maxBatchSpans: 1 });
      for (const name of ["one", "other"]) tracing.startSpan({ name }).end();
      let isFlushed = false;
      const flushing = tracing.flush().then(() => (isFlushed = true));
      const turn = () => new Promise(setImmediate);
      calls[0]!.reject(storeError("QuotaExceededError", "the disk is full"));
      if (when === "before") await turn();
      calls[1]!.resolve();
      await turn();
      expect(calls.map(({ batch }) => batch.id)).toEqual([0, 1, 0].map((index) => calls[index]!.batch.id));
      expect(isFlushed).toBe(false);
      calls[2]!.resolve();
      await flushing;
      expect(tracing.stats()).toMatchObject({ written: 2, buffered: 0, dropped: 0 });
    },
  );

  it("by refusing a batch rejects the flush, even if it takes the next", async () => {
    const store = createMemoryStore();
    let calls = 0;
    const refusing = {
      ...store,
      async write(batch: Batch) {
        if (++calls === 1) throw new TypeError("no such span");
        await store.write(batch);
      },
    };
    const { tracing } = createRecordingWorld({ store: refusing, maxBatchSpans: 1 });
    for (const name of ["one", "other"]) tracing.startSpan({ name }).end();
    await expect(tracing.flush()).rejects.toThrow("no such span");
    expect(tracing.stats()).toMatchObject({ written: 1, buffered: 0, dropped: 1 });
    await tracing.flush();
  });

  it("for lack of space is pruned by the retention, and then takes the batch", async () => {
    const store = createMemoryStore();
    const withRoomForTwo = {
      ...store,
      async write(batch: Parameters<typeof store.write>[0]) {
        const { traceCount } = await store.stats({});
        if (traceCount >= 2) throw storeError("QuotaExceededError", "the disk is full");
        await store.write(batch);
      },
    };
    await store.write(aBatch([aSpan({ trace: 1 }), aSpan({ trace: 2 })]));
    const { tracing, errors } = createRecordingWorld({ store: withRoomForTwo, retention: { maxTraces: 1 } });
    tracing.withSpan(() => 1, { name: "kept" });
    await expect(tracing.flush()).rejects.toThrow("the disk is full");
    await expect.poll(() => tracing.flush().then(() => tracing.stats().written)).toBe(1);
    expect(errors).toMatchObject([{ message: "the disk is full" }]);
    expect(await store.search({ filter: "name = 'kept'" })).toMatchObject({ traces: [{}] });
  });

  it("loses only what exceeds the buffer, which is counted, and the traced code notices nothing", async () => {
    const hanging = { ...createMemoryStore(), write: () => new Promise<void>(() => undefined) };
    const { tracing, errors } = createRecordingWorld({
      store: hanging,
      maxBufferedSpans: 3,
      maxBatchSpans: 2,
    });
    const double = tracing.trace((n: number) => n * 2);
    expect([1, 2, 3, 4, 5].map((n) => double(n))).toEqual([2, 4, 6, 8, 10]);
    expect(tracing.stats()).toMatchObject({ recorded: 5, buffered: 3, dropped: 2 });
    expect(errors).toMatchObject([
      {
        message:
          "the buffer is full (3 spans and patches, or 134217728 characters): what exceeds it is dropped",
      },
    ]);
  });

  it("is retried with one batch at a time, later and later, and gets everything once it works", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    // Loaded anew: a recorder uses the timers that existed when it was loaded.
    vi.resetModules();
    const { createRecordingWorld } = await import("../../support/tracing.js");
    const store = createMemoryStore();
    let isFailing = true;
    let calls = 0;
    const failing = {
      ...store,
      write: async (batch: Parameters<typeof store.write>[0]) => {
        calls++;
        if (isFailing) throw storeError("QuotaExceededError", "the disk is full");
        await store.write(batch);
      },
    };
    const { tracing, errors } = createRecordingWorld({ store: failing, maxBatchSpans: 1 });
    async function recordFor(ms: number) {
      for (let i = 0; i < 10; i++) tracing.withSpan(() => i, { name: "kept" });
      await vi.advanceTimersByTimeAsync(ms);
      return calls;
    }
    // The ten were on their way before the first one failed.
    expect(await recordFor(0)).toBe(10);
    expect(await recordFor(499)).toBe(10);
    expect(await recordFor(1)).toBe(11);
    expect(await recordFor(999)).toBe(11);
    expect(await recordFor(1)).toBe(12);
    expect(errors).toHaveLength(1);
    isFailing = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(tracing.stats()).toMatchObject({ recorded: 50, written: 50, buffered: 0, dropped: 0 });
    isFailing = true;
    await recordFor(0);
    expect(errors).toHaveLength(2);
  });

  it("is written to even while the program's tests use fake timers, none of which are the recorder's", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const store = createMemoryStore();
    const written = new Promise<void>((resolve) => {
      const write: typeof store.write = (batch) => store.write(batch).finally(resolve);
      createRecordingWorld({ store: { ...store, write } }).tracing.withSpan(() => 1, { name: "faked" });
    });
    expect(vi.getTimerCount()).toBe(0);
    await written;
    expect((await store.search({})).traces).toHaveLength(1);
  });

  it("leaves no more characters in memory than the buffer may hold", () => {
    const hanging = { ...createMemoryStore(), write: () => new Promise<void>(() => undefined) };
    const { tracing } = createRecordingWorld({ store: hanging, maxBufferedCharacters: 10_000 });
    for (let i = 0; i < 5; i++) tracing.startSpan({ name: "s", inputs: "x".repeat(3000) }).end();
    expect(tracing.stats()).toMatchObject({ recorded: 5, buffered: 3, dropped: 2 });
    const busy = tracing.startSpan({ name: "written over and over" });
    for (let i = 0; i < 100; i++) busy.setAttribute("progress", "x".repeat(200)).setOutputs("x".repeat(200));
    for (let i = 0; i < 1000; i++) busy.addEvent({ name: "e", attributes: { i } });
    busy.end();
    expect(busy.sizeCharacters).toBeLessThan(3000);
  });

  it("by hanging gets open spans only while there is room, and the rest when it works again", async () => {
    const store = createMemoryStore();
    let release: (() => void) | undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    let given = 0;
    const { tracing } = createRecordingWorld({
      store: {
        ...store,
        write: async (batch) => {
          given += batch.spans.length;
          await hanging;
          await store.write(batch);
        },
      },
      maxBufferedSpans: 4,
    });
    const flushes: Promise<void>[] = [];
    const open = Array.from({ length: 10 }, (_, i) => {
      const span = tracing.startSpan({ name: `open ${i}` });
      flushes.push(tracing.flush());
      return span;
    });
    expect(given).toBe(4);
    release?.();
    await Promise.all(flushes);
    expect(given).toBe(10);
    expect((await store.search({})).traces).toHaveLength(10);
    for (const span of open) span.end();
  });

  it("and whose full buffer held back open spans, all dropped when they ended, is flushed once it works", async () => {
    const store = createMemoryStore();
    let release: (() => void) | undefined;
    const slow = {
      ...store,
      async write(batch: Parameters<typeof store.write>[0]) {
        await new Promise<void>((resolve) => (release = resolve));
        await store.write(batch);
      },
    };
    const { tracing } = createRecordingWorld({ store: slow, maxBufferedSpans: 2 });
    for (const i of [1, 2]) tracing.withSpan(() => i, { name: "kept" });
    const written = tracing.flush();
    const open = [1, 2, 3].map((i) => tracing.startSpan({ name: `open ${i}` }));
    const flushed = tracing.flush();
    for (const span of open) span.end();
    release?.();
    await Promise.all([written, flushed]);
    await tracing.flush();
    expect(tracing.stats()).toMatchObject({ recorded: 5, written: 2, buffered: 0, dropped: 3 });
  });

  it("by throwing at once does no harm, even if onError throws as well", async () => {
    const broken = {
      ...createMemoryStore(),
      write: () => {
        throw new TypeError("broken");
      },
    };
    const onError = vi.fn(() => {
      throw new Error("the handler is broken too");
    });
    const { tracing } = createRecordingWorld({ store: broken, onError });
    expect(tracing.withSpan(() => 4, { name: "s" })).toBe(4);
    await expect(tracing.flush()).rejects.toThrow("broken");
    expect(onError).toHaveBeenCalled();
    expect(tracing.stats()).toMatchObject({ recorded: 1, dropped: 1, buffered: 0 });
  });
});

describe("a store that is closed", () => {
  it("first has its recorder write what it holds", async () => {
    const closed = vi.fn();
    const store = createMemoryStore();
    const asking = { ...store, ...askedBeforeClose(async () => closed()) };
    const { tracing, errors } = createRecordingWorld({ store: asking });
    tracing.withSpan(() => 1, { name: "first" });
    const closing = asking.close();
    expect(closed).not.toHaveBeenCalled();
    await closing;
    expect(closed).toHaveBeenCalledOnce();
    expect(tracing.stats()).toMatchObject({ written: 1, dropped: 0 });
    expect((await store.search({})).traces).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it("can be closed before its recorder is shut down", async () => {
    const store = createMemoryStore();
    const asking = { ...store, ...askedBeforeClose(store.close) };
    const { tracing, errors } = createRecordingWorld({ store: asking });
    tracing.withSpan(() => 1, { name: "first" });
    await asking.close();
    await tracing.shutdown();
    expect(errors).toEqual([]);
  });

  it("closes even if it refused what recorders still held, which they report", async () => {
    const failure = new Error("no space");
    const closed = vi.fn();
    const store = { ...createMemoryStore(), write: () => Promise.reject(failure) };
    const asking = { ...store, ...askedBeforeClose(async () => closed()) };
    const { tracing, errors } = createRecordingWorld({ store: asking });
    tracing.withSpan(() => 1);
    await asking.close();
    expect(closed).toHaveBeenCalledOnce();
    expect(errors).toEqual([failure]);
  });
});

describe("shutdown", () => {
  it("marks open spans as unfinished and records nothing more", async () => {
    const { tracing, store } = createRecordingWorld();
    const span = tracing.startSpan({ name: "open" });
    await tracing.shutdown();
    await tracing.shutdown();
    expect(await store.get(span.traceId)).toMatchObject({ info: { state: "UNFINISHED" } });
    expect(tracing.withSpan((late) => late.isEnded, { name: "late" })).toBe(true);
    expect(tracing.trace((n: number) => n)(5)).toBe(5);
    expect((await store.search({})).traces).toHaveLength(1);
  });
});

describe("two recorders", () => {
  it("each record a trace if a span of one is inside a span of the other", async () => {
    const [a, b] = [createRecordingWorld(), createRecordingWorld()];
    a.tracing.withSpan(() => b.tracing.withSpan(() => undefined, { name: "in b" }), { name: "in a" });
    expect((await a.onlyTrace()).map(({ name }) => name)).toEqual(["in a"]);
    expect((await b.onlyTrace()).map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ["in b", undefined],
    ]);
  });
});
