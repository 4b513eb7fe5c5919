import { EventEmitter } from "node:events";
import { MessageChannel } from "node:worker_threads";
import { createMemoryStore } from "@spanbook/core/memory";
import { storeError, type TraceStore } from "@spanbook/core/store";
import {
  connectRestartingStore,
  exposeStore,
  nodeEndpoint,
  nodeWorker,
  type StoreWorker,
} from "@spanbook/core/worker";
import { describe, expect, it, onTestFinished } from "vitest";
import { aBatch, aSpan, searchInfos } from "../../support/spans.js";

/** Workers over channels whose stores share their data; the test can kill each worker. */
function startable(storeOf: (count: number) => TraceStore) {
  const log: string[] = [];
  const deaths: ((reason: string) => void)[] = [];
  function start(): StoreWorker {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const number = deaths.length + 1;
    log.push(`start ${number}`);
    const open = () => Promise.resolve().then(() => ({ store: storeOf(number), details: number }));
    exposeStore(nodeEndpoint(port2), open);
    const listeners: ((reason: string) => void)[] = [];
    deaths.push((reason) => {
      port1.close();
      for (const listener of listeners) listener(reason);
    });
    return {
      endpoint: nodeEndpoint(port1),
      onDeath: (listener) => listeners.push(listener),
      async terminate() {
        await Promise.resolve();
        log.push(`end ${number}`);
        port1.close();
      },
    };
  }
  return { start, log, die: (number: number, reason = "it died") => deaths[number - 1]?.(reason) };
}

describe("a worker thread", () => {
  it("that is told to end does not count as dead, however soon it ends", () => {
    const thread = Object.assign(new EventEmitter(), {
      ref: () => undefined,
      unref: () => undefined,
      postMessage: () => undefined,
      terminate: () => Promise.resolve(thread.emit("exit", 1)),
    });
    const deaths: string[] = [];
    const worker = nodeWorker(thread);
    worker.onDeath((reason) => deaths.push(reason));
    void worker.terminate();
    expect(deaths).toEqual([]);
  });
});

/** A store whose calls never end. */
const silentStore = new Proxy({} as TraceStore, { get: () => () => new Promise(() => undefined) });

describe("a store whose dead workers are replaced", () => {
  it("repeats writes and close on the next worker, after the dead one has ended", async () => {
    const memory = createMemoryStore();
    const { start, log, die } = startable((number) => (number === 1 ? silentStore : memory));
    const failures: string[] = [];
    const { store } = await connectRestartingStore(start, undefined, ({ message }) => failures.push(message));
    const written = [1, 2, 3].map((trace) => store.write(aBatch([aSpan({ trace })])));
    const asked = store.search({});
    const closed = store.close();
    die(1);
    await expect(asked).rejects.toMatchObject({ name: "StoreWorkerError", message: "it died" });
    await Promise.all(written);
    await closed;
    await Promise.resolve();
    expect(failures).toEqual(["it died"]);
    expect(log.indexOf("end 1")).toBeLessThan(log.indexOf("start 2"));
    await expect(store.write(aBatch([]))).rejects.toMatchObject({ name: "StoreClosedError" });
    die(2);
    expect(log).not.toContain("start 3");
  });

  it("starts no new worker after one that reports its end while being closed, as in Deno", async () => {
    const { start, log, die } = startable(createMemoryStore);
    function startTelling(): StoreWorker {
      const worker = start();
      const terminate = () => {
        die(1, "it was ended");
        return worker.terminate();
      };
      return { ...worker, terminate };
    }
    const failures: string[] = [];
    const { store } = await connectRestartingStore(startTelling, undefined, ({ message }) =>
      failures.push(message),
    );
    await store.close();
    await Promise.resolve();
    expect(log).toEqual(["start 1", "end 1"]);
    expect(failures).toEqual([]);
  });

  it("recovers from a death while no call was pending", async () => {
    const { start, die } = startable(() => createMemoryStore());
    const { store } = await connectRestartingStore(start, undefined, () => undefined);
    for (let number = 1; number <= 6; number++) {
      die(number);
      await store.write(aBatch([aSpan()]));
      expect(await searchInfos(store)).toHaveLength(1);
    }
  });

  it("gives up when workers keep dying without an answer", async () => {
    const { start, log, die } = startable(() => silentStore);
    const { store } = await connectRestartingStore(start, undefined, () => undefined);
    const written = store.write(aBatch([aSpan()]));
    written.catch(() => undefined);
    for (let number = 1; number <= 4; number++) {
      while (!log.includes(`start ${number}`)) await new Promise(setImmediate);
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      die(number);
    }
    const message = "it died, as did 3 before it without answering";
    await expect(written).rejects.toMatchObject({ name: "StoreWorkerError", message });
    await expect(store.search({})).rejects.toMatchObject({ name: "StoreWorkerError", message });
    await expect(store.close()).rejects.toMatchObject({ name: "StoreWorkerError", message });
  });

  it("says why the store cannot be opened again, and opens it on a later call once it can", async () => {
    const memory = createMemoryStore();
    let isFull = false;
    const { start, die } = startable(() => {
      if (isFull) throw storeError("QuotaExceededError", "no space");
      return memory;
    });
    const { store } = await connectRestartingStore(start, undefined, () => undefined);
    isFull = true;
    die(1);
    const message = "it died, and the store cannot be opened again: QuotaExceededError: no space";
    for (let count = 0; count < 5; count++) {
      const refused = store.write(aBatch([aSpan()]));
      await expect(refused).rejects.toMatchObject({ name: "StoreWorkerError", message });
    }
    isFull = false;
    await store.write(aBatch([aSpan()]));
    expect(await searchInfos(store)).toHaveLength(1);
    await store.close();
  });

  it("passes on the store's own failure, and does not repeat a refused write", async () => {
    let count = 0;
    const refusing = {
      ...createMemoryStore(),
      write: () => Promise.reject(storeError("QuotaExceededError", `no space ${++count}`)),
    };
    const { start } = startable(() => refusing);
    const { store } = await connectRestartingStore(start, undefined, () => undefined);
    await expect(store.write(aBatch([]))).rejects.toMatchObject({ name: "QuotaExceededError" });
    expect(count).toBe(1);
  });
});
