/** Statistics of traces whose rows sum up their spans, and of those with too many spans for that, in fake-indexeddb. */
import "fake-indexeddb/auto";
import { createMemoryStore } from "@spanbook/core/memory";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { openIdbStore } from "../../packages/store-idb/src/idb-store.js";
import { aBatch, aSpan, recordOf, tokens } from "../support/spans.js";

afterEach(() => void vi.unstubAllGlobals());

test("statistics follow the newest records while a trace grows from few spans to many", async () => {
  // Node 20 has no Web Locks.
  vi.stubGlobal("navigator", {});
  const store = await openIdbStore({ name: "totals", durability: "relaxed" }, (failure) => {
    throw failure;
  });
  onTestFinished(() => store.close());
  const oracle = createMemoryStore();
  const spanOf = (trace: number, id: number) => ({
    trace,
    id,
    startMs: id,
    name: `step ${id % 3}`,
    ...(id % 2 === 0 && { type: "LLM", model: `model ${id % 4}`, usage: tokens(id, 1) }),
    ...(id % 5 === 0 && { status: "ERROR" as const }),
  });
  for (const [trace, from, to] of [
    [1, 1, 60],
    [2, 1, 30],
    [1, 61, 100],
    [1, 101, 140],
  ] as const) {
    const spans = Array.from({ length: to - from + 1 }, (_, index) => spanOf(trace, from + index));
    for (const isOpen of [true, false]) {
      const records = spans.map((span) => recordOf(aSpan({ ...span, open: isOpen }), isOpen ? 1 : 2));
      const batch = aBatch(records, { id: `${trace} ${from} ${isOpen}` });
      for (const each of [store, oracle]) await each.write(batch);
      expect(await store.stats({})).toEqual(await oracle.stats({}));
      expect(await store.stats({ filter: "trace.span_count < 100" })).toEqual(
        await oracle.stats({ filter: "trace.span_count < 100" }),
      );
    }
  }
});
