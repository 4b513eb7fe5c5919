import type { Endpoint } from "comlink";
import type { StoreWorker } from "./connect.js";

// Comlink has an adapter too, but in a separate file that bundlers and type checkers do not find without help, and it
// is no shorter than this one. Node's types are not used, because core is for browsers as well.

/** The part of node:worker_threads' MessagePort (such as `parentPort`) that is needed. */
export interface NodePort {
  postMessage(message: unknown, transfer?: never[]): void;
  on(type: "message", listener: (data: unknown) => void): unknown;
  off(type: "message", listener: (data: unknown) => void): unknown;
}

/** The part of node:worker_threads' Worker that is needed. */
export interface NodeWorker extends NodePort {
  on(type: "message", listener: (data: unknown) => void): unknown;
  on(type: "error" | "messageerror", listener: (error: Error) => void): unknown;
  on(type: "exit", listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): PromiseLike<unknown>;
}

/** Turns a port, which is an EventEmitter, into an endpoint, which is an EventTarget. */
export function nodeEndpoint(port: NodePort): Endpoint {
  const listeners = new Map<EventListenerOrEventListenerObject, (data: unknown) => void>();
  return {
    postMessage: (message: unknown, transfer?: Transferable[]) =>
      port.postMessage(message, transfer as never[]),
    addEventListener(_, listener) {
      const onMessage = (data: unknown) => {
        const event = { data } as MessageEvent;
        if ("handleEvent" in listener) listener.handleEvent(event);
        else listener(event);
      };
      listeners.set(listener, onMessage);
      port.on("message", onMessage);
    },
    removeEventListener(_, listener) {
      const onMessage = listeners.get(listener);
      if (onMessage) port.off("message", onMessage);
      listeners.delete(listener);
    },
  };
}

/** A worker thread. It keeps the process alive only while a call is pending. */
export function nodeWorker(worker: NodeWorker): StoreWorker {
  let isEnding = false;
  /** Noted before anybody hears of the end, because the reaction to a death ends the worker too. */
  let wasAskedToEnd = false;
  worker.on("exit", () => void (wasAskedToEnd = isEnding));
  worker.unref();
  return {
    endpoint: nodeEndpoint(worker),
    onDeath(listener) {
      worker.on("error", (error: Error) => listener(`the store's worker died: ${error.message}`));
      worker.on("messageerror", (error: Error) =>
        listener(`the store's worker sent something unreadable: ${error.message}`),
      );
      // Deno reports a requested end at once, while the store is still closing.
      worker.on("exit", (code: number) => {
        if (!wasAskedToEnd) listener(`the store's worker ended with exit code ${code}`);
      });
    },
    terminate() {
      // Otherwise a process with nothing else to do would exit before this settles.
      isEnding = true;
      worker.ref();
      return worker.terminate();
    },
    setAwaited: (isAwaited) => (isAwaited || isEnding ? worker.ref() : worker.unref()),
  };
}
