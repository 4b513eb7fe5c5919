import { setFlagsFromString } from "node:v8";
import { createContext, runInContext, runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { describeSpan } from "@spanbook/core/model";
import { captureAttribute, captureJson } from "../../../packages/core/src/record/capture.js";
import { createRecordingWorld } from "../../support/tracing.js";

const limit = 1 << 20;

function read(value: unknown, maxCharacters = limit): unknown {
  return JSON.parse(captureJson(value, maxCharacters).text);
}

describe("a text of 100 MB", () => {
  const length = 100_000_000;

  it("is cut to the limit wherever it stands, and the part cut off is not kept in memory", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const heapBefore = heapUsedAfterGc();
    {
      const huge = Buffer.alloc(length, "x").toString("latin1");
      const span = tracing.startSpan({ name: huge, inputs: { huge }, attributes: { huge, list: [huge] } });
      span.addEvent({ name: huge, attributes: { huge } }).recordException(new Error(huge));
      span.updateTrace({ tags: { huge } }).end({ outputs: huge, status: { code: 2, message: huge } });
    }
    // The span, and its text that waits to be written.
    expect(heapUsedAfterGc() - heapBefore).toBeLessThan(60 * limit);
    const [span] = await onlyTrace();
    expect(JSON.stringify(span).length).toBeLessThan(12 * limit);
    expect(describeSpan(span as never).outputs).toMatch(/^x+… \d+ more characters$/);
    expect(JSON.parse(String(span?.attributes["spanbook.cut.mlflow.spanOutputs"]))).toEqual({
      characters: length - limit + 20,
      items: 0,
    });
  });

  it("costs one step: only its length and the part that is kept are read", () => {
    const texts = Array.from({ length: 1000 }, () => "x".repeat(length));
    expect((read(texts) as unknown[]).length).toBeLessThan(10);
  });
});

describe("an object that changes while it is recorded", () => {
  it("by adding a key on every read is read through only once", () => {
    let reads = 0;
    const growing: Record<string, unknown> = {};
    const grow = () => {
      Object.defineProperty(growing, `key${reads++}`, { get: grow, enumerable: true, configurable: true });
      return reads;
    };
    grow();
    expect(Object.keys(read(growing) as object).length).toBeLessThan(5);
    expect(reads).toBeLessThan(10);
  });

  it("by having other keys each time is written with what those give", () => {
    let round = 0;
    const shifting = new Proxy(
      {},
      {
        ownKeys: () => [`key${++round}`],
        getOwnPropertyDescriptor: () => ({ value: round, enumerable: true, configurable: true }),
        get: (_, key) => (key === "toJSON" || key === "then" ? undefined : round),
      },
    );
    expect(read(shifting)).toEqual(expect.any(Object));
    expect(round).toBeLessThan(10);
  });

  it("by giving new objects for ever ends at the limit", () => {
    const endless = (): object => ({
      get left() {
        return endless();
      },
      get right() {
        return endless();
      },
    });
    expect(captureJson(endless(), 10_000).text.length).toBeLessThan(30_000);
  });

  it("by losing items is written as far as the items go", () => {
    const list: unknown[] = [1, { get shrink() { list.length = 2; return 1n; } }, 3, 4]; // prettier-ignore
    expect(read(list)).toEqual([1, { shrink: 1 }]);
  });
});

