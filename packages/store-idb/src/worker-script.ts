// A separate module, so that pages that bring their own worker do not load it.
export { default as workerScript } from "./worker.js?text";
