/**
 * Shares an open store with another thread, page or process, so that its recorders write into the same traces. Each
 * side holds one end of a channel; calls work as between a store and its worker.
 */
import type { Endpoint } from "comlink";
import type { TraceStore } from "../store/contract.js";
import { connectStore, type StoreWorker } from "./connect.js";
import { exposeStore } from "./expose.js";
import { nodeEndpoint, type NodePort } from "./node-worker.js";

/** An end of a channel: a page's or Node's MessagePort, a child process with IPC, or `process` in that child. */
export type StorePort = MessagePort | NodeMessagePort | ProcessWithIpc;

/** The part of node:worker_threads' MessagePort that is needed. */
export interface NodeMessagePort extends NodePort {
  on(type: "message", listener: (data: unknown) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  ref(): void;
  unref(): void;
  close(): void;
}

/** The part that is needed of node:child_process' ChildProcess, or of `process` in the child. */
export interface ProcessWithIpc {
  /** Undefined if the process was not started with IPC. */
  send?(message: never, callback: (error: Error | null) => void): boolean;
  on(type: "message", listener: (data: unknown) => void): unknown;
  on(type: "disconnect", listener: () => void): unknown;
  off(type: "message", listener: (data: unknown) => void): unknown;
  readonly channel?: { ref(): void; unref(): void } | null | undefined;
}

/**
 * Lets the other end of the channel use this store, until the store is closed. Closing it there only disconnects. A port does
 * not keep the process alive. Throws TypeError for a process without IPC.
 */
export function shareStore(store: TraceStore, port: StorePort): void {
  const shared = new Proxy(store, {
    get: (target, method) =>
      method === "close"
        ? () => Promise.resolve()
        : (...args: unknown[]) => Reflect.apply(Reflect.get(target, method) as Method, target, args),
  });
  exposeStore(toEndpoint(port), () => Promise.resolve({ store: shared, details: undefined }));
  // A child process keeps this one alive as usual, even after it has disconnected.
  if (!isProcess(port) && "unref" in port) port.unref();
}

/**
 * The store that the other end shares. Calls that are pending when the other end goes away reject with StoreWorkerError, if the
 * platform reports that: Node does, and Chromium among browsers. Throws TypeError for a process without IPC.
 */
export async function joinStore(port: StorePort): Promise<TraceStore> {
  const worker: StoreWorker = {
    endpoint: toEndpoint(port),
    onDeath(listener) {
      const onGone = () => listener("the other side of a shared store is gone");
      if (isProcess(port)) port.on("disconnect", onGone);
      else if ("on" in port) port.on("close", onGone);
      else port.addEventListener("close", onGone);
    },
    terminate() {
      if ("close" in port) port.close();
    },
    setAwaited(isAwaited) {
      const held = isProcess(port) ? port.channel : "ref" in port ? port : undefined;
      if (isAwaited) held?.ref();
      else held?.unref();
    },
  };
  const { store } = await connectStore(worker, undefined, ignore);
  return store;
}

type Method = (...args: unknown[]) => unknown;

/** Failures that belong to no call go to the `onError` of the shared store. */
const ignore = () => undefined;

function toEndpoint(port: StorePort): Endpoint {
  if (isProcess(port)) return nodeEndpoint(toNodePort(port));
  return "on" in port ? nodeEndpoint(port) : port;
}

function isProcess(port: StorePort): port is ProcessWithIpc {
  return !("postMessage" in port);
}

function toNodePort(process: ProcessWithIpc): NodePort {
  if (!process.send) throw new TypeError("the process must be started with IPC, as fork does");
  return {
    // Without a callback, a message to a process that has just ended would be an error of this one.
    postMessage: (message) => process.send?.(message as never, ignore),
    on: (_, listener) => process.on("message", listener),
    off: (_, listener) => process.off("message", listener),
  };
}
