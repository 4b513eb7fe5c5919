import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { describeSpan } from "@spanbook/core/model";
import { nano } from "../../support/spans.js";
import { createRecordingWorld } from "../../support/tracing.js";

describe("a traced promise", () => {
  it("settles one microtask later than an untraced one, and in the same task", async () => {
    const { tracing } = createRecordingWorld();
    const bare = async () => {
      await Promise.resolve();
    };
    const untraced = await countMicrotasks(bare);
    expect((await countMicrotasks(tracing.trace(bare))) - untraced).toBe(1);
    expect((await countMicrotasks(tracing.trace(tracing.trace(bare)))) - untraced).toBe(2);
  });

  it("stays the same if the function returns the same promise, and each call has its span", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const memo = Promise.resolve(7);
    const load = tracing.trace(() => memo, { name: "load" });
    const [first, second] = [load(), load()];
    expect(first).toBe(second);
    expect(await first).toBe(7);
    const traces = await allTraces();
    expect(traces.map(({ info }) => [info.state, info.responsePreview])).toEqual([
      ["OK", "7"],
      ["OK", "7"],
    ]);
  });

  it("is followed even if a library has replaced the platform's Promise", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const load = tracing.trace(async () => Promise.resolve(1), { name: "load" });
    const Native = Promise;
    globalThis.Promise = class extends Native<unknown> {} as PromiseConstructor;
    const promise = load();
    globalThis.Promise = Native;
    expect(await promise).toBe(1);
    expect((await allTraces()).map(({ info }) => [info.state, info.responsePreview])).toEqual([["OK", "1"]]);
  });

  it("of a subclass stays the same object, with its own methods and private fields", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    class ApiPromise<Value> extends Promise<Value> {
      readonly #response = { status: 200 };
      asResponse() {
        return this.#response;
      }
    }
    const given = ApiPromise.resolve("body") as ApiPromise<string>;
    const request = tracing.trace(() => given, { name: "request" });
    const result = request();
    expect(result).toBe(given);
    expect(result.asResponse()).toEqual({ status: 200 });
    expect(await result.then((body) => body.length)).toBe(4);
    expect(result.finally(() => undefined)).toBeInstanceOf(ApiPromise);
    const [span] = await onlyTrace();
    expect(span && describeSpan(span).outputs).toBe("body");
  });
});

describe("a traced thenable", () => {
  it("that is lazy starts when its caller awaits it, once for each time, with the call's span active", async () => {
    const { tracing, advance, onlyTrace } = createRecordingWorld();
    const runs: (string | undefined)[] = [];
    const query = {
      table: "users",
      then<Result>(onValue: (rows: string[]) => Result): Promise<Result> {
        runs.push(tracing.getCurrentActiveSpan()?.name);
        return Promise.resolve(["ada"]).then(onValue);
      },
    };
    const select = tracing.trace(() => query as PromiseLike<string[]> & typeof query, { name: "select" });
    const made = select();
    expect(made).toBe(query);
    expect(made.table).toBe("users");
    await Promise.resolve();
    expect(runs).toEqual([]);
    advance(5);
    expect(await made).toEqual(["ada"]);
    expect(await made).toEqual(["ada"]);
    expect(runs).toEqual(["select", undefined]);
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ startTimeUnixNano: nano(0), endTimeUnixNano: nano(5) });
    expect(span && describeSpan(span).outputs).toEqual(["ada"]);
  });

  it("runs its callbacks in the context where they were given, not inside the call", async () => {
    const { tracing } = createRecordingWorld();
    const lazy = { then: (onValue: (value: number) => unknown) => Promise.resolve(1).then(onValue) };
    const load = tracing.trace(() => lazy as unknown as PromiseLike<number>, { name: "load" });
    const name = await tracing.withSpan(() => load().then(() => tracing.getCurrentActiveSpan()?.name), {
      name: "around",
    });
    expect(name).toBe("around");
  });

  it("whose then throws fails its call, as a rejected promise does", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const then = (): never => {
      throw new Error("not ready");
    };
    const load = tracing.trace(() => ({ then }) as PromiseLike<number>, { name: "load" });
    await expect(Promise.resolve(load())).rejects.toThrow("not ready");
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ status: { code: 2, message: "not ready" } });
  });

  it("that is frozen is returned as it is", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const frozen = Object.freeze({ then: (onValue: (value: number) => void) => onValue(1) });
    const load = tracing.trace(() => frozen as unknown as PromiseLike<number>, { name: "load" });
    expect(load()).toBe(frozen);
    expect(await load()).toBe(1);
    expect((await allTraces()).map(({ info }) => info.state)).toEqual(["OK", "OK"]);
  });
});

