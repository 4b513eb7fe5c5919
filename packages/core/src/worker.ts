/** A store in a worker, through Comlink: {@link exposeStore} on the worker's side, {@link connectStore} on the other. */
export { connectStore, type ConnectedStore, type StoreWorker } from "./worker/connect.js";
export { connectRestartingStore } from "./worker/restarting.js";
export { exposeStore, type StoreOpening } from "./worker/expose.js";
export { nodeEndpoint, nodeWorker, type NodePort, type NodeWorker } from "./worker/node-worker.js";
/** An open store handed to another thread, page or process. */
export {
  joinStore,
  shareStore,
  type NodeMessagePort,
  type ProcessWithIpc,
  type StorePort,
} from "./worker/share-store.js";
export { webWorker } from "./worker/web-worker.js";
/** Also here, so that a program which only connects does not load the parts of a store. */
export { askedBeforeClose } from "./store/before-close.js";
export { isStoreError, storeError, type StoreErrorName } from "./store/errors.js";
