/** The memory store behind Comlink: the contract survives structured clone and a message per call. */
import { MessageChannel } from "node:worker_threads";
import { createMemoryStore } from "@spanbook/core/memory";
import type { TraceStore } from "@spanbook/core/store";
import { connectStore, exposeStore, nodeEndpoint, type StoreWorker } from "@spanbook/core/worker";
import { describeRandomOperations } from "./random-operations.js";
import { describeTraceStore } from "./store-conformance.js";

async function open(): Promise<TraceStore> {
  const { port1, port2 } = new MessageChannel();
  exposeStore(nodeEndpoint(port2), () => Promise.resolve({ store: createMemoryStore(), details: undefined }));
  const worker: StoreWorker = {
    endpoint: nodeEndpoint(port1),
    // A channel in one thread does not die.
    onDeath: () => undefined,
    terminate: () => port1.close(),
  };
  const { store } = await connectStore(worker, undefined, (failure) => {
    throw failure;
  });
  return store;
}

describeTraceStore("the memory store behind Comlink", open);
describeRandomOperations("the memory store behind Comlink", open, { seeds: [11, 12, 13], steps: 200 });
