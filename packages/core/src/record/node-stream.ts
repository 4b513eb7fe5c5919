import type { Collector } from "./stream-collector.js";
import type { Watcher } from "./watch.js";

/**
 * Watches the `emit` of a Node stream, for when it is read by its events or a pipe and not by iterating. Listeners
 * would change its behaviour: one for "data" makes it flow, one for "error" hides an unhandled error.
 */
export function createEmitWatcher(collector: Collector, isIterated: () => boolean): Watcher {
  let isOver = false;

  function read(event: unknown, value: unknown): void {
    if (isOver) return;
    isOver = event === "end" || event === "error" || event === "close";
    if (event === "data") collector.step(() => ({ done: false, value }));
    else if (event === "error") collector.fail(value);
    else if (isOver) {
      if (event === "close") collector.leave();
      collector.finish();
    }
  }

  return (emit, args) => {
    if (!isIterated()) read(args[0], args[1]);
    return emit(...args);
  };
}
