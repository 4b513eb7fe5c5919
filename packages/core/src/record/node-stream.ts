import type { Collector } from "./stream-collector.js";

/**
 * Sees what a stream of Node tells, where it is read by its events or a pipe and not by iterating. Listeners would change it: one
 * for "data" has it flow, one for "error" hides an error that nobody handles.
 */
export function createEventReader(collector: Collector): (event: unknown, value: unknown) => void {
  let isOver = false;
  return (event, value) => {
    if (isOver) return;
    isOver = event === "end" || event === "error" || event === "close";
    if (event === "data") collector.step(() => ({ done: false, value }));
    else if (event === "error") collector.fail(value);
    else if (isOver) {
      if (event === "close") collector.leave();
      collector.finish();
    }
  };
}
