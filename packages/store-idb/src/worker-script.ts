// A module of its own, so that it is loaded only by pages whose worker is not another.
export { default as workerScript } from "./worker.js?text";
