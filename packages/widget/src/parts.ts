/** For what surrounds the explorer, such as a page or a command line: its colours, and how it formats numbers. */
export * from "./derive/format.js";
export type { TimeSpan } from "./derive/time-span.js";
export { lines, surfaces, texts, type Shade } from "./design/tokens.js";
export { downloadFile } from "./parts/download.js";
export { useStore } from "./parts/use-store.js";
export { printable } from "./terminal.js";
