export { traceAx, type AxModule } from "./instrument/ax.js";
export type { AutoTracingOptions } from "./instrument/recording.js";
