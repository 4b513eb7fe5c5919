import type { TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { aBatch, aSpan, searchInfos, spanId, traceId } from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkCalls(check: Check): void {
  check("overlapping calls act in call order", async (store) => {
    const count = async () => (await store.search({})).traces.length;
    const counts = [];
    const writes = [];
    counts.push(count());
    writes.push(store.write(aBatch([aSpan({ trace: 1 })])));
    counts.push(count());
    writes.push(store.write(aBatch([aSpan({ trace: 2 }), aSpan({ trace: 3 })])));
    counts.push(count());
    const deletion = store.delete({ traceIds: [traceId(1)] });
    counts.push(count());
    writes.push(store.write(aBatch([aSpan({ trace: 4 })])));
    const deleted = store.get(traceId(1));
    const written = store.getSpan(traceId(4), spanId(1));
    const stats = store.stats({});
    const changes = store.changes(0, 10);

    expect(await Promise.all(counts)).toEqual([0, 1, 3, 2]);
    await Promise.all(writes);
    expect(await deletion).toBe(1);
    expect(await deleted).toBeUndefined();
    expect(await written).toEqual(aSpan({ trace: 4 }));
    expect((await stats).traceCount).toBe(3);
    expect((await changes).changes.map((change) => change.traceId).sort()).toEqual([1, 2, 3, 4].map(traceId));
  });

  check("a call that fails does not hold up the calls behind it", async (store) => {
    const calls = [
      store.write(aBatch([aSpan()])),
      store.search({ maxResults: 0 }),
      store.delete({}),
      store.write(aBatch([aSpan({ trace: 2 })])),
    ];
    expect(await Promise.all(calls.map(outcomeOf))).toEqual([
      "resolved",
      "RangeError",
      "TypeError",
      "resolved",
    ]);
    expect(await searchInfos(store)).toHaveLength(2);
  });

  check(
    "a long call is cancelled while it runs, another while it waits, and those around them are not",
    async (store) => {
      await writeMuch(store);
      const calls = [
        store.search({ includeSpans: true, maxResults: 1000, requestId: "running" }),
        store.search({ requestId: "waiting" }),
        store.get(traceId(1), { requestId: "read" }),
        store.stats({ requestId: "stats" }),
        store.search({ requestId: "kept" }),
        store.search({}),
      ];
      // The running one last: the others wait behind it until all cancellations have reached the store.
      const cancellations = ["waiting", "read", "stats", "running"].map((id) => store.cancel(id));
      expect(await Promise.all(calls.map(outcomeOf))).toEqual([
        "AbortError",
        "AbortError",
        "AbortError",
        "AbortError",
        "resolved",
        "resolved",
      ]);
      await Promise.all(cancellations);
      expect(await searchInfos(store, { maxResults: 1000 })).toHaveLength(500);
    },
  );

  check("cancelling a call that does not exist, or is done, does nothing", async (store) => {
    await store.cancel("nobody");
    await store.cancel("__proto__");
    await store.write(aBatch([aSpan()]));
    expect((await store.search({ requestId: "r" })).traces).toHaveLength(1);
    await store.cancel("r");
    expect((await store.search({ requestId: "r" })).traces).toHaveLength(1);
  });

  check("a cancelled request's id can be reused", async (store) => {
    await writeMuch(store);
    const first = store.search({ includeSpans: true, maxResults: 1000, requestId: "r" });
    const cancellation = store.cancel("r");
    expect(await outcomeOf(first)).toBe("AbortError");
    await cancellation;
    expect(await outcomeOf(store.search({ requestId: "r" }))).toBe("resolved");
  });

  check("closing waits for the calls before it", async (store) => {
    const write = store.write(aBatch([aSpan()]));
    const search = store.search({});
    await store.close();
    expect(await outcomeOf(write)).toBe("resolved");
    expect((await search).traces).toHaveLength(1);
  });

  check(
    "after close every call rejects with StoreClosedError, and closing again is allowed",
    async (store) => {
      await store.write(aBatch([aSpan()]));
      await store.close();
      const calls = [
        store.write(aBatch([aSpan({ trace: 2 })])),
        store.search({}),
        store.get(traceId(1)),
        store.getSpan(traceId(1), spanId(1)),
        store.delete({ maxTraces: 1 }),
        store.stats({}),
        store.changes(0, 10),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => "StoreClosedError"));
      await store.close();
    },
  );

  check("calls made while the store is closing reject with StoreClosedError", async (store) => {
    const closing = [store.close(), store.close()];
    expect(await outcomeOf(store.search({}))).toBe("StoreClosedError");
    await Promise.all(closing);
  });

  check("an error's message is one line that says what was expected and what it got", async (store) => {
    await expect(store.search({ maxResults: 0 })).rejects.toThrow(
      "maxResults must be an integer from 1 to 1000, got 0",
    );
    await expect(store.write({ ...aBatch([]), id: "" })).rejects.toThrow(
      'batch.id must be a string that is not empty, got ""',
    );
  });
}

/** 500 traces, 10 MB: reading them all takes several time slices on any machine. */
async function writeMuch(store: TraceStore): Promise<void> {
  const attributes = { text: "0123456789".repeat(200) };
  for (let first = 1; first <= 500; first += 100) {
    const spans = Array.from({ length: 1000 }, (_, index) =>
      aSpan({ trace: first + Math.floor(index / 10), id: (index % 10) + 1, attributes }),
    );
    await store.write(aBatch(spans));
  }
}
