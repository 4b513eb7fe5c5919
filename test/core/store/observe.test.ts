import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createMemoryStore } from "@spanbook/core/memory";
import { observe, storeError, type TraceChange, type TraceStore } from "@spanbook/core/store";
import { openStore } from "@spanbook/store-sqljs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aBatch, aSpan, traceId } from "../../support/spans.js";

const write = (store: TraceStore, ...traces: number[]) =>
  store.write(aBatch(traces.map((trace) => aSpan({ trace }))));
const idsOf = (changes: readonly TraceChange[]) => changes.map((change) => change.traceId);

describe("observe", () => {
  let stop: () => void = () => undefined;

  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("reports the existing traces, and then each changed trace once", async () => {
    const store = createMemoryStore();
    const told: string[][] = [];
    await write(store, 1, 2);
    stop = observe(store, (changes) => void told.push(idsOf(changes)));
    await vi.advanceTimersByTimeAsync(0);
    await write(store, 3);
    await store.write(aBatch([aSpan({ trace: 3, id: 2, parent: 1 })]));
    await vi.advanceTimersByTimeAsync(500);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual([[traceId(1), traceId(2)], [traceId(3)]]);
  });

  it("reports a deletion as such", async () => {
    const store = createMemoryStore();
    const told: (readonly TraceChange[])[] = [];
    await write(store, 1);
    await store.delete({ traceIds: [traceId(1)] });
    stop = observe(store, (changes) => void told.push(changes));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([[{ traceId: traceId(1), revision: 2, deleted: true }]]);
  });

  it("goes on from a given revision", async () => {
    const store = createMemoryStore();
    const told: string[] = [];
    const reached: number[] = [];
    await write(store, 1);
    stop = observe(store, (_, revision) => void reached.push(revision));
    await vi.advanceTimersByTimeAsync(0);
    stop();
    await write(store, 2);
    stop = observe(store, (changes) => void told.push(...idsOf(changes)), { since: reached[0]! });
    await vi.advanceTimersByTimeAsync(0);
    expect([reached, told]).toEqual([[1], [traceId(2)]]);
  });

  it("polls less and less often while nothing changes", async () => {
    const store = createMemoryStore();
    const changes = vi.fn((since: number, limit: number) => store.changes(since, limit));
    stop = observe({ ...store, changes }, () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(changes.mock.calls.length).toBeGreaterThan(25);
    expect(changes.mock.calls.length).toBeLessThan(35);
  });

  it("looks at once when the store reports a write, and reports changes that are close together as one", async () => {
    const store = createMemoryStore();
    const told: string[][] = [];
    let wake: () => void = () => undefined;
    const onChange = (listener: () => void) => {
      wake = listener;
      return () => (wake = () => undefined);
    };
    stop = observe({ ...store, onChange }, (changes) => void told.push(idsOf(changes)));
    await vi.advanceTimersByTimeAsync(200);
    for (const trace of [1, 2, 3]) {
      await write(store, trace);
      wake();
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(told).toEqual([[traceId(1)], [traceId(2), traceId(3)]]);
  });

  it("waits for the listener, and reports many changes in parts", async () => {
    const store = createMemoryStore();
    const told: string[][] = [];
    const done: (() => void)[] = [];
    await write(store, 1, 2, 3);
    const listener = (changes: readonly TraceChange[]) => {
      told.push(idsOf(changes));
      return new Promise<void>((resolve) => done.push(resolve));
    };
    stop = observe(store, listener, { maxChanges: 2 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([[traceId(1), traceId(2)]]);
    done[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(told[1]).toEqual([traceId(3)]);
  });

  it("goes on after a failure of the listener, and reports it", async () => {
    const store = createMemoryStore();
    const failures: unknown[] = [];
    const told: string[] = [];
    await write(store, 1);
    const listener = (changes: readonly TraceChange[]) => {
      told.push(...idsOf(changes));
      throw new Error("broken");
    };
    stop = observe(store, listener, { onError: (error) => failures.push(error) });
    await vi.advanceTimersByTimeAsync(0);
    await write(store, 2);
    await vi.advanceTimersByTimeAsync(500);
    expect(told).toEqual([traceId(1), traceId(2)]);
    expect(failures).toEqual([new Error("broken"), new Error("broken")]);
  });

  it("reports a failing store once, and goes on when it works again", async () => {
    const store = createMemoryStore();
    const failures: unknown[] = [];
    const told: string[] = [];
    let isFailing = true;
    const changes: TraceStore["changes"] = (since, limit) =>
      isFailing ? Promise.reject(storeError("StoreWorkerError", "dead")) : store.changes(since, limit);
    await write(store, 1);
    stop = observe({ ...store, changes }, (all) => void told.push(...idsOf(all)), {
      onError: (error) => failures.push(error),
    });
    await vi.advanceTimersByTimeAsync(10_000);
    isFailing = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([failures.length, told]).toEqual([1, [traceId(1)]]);
  });

  it("ends with the store", async () => {
    const store = createMemoryStore();
    const failures: unknown[] = [];
    const changes = vi.fn((since: number, limit: number) => store.changes(since, limit));
    stop = observe({ ...store, changes }, () => undefined, { onError: (error) => failures.push(error) });
    await store.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([failures, changes.mock.calls.length]).toEqual([[], 1]);
  });

  it("reports nothing more once it is stopped", async () => {
    const store = createMemoryStore();
    const told: string[] = [];
    await write(store, 1);
    stop = observe(store, (changes) => void told.push(...idsOf(changes)));
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
  });

  it("refuses options that are out of range", () => {
    const store = createMemoryStore();
    expect(() => observe(store, () => undefined, { since: -1 })).toThrow(RangeError);
    expect(() => observe(store, () => undefined, { maxChanges: 0 })).toThrow(RangeError);
  });
});

it("observe goes on from where it was when a file was closed and is opened by another store", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "spanbook-observe-"));
  const file = path.join(folder, "traces.db");
  try {
    const told: string[][] = [];
    let since = 0;
    for (const trace of [1, 2]) {
      const store = await openStore(file);
      await write(store, trace);
      await new Promise<void>((resolve) => {
        const stop = observe(
          store,
          (changes, revision) => {
            told.push(idsOf(changes));
            since = revision;
            stop();
            resolve();
          },
          { since },
        );
      });
      await store.close();
    }
    expect(told).toEqual([[traceId(1)], [traceId(2)]]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