describe("a traced stream", () => {
  it("of an SDK stays the same object, and its span ends when it has been read", async () => {
    const { tracing, onlyTrace, advance } = createRecordingWorld();
    class SdkStream implements AsyncIterable<string> {
      readonly #chunks = ["a", "b"];
      readonly controller = new AbortController();
      async *[Symbol.asyncIterator]() {
        for (const chunk of this.#chunks) {
          advance(1);
          yield chunk;
        }
      }
      toText() {
        return this.#chunks.join("");
      }
    }
    const given = new SdkStream();
    const create = tracing.trace(async () => given, {
      name: "create",
      outputReducer: (chunks: readonly string[]) => chunks.join(""),
    });
    const stream = await create();
    expect(stream).toBe(given);
    expect(stream).toBeInstanceOf(SdkStream);
    expect(stream.toText()).toBe("ab");
    expect(Object.keys(stream)).toEqual(["controller"]);
    const seen: string[] = [];
    for await (const chunk of stream) seen.push(chunk);
    expect(seen).toEqual(["a", "b"]);
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ startTimeUnixNano: nano(0), endTimeUnixNano: nano(2) });
    expect(span && describeSpan(span).outputs).toBe("ab");
    for await (const chunk of stream) seen.push(chunk);
    expect(seen).toEqual(["a", "b", "a", "b"]);
  });

  it("of an SDK also ends its span when it is left early or throws", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const thrown = new Error("cut");
    let isClosed = false;
    const make = (fails: boolean): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => (fails ? Promise.reject(thrown) : Promise.resolve({ done: false, value: 1 })),
        return: () => {
          isClosed = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    });
    const create = tracing.trace(make, { name: "create" });
    for await (const _ of create(false)) break;
    expect(isClosed).toBe(true);
    const iterator = create(true)[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toBe(thrown);
    const traces = await allTraces();
    expect(traces.map(({ info }) => info.state).sort()).toEqual(["ERROR", "OK"]);
  });

  it.each([
    ["a reader", readAll],
    ["for await", async (stream: ReadableStream<string>) => collect(stream)],
    ["values", async (stream: ReadableStream<string>) => collect(stream.values())],
    ["tee", async (stream: ReadableStream<string>) => (await Promise.all(stream.tee().map(collect)))[0]],
    [
      "pipeThrough",
      async (stream: ReadableStream<string>) =>
        collect(stream.pipeThrough(new TransformStream<string, string>())),
    ],
    [
      "pipeTo",
      async (stream: ReadableStream<string>) => {
        const seen: string[] = [];
        await stream.pipeTo(new WritableStream({ write: (chunk) => void seen.push(chunk) }));
        return seen;
      },
    ],
  ])("of the Streams standard is recorded through %s", async (_way, read) => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const given = streamOf(["x", "y"]);
    const open = tracing.trace(() => given, { name: "open" });
    const stream = open();
    expect(stream).toBe(given);
    expect(await read(stream)).toEqual(["x", "y"]);
    expect(stream.locked).toBe(false);
    const [span] = await onlyTrace();
    expect(span?.endTimeUnixNano).toBeDefined();
    expect(span && describeSpan(span).outputs).toEqual(["x", "y"]);
  });

  it("of the Streams standard ends its span when it is cancelled, and when it fails", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const thrown = new Error("broken pipe");
    let reason: unknown;
    const open = tracing.trace(
      (fails: boolean) =>
        new ReadableStream<string>({
          pull(controller) {
            if (fails) controller.error(thrown);
            else controller.enqueue("x");
          },
          cancel(given) {
            reason = given;
          },
        }),
      { name: "open" },
    );
    const reader = open(false).getReader();
    expect(await reader.read()).toEqual({ done: false, value: "x" });
    await reader.cancel("enough");
    expect(reason).toBe("enough");
    await expect(open(true).getReader().read()).rejects.toBe(thrown);
    const traces = await allTraces();
    expect(traces.map(({ info }) => [info.state, info.responsePreview])).toEqual(
      expect.arrayContaining([
        ["OK", '["x"]'],
        ["ERROR", undefined],
      ]),
    );
  });

  it("of Node ends its span when it is read by events, piped, iterated, has failed, or is destroyed", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const failure = new Error("cut off");
    const make = tracing.trace((chunks: readonly string[]) => Readable.from(chunks), { name: "make" });
    const ways: ((stream: Readable) => Promise<unknown>)[] = [
      async (stream) =>
        once(
          stream.on("data", () => undefined),
          "end",
        ),
      (stream) => pipeline(stream, new PassThrough().resume()),
      (stream) => stream.toArray(),
      async (stream) => once(stream.destroy(), "close"),
      async (stream) => expect(once(stream.destroy(failure), "end")).rejects.toBe(failure),
    ];
    for (const way of ways) {
      const stream = make(["a", "b"]);
      expect(stream).toBeInstanceOf(Readable);
      await way(stream);
    }
    const ended = (await allTraces()).map(({ info, data: { spans } }) => {
      const [span] = spans;
      return [info.state, span && describeSpan(span).outputs, span?.attributes["spanbook.stream"]];
    });
    expect(ended).toEqual([
      ["OK", ["a", "b"], undefined],
      ["OK", ["a", "b"], undefined],
      ["OK", ["a", "b"], undefined],
      ["OK", [], "left"],
      ["ERROR", undefined, undefined],
    ]);
  });

  it("of Node emits the same events as untraced, and an unhandled error stays unhandled", async () => {
    const { tracing } = createRecordingWorld();
    const stream = tracing.trace(() => new PassThrough(), { name: "make" })();
    const told: unknown[][] = [];
    for (const event of ["data", "end", "own"]) stream.on(event, (...args) => told.push([event, ...args]));
    stream.emit("own", 1, 2);
    stream.end("a");
    await once(stream, "close");
    expect(told).toEqual([["own", 1, 2], ["data", Buffer.from("a")], ["end"]]);
    const failing = tracing.trace(() => new PassThrough(), { name: "fail" })();
    expect(failing.listenerCount("error")).toBe(0);
    expect(() => failing.emit("error", new RangeError("unhandled"))).toThrow("unhandled");
  });

  it("of a generator starts when its first element is asked for, below whoever asks", async () => {
    const { tracing, allTraces, advance } = createRecordingWorld();
    const numbers = tracing.trace(
      function* () {
        yield 1;
        yield tracing.getCurrentActiveSpan()?.name;
      },
      { name: "numbers" },
    );
    const unread = numbers();
    const read = tracing.withSpan(() => numbers(), { name: "maker" });
    advance(10);
    expect(tracing.withSpan(() => [...read], { name: "reader" })).toEqual([1, "numbers"]);
    expect(unread.return(undefined)).toEqual({ done: true, value: undefined });
    const spans = (await allTraces()).flatMap(({ data }) => data.spans);
    const reader = spans.find(({ name }) => name === "reader");
    expect(spans.map(({ name, startTimeUnixNano }) => [name, startTimeUnixNano])).toEqual([
      ["maker", nano(0)],
      ["reader", nano(10)],
      ["numbers", nano(10.000001)],
    ]);
    expect(spans.find(({ name }) => name === "numbers")?.parentSpanId).toBe(reader?.spanId);
  });

  it("that is dropped unread ends its span when it is collected", async () => {
    const { tracing, store } = createRecordingWorld();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const open = tracing.trace(() => streamOf(["never read"]), { name: "open" });
    open();
    let state: string | undefined;
    for (let i = 0; i < 50 && state !== "OK"; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      await tracing.flush();
      state = (await store.search({})).traces[0]?.info.state;
    }
    expect(state).toBe("OK");
    const [span] = (await store.search({ includeSpans: true })).traces[0]?.data.spans ?? [];
    expect(span?.attributes["spanbook.stream"]).toBe("dropped");
  });

  it("keeps no more of its elements than a value may hold", async () => {
    const { tracing, onlyTrace } = createRecordingWorld({ maxValueCharacters: 1000 });
    const many = tracing.trace(function* many() {
      for (let i = 0; i < 1000; i++) yield i;
    });
    expect([...many()]).toHaveLength(1000);
    const [span] = await onlyTrace();
    expect(span && describeSpan(span).outputs).toHaveLength(15);
    expect(span?.attributes["spanbook.dropped_chunks"]).toBe(985);
    expect(span?.events).toHaveLength(100);
  });

  it("records that its reducer threw, and keeps the elements", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const outputReducer = () => {
      throw new Error("no sum");
    };
    const one = tracing.trace(
      function* one() {
        yield 1;
      },
      { outputReducer },
    );
    expect([...one()]).toEqual([1]);
    const [span] = await onlyTrace();
    expect(span && describeSpan(span).outputs).toEqual([1]);
    expect(span?.events?.at(-1)).toMatchObject({
      name: "spanbook.output_reducer_failed",
      attributes: { message: "no sum" },
    });
  });
});

/** How many microtasks pass until the promise from `fn` settles. */
async function countMicrotasks(fn: () => Promise<unknown>): Promise<number> {
  let isSettled = false;
  void fn().then(() => (isSettled = true));
  let count = 0;
  for (; !isSettled && count < 100; count++) await Promise.resolve();
  return count;
}

function streamOf(chunks: readonly string[]): ReadableStream<string> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

async function readAll(stream: ReadableStream<string>): Promise<string[]> {
  const reader = stream.getReader();
  const seen: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    seen.push(value);
  }
  reader.releaseLock();
  return seen;
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const chunk of source) seen.push(chunk);
  return seen;
}
