// The worker of a store that keeps nothing.
import { parentPort } from "node:worker_threads";
import { exposeStore, nodeEndpoint } from "@spanbook/core/worker";

const store = { write: async () => undefined, close: async () => undefined };
exposeStore(nodeEndpoint(parentPort), async () => ({ store, details: undefined }));
