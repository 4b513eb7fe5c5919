import type { Collector } from "./stream-collector.js";
import type { Watcher } from "./watch.js";

/**
 * Watches the `emit` of a stream of Node: what it tells where it is read by its events or a pipe and not by iterating. Listeners
 * would change it: one for "data" has it flow, one for "error" hides an error that nobody handles.
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
