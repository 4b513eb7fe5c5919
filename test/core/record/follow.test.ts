import { describe, expect, it } from "vitest";
import { describeSpan } from "@spanbook/core/model";
import { createRecordingWorld, type RecordingWorld } from "../../support/tracing.js";

describe("a stream that a traced call passes on", () => {
  const handOn = (world: RecordingWorld, options = {}) => {
    const write = world.tracing.trace(
      async function* () {
        yield await Promise.resolve("a");
        world.advance(5);
        yield "b";
        throw new Error("cut");
      },
      { name: "write", outputReducer: (texts: readonly string[]) => texts.join("") },
    );
    return world.tracing.trace(() => Promise.resolve(write()), { name: "ask", ...options });
  };

  it("ends the call's span, with the elements read and the error", async () => {
    const world = createRecordingWorld();
    const stream = await handOn(world)();
    await stream.next();
    await stream.next();
    await expect(stream.next()).rejects.toThrow("cut");
    const [ask, write] = await world.onlyTrace();
    for (const span of [ask, write]) {
      expect(describeSpan(span!).outputs).toBe("ab");
      expect(span?.status).toEqual({ code: 2, message: "cut" });
    }
    expect(ask?.events?.map(({ name }) => name)).toEqual(["exception"]);
    expect(ask?.endTimeUnixNano).toBe(write?.endTimeUnixNano);
  });

  it("is combined by the call's own reducer, and both spans say that it was left", async () => {
    const world = createRecordingWorld();
    const ask = handOn(world, { outputReducer: (texts: readonly string[]) => texts.length });
    for await (const text of await ask()) if (text === "b") break;
    const spans = await world.onlyTrace();
    expect(spans.map((span) => describeSpan(span).outputs)).toEqual([2, "ab"]);
    expect(spans.map(({ attributes }) => attributes["spanbook.stream"])).toEqual(["left", "left"]);
  });

  it("ends the call's span at once if it has been read already", async () => {
    const world = createRecordingWorld();
    const count = world.tracing.trace(function* count() {
      yield 1;
    });
    const read = world.tracing.trace(() => {
      const numbers = count();
      expect([...numbers]).toEqual([1]);
      return numbers;
    });
    read();
    expect((await world.onlyTrace()).map((span) => describeSpan(span).outputs)).toEqual([[1], [1]]);
  });

  it("ends the call's span at once if it has been left already, and is marked as left there too", async () => {
    const world = createRecordingWorld();
    const count = world.tracing.trace(function* count() {
      yield* [1, 2];
    });
    const read = world.tracing.trace(() => {
      const numbers = count();
      for (const number of numbers) if (number === 1) break;
      return numbers;
    });
    read();
    const spans = await world.onlyTrace();
    expect(spans.map((span) => describeSpan(span).outputs)).toEqual([[1], [1]]);
    expect(spans.map(({ attributes }) => attributes["spanbook.stream"])).toEqual(["left", "left"]);
  });
});

describe("a traced generator", () => {
  it("gives the same elements, records them, and is the parent of what its body calls", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const inner = tracing.trace(async function inner(n: number) {
      await new Promise((resolve) => setImmediate(resolve));
      return n * 10;
    });
    const count = tracing.trace(
      async function* (to: number) {
        for (let n = 1; n <= to; n++) yield await inner(n);
        return "done";
      },
      { name: "count", outputReducer: (chunks: readonly number[]) => chunks.reduce((sum, n) => sum + n, 0) },
    );
    const seen: number[] = [];
    for await (const n of count(3)) seen.push(n);
    expect(seen).toEqual([10, 20, 30]);
    const spans = await onlyTrace();
    const [root] = spans.filter(({ name }) => name === "count");
    expect(root && describeSpan(root)).toMatchObject({ inputs: { to: 3 }, outputs: 60 });
    expect(root?.events?.map(({ name, attributes }) => [name, attributes?.["mlflow.chunk.value"]])).toEqual([
      ["mlflow.chunk.item.0", 10],
      ["mlflow.chunk.item.1", 20],
      ["mlflow.chunk.item.2", 30],
    ]);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId)).toHaveLength(3);
  });

  it("ends when it is left early", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    let cleaned = false;
    const letters = tracing.trace(function* letters() {
      try {
        yield* "abc";
      } finally {
        cleaned = true;
      }
    });
    for (const letter of letters()) if (letter === "b") break;
    expect(cleaned).toBe(true);
    const [span] = await onlyTrace();
    expect(span && describeSpan(span).outputs).toEqual(["a", "b"]);
    expect(span?.status).toEqual({ code: 1 });
  });

  it("keeps the elements before an error, and rethrows that error", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const thrown = new Error("cut");
    const stream = tracing.trace(async function* stream() {
      yield 1;
      throw thrown;
    });
    const iterator = stream();
    expect(await iterator.next()).toEqual({ value: 1, done: false });
    await expect(iterator.next()).rejects.toBe(thrown);
    const [span] = await onlyTrace();
    expect(span && describeSpan(span).outputs).toEqual([1]);
    expect(span?.status).toEqual({ code: 2, message: "cut" });
  });

  it("passes values in, and its return value out", () => {
    const { tracing } = createRecordingWorld();
    const echo = tracing.trace(function* echo(): Generator<string, string, string> {
      const word = yield "ready";
      return `got ${word}`;
    });
    const iterator = echo();
    expect(iterator.next("ignored")).toEqual({ value: "ready", done: false });
    expect(iterator.next("hello")).toEqual({ value: "got hello", done: true });
  });
});
