export { traceFetch, type FetchTracingOptions } from "./instrument/fetch.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
