import { createTracing, type Batch, type TraceStore } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.restoreAllMocks());

/** A store that never answers `write`, and lists what it was given. */
function createSilentStore() {
  const written: Batch[] = [];
  const synced: Batch[] = [];
  const store: TraceStore & { writeSync(batch: Batch): void } = {
    ...createMemoryStore(),
    write(batch) {
      written.push(batch);
      return new Promise(() => undefined);
    },
    writeSync: (batch) => void synced.push(batch),
  };
  return { store, written, synced };
}

function hide(): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
}

test.each([
  ["hidden", hide],
  ["left", () => window.dispatchEvent(new Event("pagehide"))],
])(
  "when the page is %s, everything recorded is handed over and kept at once, and recording goes on",
  (_, leave) => {
    const { store, written, synced } = createSilentStore();
    const tracing = createTracing({ store });
    tracing.startSpan({ name: "open" });
    tracing.withSpan(() => undefined, { name: "ended" });
    leave();
    expect(written.map(({ spans }) => spans.length)).toEqual([2]);
    expect(synced).toEqual(written);

    tracing.withSpan(() => undefined, { name: "later" });
    leave();
    expect(written.map(({ spans, final }) => [spans.length, final])).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
    expect(synced).toEqual([written[0], ...written]);
  },
);

test("what a wrapper around the store has refused, or not yet passed on, is kept all the same", async () => {
  const { store, synced } = createSilentStore();
  const write = vi.fn<TraceStore["write"]>(() => Promise.reject(new Error("not now")));
  const tracing = createTracing({ store: { ...store, write }, onError: () => undefined });
  tracing.withSpan(() => undefined, { name: "refused" });
  await tracing.flush().catch(() => undefined);
  tracing.withSpan(() => undefined, { name: "new" });
  hide();
  expect(synced.flatMap(({ spans }) => spans.map(({ digest }) => digest.name))).toEqual(["refused", "new"]);
});

test("nothing is kept if nothing is waiting, or after shutdown", async () => {
  const { store, synced } = createSilentStore();
  const tracing = createTracing({ store: { ...store, write: () => Promise.resolve() } });
  hide();
  tracing.withSpan(() => undefined, { name: "ended" });
  await tracing.shutdown();
  hide();
  expect(synced).toEqual([]);
});

test("a store that cannot keep everything is still given everything, and its error is reported once, not thrown into the page", () => {
  const { store, written } = createSilentStore();
  const full = Object.assign(new Error("full"), { name: "QuotaExceededError" });
  const onError = vi.fn();
  const writeSync = vi.fn<(batch: Batch) => void>(() => {
    throw full;
  });
  const tracing = createTracing({ store: { ...store, writeSync }, onError, maxBatchSpans: 1 });
  for (const name of ["one", "two"]) tracing.withSpan(() => undefined, { name });
  hide();
  expect(writeSync.mock.calls.map(([batch]) => batch)).toEqual(written);
  expect(onError).toHaveBeenCalledExactlyOnceWith(full);
});
