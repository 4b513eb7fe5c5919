import { expect } from "vitest";
import { aBatch, aSpan, getInfo, recordOf, traceId } from "../support/spans.js";
import type { Check } from "./check.js";

export function checkRecorders(check: Check): void {
  check("a trace is in progress while its root is open and its recorder alive", async (store) => {
    await store.write(aBatch([aSpan({ open: true }), aSpan({ id: 2, parent: 1 })]));
    expect((await getInfo(store)).state).toBe("IN_PROGRESS");
  });

  check(
    "what a recorder left open becomes unfinished with its final batch, and that is a change",
    async (store) => {
      await store.write(
        aBatch([aSpan({ trace: 1, open: true }), aSpan({ trace: 2 }), aSpan({ trace: 3, open: true })]),
      );
      const { revision } = await store.changes(0, 10);
      await store.write(aBatch([recordOf(aSpan({ trace: 3 }), 2)], { final: true }));

      const states = [await getInfo(store, 1), await getInfo(store, 2), await getInfo(store, 3)];
      expect(states.map(({ state }) => state)).toEqual(["UNFINISHED", "OK", "OK"]);
      expect(states[0]?.openSpanCount).toBe(1);
      const { changes } = await store.changes(revision, 10);
      expect(changes.map((change) => change.traceId).sort()).toEqual([traceId(1), traceId(3)]);
    },
  );

  check("spans that a final batch itself leaves open are unfinished at once", async (store) => {
    await store.write(aBatch([aSpan({ open: true })], { final: true }));
    expect((await getInfo(store)).state).toBe("UNFINISHED");
  });

  check("repeating a final batch changes nothing", async (store) => {
    await store.write(aBatch([aSpan({ open: true })]));
    const final = aBatch([], { final: true });
    await store.write(final);
    const before = [await getInfo(store), await store.changes(0, 10)];
    await store.write(final);
    expect([await getInfo(store), await store.changes(0, 10)]).toEqual(before);
  });

  check(
    "batches that arrive after the final one are stored, and bring no recorder back to life",
    async (store) => {
      const early = aBatch([aSpan({ open: true })]);
      await store.write(early);
      await store.write(aBatch([], { final: true }));
      await store.write(early);
      await store.write(aBatch([aSpan({ trace: 2, open: true })]));
      expect((await getInfo(store, 1)).state).toBe("UNFINISHED");
      expect((await getInfo(store, 2)).state).toBe("UNFINISHED");

      await store.write(aBatch([recordOf(aSpan(), 2)]));
      expect((await getInfo(store, 1)).state).toBe("OK");
    },
  );

  check("the final batch of another recorder does not change a trace", async (store) => {
    await store.write(aBatch([aSpan({ open: true })], { recorderId: "page" }));
    await store.write(aBatch([aSpan({ id: 2, parent: 1 })], { recorderId: "worker" }));
    const before = [await getInfo(store), await store.changes(0, 10)];
    await store.write(aBatch([], { recorderId: "worker", final: true }));
    expect([await getInfo(store), await store.changes(0, 10)]).toEqual(before);
    expect((await getInfo(store)).state).toBe("IN_PROGRESS");
  });

  check("a final batch without any before it is allowed", async (store) => {
    await store.write(aBatch([], { recorderId: "nobody", final: true }));
    expect(await store.changes(0, 10)).toEqual({ changes: [], revision: 0, hasMore: false });
  });

  check("a trace without a root is unfinished once the recorder of its open span is gone", async (store) => {
    await store.write(aBatch([aSpan({ id: 2, parent: 1, open: true })]));
    expect((await getInfo(store)).state).toBe("IN_PROGRESS");
    await store.write(aBatch([], { final: true }));
    expect((await getInfo(store)).state).toBe("UNFINISHED");
  });
}
