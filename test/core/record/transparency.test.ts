import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import { createRandom } from "../../support/random.js";
import { createRecordingWorld } from "../../support/tracing.js";
import { runProgram, type Wrap } from "./random-program.js";

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const bare: Wrap = (fn) => fn;

function broken(): never {
  throw new Error("out of order");
}

const ways: [name: string, createWrap: () => Wrap][] = [
  ["traced", () => createRecordingWorld().tracing.trace],
  [
    "traced twice",
    () => {
      const { tracing } = createRecordingWorld();
      return (fn) => tracing.trace(tracing.trace(fn));
    },
  ],
  ["not sampled", () => createRecordingWorld({ sampling: 0 }).tracing.trace],
  [
    "switched off",
    () => {
      const { tracing } = createRecordingWorld();
      tracing.disable();
      return tracing.trace;
    },
  ],
  [
    "traced into a store that throws, with hooks and an onError that throw",
    () => {
      const { tracing } = createRecordingWorld({
        store: { ...createMemoryStore(), write: broken },
        onError: broken,
        redact: { span: broken, patch: broken },
        flushIntervalMs: 0,
      });
      tracing.registerOnSpanStartHook(broken);
      tracing.registerOnSpanEndHook(broken);
      return tracing.trace;
    },
  ],
  [
    "traced into a store that hangs, with a clock and ids out of order",
    () =>
      createRecordingWorld({
        store: { ...createMemoryStore(), write: () => new Promise(() => undefined) },
        maxBufferedSpans: 2,
        maxValueCharacters: 50,
      }).tracing.trace,
  ],
];

describe("a program", () => {
  const rejections: unknown[] = [];
  const count = (reason: unknown) => void rejections.push(reason);
  let listeners: NodeJS.UnhandledRejectionListener[] = [];

  beforeEach(() => {
    rejections.length = 0;
    listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", count);
  });
  afterEach(() => {
    process.off("unhandledRejection", count);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });

  async function observe(seed: number, wrap: Wrap): Promise<{ lines: string[]; unhandled: number }> {
    const before = rejections.length;
    const lines = await runProgram(createRandom(seed), 8, wrap);
    // Rejections are known to be unhandled once the microtasks have run.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    return { lines, unhandled: rejections.length - before };
  }

  it.each(ways)(
    "that is %s gives the same results, errors and unhandled rejections",
    async (_way, createWrap) => {
      let unhandled = 0;
      const wrap = createWrap();
      for (const seed of seeds) {
        const expected = await observe(seed, bare);
        expect(await observe(seed, wrap), `seed ${seed}`).toEqual(expected);
        unhandled += expected.unhandled;
      }
      expect(unhandled).toBeGreaterThan(0);
    },
  );

  it("sees a traced function as the function itself", () => {
    const { tracing } = createRecordingWorld();
    const original = Object.assign(
      function add(a: number, b: number) {
        return a + b;
      },
      { version: 3 },
    );
    const traced = tracing.trace(original);
    expect([traced.name, traced.length, traced.version]).toEqual(["add", 2, 3]);
    expect(Reflect.ownKeys(traced)).toEqual(Reflect.ownKeys(original));
    traced.version = 4;
    expect(original.version).toBe(4);
    const Point = tracing.trace(
      class Point {
        readonly target: unknown;
        constructor() {
          this.target = new.target;
        }
      } as never,
    ) as unknown as new () => { target: unknown };
    expect(new Point().target).not.toBeUndefined();
    class Derived extends Point {}
    expect(new Derived().target).toBe(Derived);
    expect(new Derived()).toBeInstanceOf(Point);
    expect(Object.isFrozen(tracing.trace(Object.freeze(() => 1)))).toBe(true);
    expect(() => (Point as unknown as () => void)()).toThrow(TypeError);
  });

  it("goes on even if the recorder itself breaks", () => {
    const onError = vi.fn();
    let isBroken = false;
    const { tracing } = createRecordingWorld({
      onError,
      time: { wallMs: () => (isBroken ? broken() : 0), monotonicMs: () => 0 },
    });
    isBroken = true;
    expect(tracing.trace((n: number) => n + 1)(1)).toBe(2);
    expect(tracing.withSpan(() => 3)).toBe(3);
    expect(onError).toHaveBeenCalled();
  });
});
