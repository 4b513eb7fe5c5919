import { hasMethod, isObjectLike } from "../model/objects.js";
import type { Collector } from "./stream-collector.js";
import { watchMethods, type Watcher } from "./watch.js";

export function isReadableStream(value: object): value is ReadableStream<unknown> {
  return hasMethod(value, "getReader") && hasMethod(value, "tee") && hasMethod(value, "pipeTo");
}

/**
 * Watches a stream of the Streams standard in place, however it is read: by a reader, `for await`, or a pipe. What the
 * platform itself reads (the body of a Response) is not seen: such a span ends when the stream is garbage-collected.
 */
export function watchReadableStream(stream: ReadableStream<unknown>, collector: Collector): boolean {
  const advance: Watcher = (method, args) => collector.step(() => method(...args));
  const leave: Watcher = (method, args) => {
    collector.leave();
    collector.finish();
    return method(...args);
  };
  const iterate: Watcher = (open, args) => {
    const iterator = collector.run(() => open(...args));
    const leaveIterator: Watcher = (method, args) => {
      collector.leave();
      return advance(method, args);
    };
    if (isObjectLike(iterator)) watchMethods(iterator, { next: advance, return: leaveIterator });
    return iterator;
  };
  return watchMethods(stream, {
    cancel: leave,
    values: iterate,
    [Symbol.asyncIterator]: iterate,
    getReader(open, args) {
      const reader = open(...args);
      if (isObjectLike(reader)) watchMethods(reader, { read: advance, cancel: leave });
      return reader;
    },
    // The platform's own pipes do not go through a reader that can be watched.
    tee: () => relay(stream).tee(),
    pipeTo: (_pipe, [target, options]) =>
      relay(stream).pipeTo(target as WritableStream, options as StreamPipeOptions),
    pipeThrough: (_pipe, [pair, options]) =>
      relay(stream).pipeThrough(pair as ReadableWritablePair, options as StreamPipeOptions),
  });
}

function relay(stream: ReadableStream<unknown>): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        reader.releaseLock();
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
