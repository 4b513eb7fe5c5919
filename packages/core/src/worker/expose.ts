import { expose, type Endpoint, type ProxyMarked } from "comlink";
import type { TraceStore } from "../store/contract.js";
import { fromBatchMessage, type BatchMessage } from "../store/span-batch.js";

/** What the two sides of a worker agree on; each package that has a worker fills in its own. */
export interface StoreOpening {
  /** What `open` in the worker receives. Plain data, like everything that crosses. */
  readonly options: unknown;
  /** The store it returns, perhaps with methods beyond the contract. */
  readonly store: TraceStore;
  /** What the other side should know of the opened store. */
  readonly details: unknown;
}

/** What is exposed: `write` and `store` can be called once `open` has resolved. */
export interface StoreHost<Opening extends StoreOpening> {
  open(options: Opening["options"]): Promise<Opening["details"]>;
  /** The store's `write`, for a batch in the form it was posted in. */
  write(message: BatchMessage): Promise<void>;
  readonly store: Opening["store"] & ProxyMarked;
}

/** A failure that belongs to no call. It travels alongside Comlink's messages, which have an `id`. */
export interface FailureMessage {
  readonly failure: { readonly name: string; readonly message: string };
}

/**
 * The worker's side: waits until the other side calls `open`, then serves the store that this returns. `report` passes
 * a failure that belongs to no call to the other side's `onError`.
 */
export function exposeStore<Opening extends StoreOpening>(
  endpoint: Endpoint,
  open: (
    options: Opening["options"],
    report: (failure: Error) => void,
  ) => Promise<Pick<Opening, "store" | "details">>,
): void {
  const report = ({ name, message }: Error) => {
    endpoint.postMessage({ failure: { name, message } } satisfies FailureMessage);
  };
  const host: Pick<StoreHost<Opening>, "open" | "write"> & { store: TraceStore | undefined } = {
    store: undefined,
    async open(options) {
      const { store, details } = await open(options, report);
      host.store = store;
      return details;
    },
    async write(message) {
      if (!host.store) throw new TypeError("write needs an open store, got none");
      await host.store.write(fromBatchMessage(message));
    },
  };
  expose(host, endpoint);
}
