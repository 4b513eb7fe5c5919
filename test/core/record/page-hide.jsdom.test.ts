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
  "when the page is %s all that was recorded is handed over and kept at once, and recording goes on",
  (_, leave) => {
    const { store, written, synced } = createSilentStore();
    const tracing = createTracing({ store });
    tracing.startSpan({ name: "open" });
    tracing.withSpan(() => undefined, { name: "ended" });
    leave();
    expect(written.map(({ spans }) => spans.length)).toEqual([2]);
    expect(synced).toMatchObject([{ spans: [], recorderId: written[0]?.recorderId }]);

    tracing.withSpan(() => undefined, { name: "later" });
    leave();
    expect(written.map(({ spans, final }) => [spans.length, final])).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
    expect(synced).toHaveLength(2);
  },
);

test("nothing is kept where nothing waits, nor after shutdown", async () => {
  const { store, synced } = createSilentStore();
  const tracing = createTracing({ store: { ...store, write: () => Promise.resolve() } });
  hide();
  tracing.withSpan(() => undefined, { name: "ended" });
  await tracing.shutdown();
  hide();
  expect(synced).toEqual([]);
});

test("a store that cannot keep it all is reported, not thrown into the page", () => {
  const { store } = createSilentStore();
  const full = Object.assign(new Error("full"), { name: "QuotaExceededError" });
  const onError = vi.fn();
  const writeSync = () => {
    throw full;
  };
  const tracing = createTracing({ store: { ...store, writeSync }, onError });
  tracing.withSpan(() => undefined, { name: "ended" });
  hide();
  expect(onError).toHaveBeenCalledExactlyOnceWith(full);
});
