import type { DeleteSelector, TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import {
  aBatch,
  aPatch,
  aSpan,
  epochMs,
  getInfo,
  recordOf,
  searchInfos,
  spanId,
  traceId,
} from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkDeleting(check: Check): void {
  const selections: [string, DeleteSelector, number[]][] = [
    ["by id", { traceIds: [traceId(2), traceId(4)] }, [2, 4]],
    ["by id, only once if an id is given twice", { traceIds: [traceId(2), traceId(2)] }, [2]],
    ["by id, ignoring unknown ids", { traceIds: [traceId(2), traceId(99), "x"] }, [2]],
    ["by an empty list of ids, which deletes none", { traceIds: [] }, []],
    ["of an experiment", { experimentId: "7" }, [1, 3, 5]],
    ["of an experiment without any", { experimentId: "9" }, []],
    ["that started before a time", { beforeMs: epochMs + 30 }, [1, 2]],
    ["that started before a time, to the fraction of a millisecond", { beforeMs: epochMs + 30.5 }, [1, 2, 3]],
    ["by number, the oldest first", { maxTraces: 3 }, [1, 2, 3]],
    ["by number, at most as many as there are", { maxTraces: 100 }, [1, 2, 3, 4, 5]],
    [
      "by id and experiment, which both must match",
      { traceIds: [1, 2, 3].map(traceId), experimentId: "7" },
      [1, 3],
    ],
    ["of an experiment before a time", { experimentId: "7", beforeMs: epochMs + 50 }, [1, 3]],
    ["of an experiment, the oldest", { experimentId: "7", maxTraces: 2 }, [1, 3]],
    ["by id, the oldest", { traceIds: [5, 4, 2].map(traceId), maxTraces: 2 }, [2, 4]],
    [
      "by all selectors at once",
      { traceIds: [1, 2, 3, 5].map(traceId), experimentId: "7", beforeMs: epochMs + 50, maxTraces: 1 },
      [1],
    ],
  ];
  for (const [what, selector, expected] of selections) {
    check(`deletes traces ${what}`, async (store) => {
      await writeFive(store);
      expect(await store.delete(selector)).toBe(expected.length);
      const left = [1, 2, 3, 4, 5].filter((trace) => !expected.includes(trace));
      const infos = await searchInfos(store, { orderBy: ["request_id"] });
      expect(infos.map((info) => info.traceId)).toEqual(left.map(traceId));
    });
  }

  check("deletes traces beyond the newest that fill a given number of UTF-8 bytes", async (store) => {
    // Two spans per trace, the second recorded open first, and the oldest trace written last.
    const sizes = new Map<number, number>();
    for (const trace of [5, 4, 3, 2, 1]) {
      const spans = [
        aSpan({ trace, startMs: trace * 10, name: "ö".repeat(trace), experimentId: trace % 2 ? "7" : "8" }),
        aSpan({ trace, id: 2, parent: 1, startMs: trace * 10, inputs: "x".repeat(20_000) }),
      ].map((span) => recordOf(span, 2));
      const open = aSpan({ trace, id: 2, parent: 1, startMs: trace * 10, open: true });
      await store.write(aBatch([open]));
      await store.write(aBatch(spans));
      const bytes = spans.map(({ payload }) => new TextEncoder().encode(payload).length);
      sizes.set(trace, bytes[0]! + bytes[1]!);
    }
    const left = async () => (await searchInfos(store)).map((info) => Number(`0x${info.traceId}`));
    // A line break may lie between two spans.
    const sizeOf = (traces: number[]) => traces.reduce((sum, trace) => sum + sizes.get(trace)! + 1, 0);
    expect(await store.delete({ keepBytes: sizeOf([1, 2, 3, 4, 5]) })).toBe(0);
    expect(await store.delete({ keepBytes: sizeOf([2, 3, 4, 5]) })).toBe(1);
    expect(await left()).toEqual([5, 4, 3, 2]);
    expect(await store.delete({ keepBytes: sizeOf([5]), experimentId: "8" })).toBe(2);
    expect(await left()).toEqual([5, 3]);
    expect(await store.delete({ keepBytes: sizeOf([5, 3]) - 10 })).toBe(1);
    expect(await store.delete({ keepBytes: 0, traceIds: [traceId(4)] })).toBe(0);
    expect(await store.delete({ keepBytes: 0 })).toBe(1);
    expect(await left()).toEqual([]);
  });

  check("a deleted trace is gone from everything that can be read", async (store) => {
    await writeFive(store);
    await store.delete({ traceIds: [traceId(1)] });
    expect(await store.get(traceId(1))).toBeUndefined();
    expect(await store.getSpan(traceId(1), spanId(1))).toBeUndefined();
    expect((await store.stats({})).traceCount).toBe(4);
    expect((await store.stats({})).spanGroups.map(({ count }) => count)).toEqual([4]);
    expect(await store.delete({ traceIds: [traceId(1)] })).toBe(0);
  });

  check("of traces that started together, the one with the lower id is deleted first", async (store) => {
    await store.write(aBatch([3, 1, 2].map((trace) => aSpan({ trace }))));
    await store.delete({ maxTraces: 1 });
    const infos = await searchInfos(store, { orderBy: ["request_id"] });
    expect(infos.map((info) => info.traceId)).toEqual([traceId(2), traceId(3)]);
  });

  check("late batches of the same recorder do not bring a deleted trace back", async (store) => {
    const early = aBatch([aSpan({ open: true })], {
      patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })],
    });
    await store.write(early);
    await store.delete({ traceIds: [traceId(1)] });
    const before = await store.changes(0, 10);
    await store.write(early);
    await store.write(
      aBatch([recordOf(aSpan(), 2), aSpan({ id: 2, parent: 1 })], {
        patches: [aPatch(2, { op: "setTag", key: "topic", value: "art" })],
      }),
    );
    await store.write(aBatch([], { final: true }));
    expect(await store.get(traceId(1))).toBeUndefined();
    expect(await searchInfos(store)).toEqual([]);
    expect(await store.changes(0, 10)).toEqual(before);
  });

  check("a batch for a deleted trace and others stores the others", async (store) => {
    await store.write(aBatch([aSpan({ trace: 1 })]));
    await store.delete({ traceIds: [traceId(1)] });
    await store.write(aBatch([aSpan({ trace: 1, id: 2, parent: 1 }), aSpan({ trace: 2 })]));
    expect((await searchInfos(store)).map((info) => info.traceId)).toEqual([traceId(2)]);
  });

  check("another recorder brings a deleted trace back, without its former contents", async (store) => {
    await store.write(
      aBatch([aSpan({ sessionId: "s1", status: "ERROR" }), aSpan({ id: 2, parent: 1 })], {
        patches: [aPatch(9, { op: "setTag", key: "topic", value: "law" })],
      }),
    );
    await store.delete({ traceIds: [traceId(1)] });
    await store.write(aBatch([aSpan({ name: "imported" })], { recorderId: "import-1" }));
    const info = await getInfo(store);
    expect(info).toMatchObject({ name: "imported", state: "OK", spanCount: 1, errorCount: 0, tags: {} });
    expect(info).not.toHaveProperty("sessionId");
    expect(await store.getSpan(traceId(1), spanId(2))).toBeUndefined();
  });

  check("a trace that came back stays closed to the recorders it was deleted from", async (store) => {
    await store.write(aBatch([aSpan()]));
    await store.delete({ traceIds: [traceId(1)] });
    await store.write(aBatch([aSpan({ name: "imported" })], { recorderId: "import-1" }));
    await store.write(aBatch([aSpan({ id: 2, parent: 1 })]));
    expect((await getInfo(store)).spanCount).toBe(1);

    await store.delete({ traceIds: [traceId(1)] });
    await store.write(aBatch([aSpan({ id: 3, parent: 1 })]));
    await store.write(aBatch([aSpan({ id: 4, parent: 1 })], { recorderId: "import-1" }));
    expect(await searchInfos(store)).toEqual([]);
    await store.write(aBatch([aSpan({ name: "again" })], { recorderId: "import-2" }));
    expect(await getInfo(store)).toMatchObject({ name: "again", spanCount: 1 });
  });

  check("a deleted trace that is only patched stays deleted until a span arrives", async (store) => {
    await store.write(aBatch([aSpan()]));
    await store.delete({ traceIds: [traceId(1)] });
    const before = await store.changes(0, 10);
    const patches = [aPatch(1, { op: "setTag", key: "topic", value: "law" })];
    await store.write(aBatch([], { recorderId: "editor", patches }));
    expect(await store.get(traceId(1))).toBeUndefined();
    expect(await store.changes(0, 10)).toEqual(before);
    await store.write(aBatch([aSpan({ name: "imported" })], { recorderId: "import-1" }));
    expect(await getInfo(store)).toMatchObject({ name: "imported", tags: { topic: "law" } });
  });

  check("a recorder that only patched a trace also counts as one that wrote to it", async (store) => {
    const edit = aBatch([], {
      recorderId: "editor",
      patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })],
    });
    await store.write(aBatch([aSpan()]));
    await store.write(edit);
    await store.delete({ traceIds: [traceId(1)] });
    await store.write(edit);
    await store.write(aBatch([aSpan()], { recorderId: "import-1" }));
    expect((await getInfo(store)).tags).toEqual({});
  });

  const badSelectors: [string, string, unknown][] = [
    ["nothing is selected", "TypeError", {}],
    ["all selectors are undefined", "TypeError", { traceIds: undefined, maxTraces: undefined }],
    ["one that narrows is undefined", "TypeError", { experimentId: "7", beforeMs: undefined }],
    ["one has another name", "TypeError", { experimentId: "7", maxTimestampMillis: 1 }],
    ["traceIds is a string", "TypeError", { traceIds: traceId(1) }],
    ["beforeMs is not a number", "TypeError", { beforeMs: NaN }],
    ["maxTraces is 0", "RangeError", { maxTraces: 0 }],
    ["maxTraces is not an integer", "RangeError", { maxTraces: 1.5 }],
  ];
  for (const [what, name, selector] of badSelectors) {
    check(`deleting rejects with ${name} if ${what}, and deletes nothing`, async (store) => {
      await writeFive(store);
      expect(await outcomeOf(store.delete(selector as DeleteSelector))).toBe(name);
      expect(await searchInfos(store)).toHaveLength(5);
    });
  }
}

/** Traces 1 to 5, which start 10, 20, … ms after the epoch; the odd ones are in experiment 7. */
async function writeFive(store: TraceStore): Promise<void> {
  await store.write(
    aBatch(
      [4, 2, 5, 1, 3].map((trace) =>
        aSpan({ trace, startMs: trace * 10, ...(trace % 2 === 1 && { experimentId: "7" }) }),
      ),
    ),
  );
}
