import type { Endpoint } from "comlink";
import type { StoreWorker } from "./connect.js";

// Comlink brings an adapter too, as a file beside its main module: bundlers and type checkers find it only with help, and
// it is no longer than this one. Node's own types stay out, because core is for browsers as well.

/** What is needed of a MessagePort of node:worker_threads, such as `parentPort`. */
export interface NodePort {
  postMessage(message: unknown, transfer?: never[]): void;
  on(type: "message", listener: (data: unknown) => void): unknown;
  off(type: "message", listener: (data: unknown) => void): unknown;
}

/** What is needed of a Worker of node:worker_threads. */
export interface NodeWorker extends NodePort {
  on(type: "message", listener: (data: unknown) => void): unknown;
  on(type: "error" | "messageerror", listener: (error: Error) => void): unknown;
  on(type: "exit", listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): PromiseLike<unknown>;
}

/** A port, which speaks EventEmitter, as an endpoint, which speaks EventTarget. */
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
  /** Before anybody hears of the end: what follows upon a death ends the worker too. */
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
      // Deno tells of the end that was asked for at once, while the store is still closing.
      worker.on("exit", (code: number) => {
        if (!wasAskedToEnd) listener(`the store's worker ended with exit code ${code}`);
      });
    },
    terminate() {
      // A process with nothing else to do would end before it hears of it.
      isEnding = true;
      worker.ref();
      return worker.terminate();
    },
    setAwaited: (isAwaited) => (isAwaited || isEnding ? worker.ref() : worker.unref()),
  };
}
