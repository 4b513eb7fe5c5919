import { createCallQueue, type SlicedWork } from "@spanbook/core/store";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { outcomeOf } from "../../conformance/check.js";

/** Work that takes so many milliseconds per step, and logs when it begins, steps, ends and cleans up. */
function createWork(name: string, log: string[], stepsMs: readonly number[] = []): SlicedWork<string> {
  return function* () {
    log.push(`${name} begins`);
    try {
      for (const ms of stepsMs) {
        vi.advanceTimersByTime(ms);
        log.push(`${name} steps`);
        yield;
      }
      log.push(`${name} ends`);
      return name;
    } finally {
      log.push(`${name} cleans up`);
    }
  };
}

function failing(): never {
  throw new RangeError("it failed");
}

describe("the calls of a queue", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("run one after another in call order, even if the first takes many slices", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    const calls = [
      queue.runSliced(createWork("first", log, [10, 10, 10])),
      queue.runSliced(createWork("second", log)),
      queue.runSliced(createWork("third", log, [1])),
    ];
    await vi.runAllTimersAsync();
    expect(await Promise.all(calls)).toEqual(["first", "second", "third"]);
    expect(log.filter((line) => !line.endsWith("steps"))).toEqual([
      "first begins",
      "first ends",
      "first cleans up",
      "second begins",
      "second ends",
      "second cleans up",
      "third begins",
      "third ends",
      "third cleans up",
    ]);
  });

  it("let other tasks run after every 8 ms, and not before", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    const call = queue.runSliced(createWork("call", log, [3, 3, 3, 3, 3, 1]));
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(["call begins", "call steps", "call steps", "call steps"]);
    expect(vi.getTimerCount()).toBe(1);
    await vi.runOnlyPendingTimersAsync();
    expect(await call).toBe("call");
    expect(log).toHaveLength(9);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("need no timer if they are short", async () => {
    const queue = createCallQueue();
    expect(await queue.runSliced(createWork("call", [], [1, 1, 1]))).toBe("call");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("reject if they fail, and hold up none of the calls behind them", async () => {
    const queue = createCallQueue();
    const calls = [queue.run(failing), queue.runSliced(failing), queue.runSliced(createWork("next", []))];
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(["RangeError", "RangeError", "resolved"]);
  });

  it("stop between two steps when cancelled, and clean up", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    const call = queue.runSliced(createWork("call", log, [10, 10]), "request-1");
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(["call begins", "call steps"]);
    queue.cancel("request-1");
    const outcome = outcomeOf(call);
    await vi.runAllTimersAsync();
    expect(await outcome).toBe("AbortError");
    expect(log).toEqual(["call begins", "call steps", "call cleans up"]);
  });

  it("never begin if they are cancelled while they wait", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    const first = queue.runSliced(createWork("first", log, [10]));
    const second = outcomeOf(queue.runSliced(createWork("second", log), "request-1"));
    const third = outcomeOf(queue.run(() => log.push("third"), "request-2"));
    const fourth = queue.run(() => "fourth", "request-3");
    queue.cancel("request-1");
    queue.cancel("request-2");
    await vi.runAllTimersAsync();
    expect([await first, await second, await third, await fourth]).toEqual([
      ...["first", "AbortError", "AbortError", "fourth"],
    ]);
    expect(log.filter((line) => !line.startsWith("first"))).toEqual([]);
  });

  it("are cancelled only by their own request id, and only while pending", async () => {
    const queue = createCallQueue();
    queue.cancel("request-1");
    const calls = [
      queue.runSliced(createWork("one", []), "request-1"),
      queue.runSliced(createWork("two", []), "request-2"),
      queue.runSliced(createWork("three", [])),
    ];
    queue.cancel("request-2");
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(["resolved", "AbortError", "resolved"]);
    expect(await outcomeOf(queue.runSliced(createWork("again", []), "request-2"))).toBe("resolved");
  });

  it("that share a request id are cancelled latest first, even after the other is done", async () => {
    const queue = createCallQueue();
    const first = queue.runSliced(createWork("first", []), "request-1");
    const middle = queue.runSliced(createWork("middle", [], [10]));
    const second = outcomeOf(queue.runSliced(createWork("second", []), "request-1"));
    expect(await first).toBe("first");
    queue.cancel("request-1");
    await vi.runAllTimersAsync();
    expect([await middle, await second]).toEqual(["middle", "AbortError"]);
  });
});

describe("closing a queue", () => {
  it("runs the last task after all calls before it, once", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    const call = queue.runSliced(createWork("call", log));
    const closings = ["closed", "closed again"].map((line) => queue.close(() => void log.push(line)));
    await Promise.all(closings);
    expect(await call).toBe("call");
    expect(log).toEqual(["call begins", "call ends", "call cleans up", "closed"]);
  });

  it("makes every later call reject with StoreClosedError", async () => {
    const queue = createCallQueue();
    const closing = queue.close(() => undefined);
    const log: string[] = [];
    expect(await outcomeOf(queue.runSliced(createWork("late", log)))).toBe("StoreClosedError");
    await closing;
    expect(await outcomeOf(queue.runSliced(createWork("later", log)))).toBe("StoreClosedError");
    expect(log).toEqual([]);
  });

  it("waits for calls that fail, too", async () => {
    const queue = createCallQueue();
    const call = outcomeOf(queue.runSliced(failing));
    await queue.close(() => undefined);
    expect(await call).toBe("RangeError");
  });

  it("waits for a last task that is asynchronous", async () => {
    const queue = createCallQueue();
    const log: string[] = [];
    await queue.close(async () => {
      await Promise.resolve();
      log.push("closed");
    });
    expect(log).toEqual(["closed"]);
  });

  it("rejects if the last task fails", async () => {
    const queue = createCallQueue();
    await expect(queue.close(() => void failing())).rejects.toThrow("it failed");
  });
});
