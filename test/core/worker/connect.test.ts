import { MessageChannel } from "node:worker_threads";
import type { Remote } from "comlink";
import { createMemoryStore } from "@spanbook/core/memory";
import { storeError, type TraceStore } from "@spanbook/core/store";
import { connectStore, exposeStore, nodeEndpoint, webWorker, type StoreWorker } from "@spanbook/core/worker";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { aBatch, aSpan, searchInfos } from "../../support/spans.js";

/** A store over a channel, with a worker that the test can kill. */
async function connect(store: TraceStore = createMemoryStore()) {
  const { port1, port2 } = new MessageChannel();
  const log: string[] = [];
  const failures: Error[] = [];
  let die: (reason: string) => void = () => undefined;
  let report: (failure: Error) => void = () => undefined;
  const worker: StoreWorker = {
    endpoint: nodeEndpoint(port1),
    onDeath: (listener) => (die = listener),
    terminate() {
      log.push("terminated");
      port1.close();
    },
    setAwaited: (isAwaited) => void log.push(isAwaited ? "awaited" : "idle"),
  };
  onTestFinished(() => port1.close());
  exposeStore(nodeEndpoint(port2), (options: unknown, reportFailure) => {
    report = reportFailure;
    if (options === "refuse") throw storeError("StoreLockedError", "it is locked");
    return Promise.resolve({ store, details: { name: "db" } });
  });
  return {
    open: (options?: unknown) => connectStore(worker, options, (failure) => failures.push(failure)),
    log,
    failures,
    die: (reason: string) => die(reason),
    report: (failure: Error) => report(failure),
  };
}

/** A store whose calls never end. */
const silentStore = new Proxy({} as TraceStore, { get: () => () => new Promise(() => undefined) });

describe("a store behind a worker", () => {
  it("is exactly what Comlink makes of a store: the worker adds no second interface", () => {
    expectTypeOf<Remote<TraceStore>>().toExtend<TraceStore>();
  });

  it("passes on what the worker says about the opened store", async () => {
    const { open } = await connect();
    expect((await open()).details).toEqual({ name: "db" });
  });

  it("passes on why it could not be opened, and ends the worker", async () => {
    const { open, log } = await connect();
    await expect(open("refuse")).rejects.toMatchObject({ name: "StoreLockedError", message: "it is locked" });
    expect(log).toContain("terminated");
  });

  it("keeps the name and message of errors", async () => {
    const { open } = await connect();
    const { store } = await open();
    await expect(store.search({ maxResults: 0 })).rejects.toMatchObject({
      name: "RangeError",
      message: "maxResults must be an integer from 1 to 1000, got 0",
    });
  });

  it("rejects all calls when the worker dies, pending ones and later ones", async () => {
    const { open, die } = await connect(silentStore);
    const { store } = await open();
    const pending = [store.search({}), store.write(aBatch([aSpan()])), store.close()];
    die("the worker ended");
    const later = [store.search({}), store.close()];
    for (const [index, call] of [...pending, ...later].entries()) {
      const name = index === 3 ? "StoreClosedError" : "StoreWorkerError";
      await expect(call).rejects.toMatchObject({ name });
    }
  });

  it("rejects opening if its worker cannot start", async () => {
    const { open, die } = await connect();
    const opening = open();
    die("the store's worker died: it could not be started");
    await expect(opening).rejects.toMatchObject({
      name: "StoreWorkerError",
      message: "the store's worker died: it could not be started",
    });
  });

  it("reports failures that belong to no call", async () => {
    const { open, failures, report } = await connect();
    const { store } = await open();
    report(storeError("QuotaExceededError", "no space"));
    await store.search({});
    expect(failures.map(({ name, message }) => [name, message])).toEqual([
      ["QuotaExceededError", "no space"],
    ]);
  });

  it("keeps its process alive only while a call is pending, and ends the worker when it is closed", async () => {
    const { open, log } = await connect();
    const { store } = await open();
    await Promise.resolve();
    expect(log).toEqual(["awaited", "idle"]);
    await Promise.all([store.write(aBatch([aSpan()])), searchInfos(store), store.stats({})]);
    await Promise.resolve();
    expect(log).toEqual(["awaited", "idle", "awaited", "idle"]);
    await store.close();
    expect(log.slice(4).sort()).toEqual(["awaited", "idle", "terminated"]);
  });
});

describe("a browser's worker", () => {
  it("counts as dead after an uncaught error, and if it cannot be started", () => {
    const worker = new EventTarget() as Worker;
    const reasons: string[] = [];
    webWorker(worker).onDeath((reason) => reasons.push(reason));
    worker.dispatchEvent(new Event("error"));
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "x is not defined" }));
    worker.dispatchEvent(new Event("messageerror"));
    expect(reasons).toEqual([
      "the store's worker died: it could not be started",
      "the store's worker died: x is not defined",
      "the store's worker sent something unreadable",
    ]);
  });
});