describe("a value that fails while it is read", () => {
  it("is written as far as it was read, and the text stays JSON", () => {
    const items = new Proxy([1, 2, 3], {
      get(target, key) {
        if (key === "1") throw new Error("gone");
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(read({ items, after: 1n })).toEqual({ items: [1, "[unreadable: gone]"], after: 1 });
    class Named {
      static get name(): string {
        throw new Error("nameless");
      }
    }
    expect(read([Named, 1n])).toEqual(["[function [unreadable: nameless]]", 1]);
  });

  it("becomes an attribute that says so: transferred bytes, a revoked proxy", () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(captureAttribute(bytes, limit)).toMatch(/^\[unreadable: .+\]$/);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(captureAttribute(proxy, limit)).toMatch(/^\[unreadable: .+\]$/);
  });

  it("becomes text where text is asked for, and a list that claims to be endless is not joined", async () => {
    const { tracing, store, errors } = createRecordingWorld();
    const endless = Object.assign([1], { length: 2 ** 32 - 1 }) as unknown as string;
    const textless = Object.create(null) as string;
    tracing.withSpan(
      (span) => {
        span.updateTrace({ tags: { endless, textless }, requestPreview: endless });
        span.recordException(endless).setStatus(2, endless);
      },
      { name: "call" },
    );
    await tracing.flush();
    expect(errors).toEqual([]);
    const { traces } = await store.search({ includeSpans: true });
    const { tags } = traces[0]!.info;
    expect(tags["endless"]).toMatch(/^\[1,null,null.*… \d+ more items"\]$/);
    expect(tags["textless"]).toMatch(/^\[unreadable: .+\]$/);
  });
});

describe("an unusual object", () => {
  it("that is frozen, sealed or without a prototype is written like any other", () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1, toString: "mine" });
    expect(read(Object.freeze({ a: Object.freeze([1]) }))).toEqual({ a: [1] });
    expect(read(Object.seal({ b: 2 }))).toEqual({ b: 2 });
    expect(read(bare)).toEqual({ a: 1, toString: "mine" });
    expect(read(Object.assign(Object.create(bare) as object, { own: 1n }))).toEqual({ own: 1 });
  });

  it("from another realm is written like one from this", () => {
    const context = createContext({});
    const foreign = runInContext(
      `({
        plain: { a: [1, undefined] }, bare: Object.assign(Object.create(null), { b: 1n }),
        map: new Map([["k", 1]]), set: new Set([1]), boxed: new String("text"), regexp: /x/g,
        error: new TypeError("far", { cause: new Error("farther") }), floats: new Float64Array([0.5]),
        promise: Promise.resolve(), frozen: Object.freeze([1]), fn: [function named() {}],
      })`,
      context,
    ) as object;
    expect(read(foreign)).toMatchObject({
      plain: { a: [1, null] },
      bare: { b: 1 },
      map: { k: 1 },
      set: [1],
      boxed: "text",
      regexp: "/x/g",
      error: { name: "TypeError", message: "far", cause: { name: "Error", message: "farther" } },
      floats: [0.5],
      promise: "[promise]",
      frozen: [1],
      fn: ["[function named]"],
    });
    expect(read(runInNewContext(`new Proxy({}, { get() { throw new Error("far") } })`))).toBe(
      "[unreadable: far]",
    );
  });

  it("thrown from another realm is recorded as an error of this one", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const thrown: unknown = runInNewContext(`new RangeError("far", { cause: new Error("farther") })`);
    tracing.startSpan({ name: "s" }).recordException(thrown).end();
    const [span] = await onlyTrace();
    expect(span?.status).toEqual({ code: 2, message: "far" });
    expect(span?.events?.[0]?.attributes).toMatchObject({
      "exception.type": "RangeError",
      "exception.message": "far",
      "exception.stacktrace": expect.stringMatching(/RangeError: far[^]*Caused by: Error: farther/) as string,
    });
  });

  it("thrown as an AggregateError is recorded with its errors and their causes, as Node prints them", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const error = (message: string, cause?: unknown) =>
      Object.assign(new Error(message, cause === undefined ? {} : { cause }), {
        stack: `Error: ${message}\n    at here`,
      });
    const hostile = new Proxy(new Error(), {
      getPrototypeOf() {
        throw new Error("no");
      },
    });
    const few = Object.assign(new AggregateError([error("first", "dns"), "text"], "all failed"), {
      stack: "AggregateError: all failed\n    at there",
    });
    const many = new AggregateError(Array.from({ length: 100 }, (_, i) => error(`number ${i}`)));
    many.errors[1] = many;
    const span = tracing.startSpan({ name: "s" });
    for (const thrown of [few, many, new AggregateError([hostile], "kept"), hostile]) {
      span.recordException(thrown);
    }
    span.end();
    const [recorded] = await onlyTrace();
    const stacks = recorded?.events?.map(({ attributes }) => attributes?.["exception.stacktrace"]) ?? [];
    expect(stacks[0]).toBe(`AggregateError: all failed
    at there {
  [errors]: [
    Error: first
        at here
    Caused by: dns,
    text
  ]
}`);
    expect(String(stacks[1])).toContain("... 98 more items");
    expect(String(stacks[1]).match(/Error: number/g)?.length).toBeLessThan(20);
    expect(stacks[2]).toContain("AggregateError: kept");
    expect(stacks[3]).toBeUndefined();
  });

  it("that claims to be what it is not never hangs the program", () => {
    class Claiming {
      readonly #tag: string;
      constructor(tag: string) {
        this.#tag = tag;
      }
      get [Symbol.toStringTag]() {
        return this.#tag;
      }
      *[Symbol.iterator]() {
        for (;;) yield [1, 2];
      }
    }
    for (const tag of ["Map", "Set", "Date", "ArrayBuffer"]) {
      expect(read(new Claiming(tag))).toMatch(/^\[unreadable: /);
    }
    expect(read(new Claiming("NodeList"), 100)).toContain("… NaN more items");
    class EndlessMap extends Map<unknown, unknown> {
      override *[Symbol.iterator](): MapIterator<[unknown, unknown]> {
        for (;;) yield [1, 2];
      }
    }
    expect(read(new EndlessMap([["a", 1]]))).toEqual({ a: 1 });
  });
});

it("a value nested 100,000 levels deep is cut where it gets too deep, also in attributes", () => {
  const nest = (wrap: (inner: unknown) => unknown) => {
    let value: unknown = "bottom";
    for (let i = 0; i < 100_000; i++) value = wrap(value);
    return value;
  };
  const wraps: ((inner: unknown) => unknown)[] = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => new Map([["inner", inner]]),
    (inner) => new Set([inner]),
    (inner) => new Error("outer", { cause: inner }),
    (inner) => ({ toJSON: () => inner }),
  ];
  for (const wrap of wraps) {
    const value = nest(wrap);
    expect(captureJson(value, limit).text).toContain("nested too deep");
    expect(JSON.stringify(captureAttribute(value, limit))).toContain("nested too deep");
  }
});

it("an integer of millions of digits is written in hexadecimal, in linear time", () => {
  const huge = 1n << 10_000_000n;
  expect(read(huge, 100)).toMatch(/^0x1000+… \d+ more characters$/);
  expect(captureAttribute(huge, 100)).toMatch(/^0x1000+… \d+ more characters$/);
  expect(captureAttribute({ huge }, 100)).toMatchObject({ huge: expect.stringMatching(/^0x10/) as string });
});

it("a map, a set or an object with 100,000 entries is read no further than the limit", () => {
  const keys = Array.from({ length: 100_000 }, (_, i) => `key${i}`);
  const values = [
    new Map(keys.map((key) => [key, undefined])),
    new Map(keys.map((_, i) => [i, i])),
    new Set(keys),
    Object.fromEntries(keys.map((key) => [key, undefined])),
  ];
  for (const value of values) {
    const { text, cut } = captureJson(value, 1000);
    expect(text.length).toBeLessThan(1200);
    expect(cut?.items).toBeGreaterThan(98_000);
  }
});

function heapUsedAfterGc(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
