import { isObjectLike } from "../model/objects.js";
import { isThenable, tap } from "../record/thenable.js";
import { watchMethods, type Watcher } from "../record/watch.js";

/** Called as a body is read. It may be read in several ways at once; the first end counts. */
export interface BodyReading {
  begun(): void;
  /** With the number of bytes the program received; without it if the platform did not reveal the count. */
  finished(sizeBytes?: number): void;
  /** The reader stops before the end. */
  left(): void;
  failed(error: unknown): void;
}

const wholeReaders = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"];

/** Watches a response in place, and its clones, however its body is read. False if the object cannot take watchers. */
export function watchBody(response: Response, reading: BodyReading): boolean {
  const isWatched = watchMethods(response, {
    ...Object.fromEntries(wholeReaders.map((name) => [name, wholeReader(reading)])),
    clone(clone, args) {
      const copy = clone(...args) as Response;
      watchBody(copy, reading);
      return copy;
    },
  });
  return isWatched && watchBodyGetter(response, reading);
}

function wholeReader(reading: BodyReading): Watcher {
  return (read, args) => {
    reading.begun();
    return watchPromise(
      read(...args),
      (value) => reading.finished(value instanceof ArrayBuffer ? value.byteLength : undefined),
      // The text was read completely even if it is not JSON.
      (error) => (error instanceof SyntaxError ? reading.finished() : reading.failed(error)),
    );
  };
}

/** A getter, because the stream of a body is created only on request. */
function watchBodyGetter(response: Response, reading: BodyReading): boolean {
  const watched = new WeakSet<object>();
  return Reflect.defineProperty(response, "body", {
    configurable: true,
    get() {
      const body = Reflect.get(
        Object.getPrototypeOf(response) as object,
        "body",
        response,
      ) as Response["body"];
      if (body && !watched.has(body)) {
        watched.add(body);
        watchStream(body, reading);
      }
      return body;
    },
  });
}

/** Unlike streams whose elements are recorded, these keep the platform's own pipes: only their end matters. */
function watchStream(stream: ReadableStream, reading: BodyReading, isCounted = true): void {
  let sizeBytes = 0;
  const advance: Watcher = (read, args) => {
    reading.begun();
    return watchPromise(
      read(...args),
      (result) => {
        const { done, value } = result as { done: boolean; value?: ArrayBufferView };
        if (done) reading.finished(isCounted ? sizeBytes : undefined);
        else sizeBytes += value?.byteLength ?? 0;
      },
      reading.failed,
    );
  };
  const leave: Watcher = (method, args) => {
    reading.left();
    return method(...args);
  };
  const iterate: Watcher = (open, args) => {
    const iterator = open(...args);
    if (isObjectLike(iterator)) watchMethods(iterator, { next: advance, return: leave });
    return iterator;
  };
  watchMethods(stream, {
    getReader(open, args) {
      const reader = open(...args);
      if (isObjectLike(reader)) watchMethods(reader, { read: advance, cancel: leave });
      return reader;
    },
    values: iterate,
    [Symbol.asyncIterator]: iterate,
    cancel: leave,
    tee(tee, args) {
      const branches = tee(...args) as ReadableStream[];
      for (const branch of branches) watchStream(branch, reading);
      return branches;
    },
    pipeTo(pipe, args) {
      reading.begun();
      return watchPromise(pipe(...args), () => reading.finished(), reading.failed);
    },
    pipeThrough(pipe, args) {
      const piped = pipe(...args) as ReadableStream;
      watchStream(piped, reading, false);
      return piped;
    },
  });
}

function watchPromise(
  promise: unknown,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): unknown {
  return isThenable(promise) ? tap(promise, onValue, onError) : promise;
}
