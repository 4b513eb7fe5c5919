import type { Batch } from "@spanbook/core/store";
import { expect } from "vitest";
import {
  aBatch,
  aPatch,
  aSpan,
  getInfo,
  getTrace,
  nano,
  recordOf,
  searchInfos,
  spanId,
  traceId,
} from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkWriting(check: Check): void {
  check("a written trace is listed, read whole, and read span by span", async (store) => {
    const root = aSpan({ name: "ask", inputs: "why?", outputs: "because" });
    const child = aSpan({ id: 2, parent: 1, name: "think", startMs: 10, endMs: 60 });
    await store.write(aBatch([root, child]));

    const [info, ...others] = await searchInfos(store);
    expect(others).toEqual([]);
    expect(info).toEqual({
      traceId: traceId(1),
      name: "ask",
      state: "OK",
      requestTime: 1_700_000_000_000,
      startTimeUnixNano: "1700000000000000000",
      executionDuration: 100,
      requestPreview: "why?",
      responsePreview: "because",
      tags: {},
      traceMetadata: {},
      spanCount: 2,
      openSpanCount: 0,
      errorCount: 0,
      revision: info?.revision,
    });
    expect(await store.get(traceId(1))).toEqual({
      info,
      data: { spans: [root, child], digests: [], resources: {}, scopes: {} },
    });
    expect(await store.getSpan(traceId(1), spanId(2))).toEqual(child);
  });

  check("an empty batch is allowed and changes nothing", async (store) => {
    await store.write(aBatch());
    expect(await searchInfos(store)).toEqual([]);
    expect(await store.changes(0, 10)).toEqual({ changes: [], revision: 0, hasMore: false });
  });

  check("writing the same batch again changes nothing, not even its revision", async (store) => {
    const batch = aBatch([aSpan(), aSpan({ id: 2, parent: 1, open: true })], {
      patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })],
    });
    await store.write(batch);
    const before = await getTrace(store);
    const changes = await store.changes(0, 10);
    await store.write(batch);
    await store.write(structuredClone(batch));
    expect(await getTrace(store)).toEqual(before);
    expect(await store.changes(0, 10)).toEqual(changes);
  });

  check("a retry that arrives after other writes changes nothing", async (store) => {
    const first = aBatch([aSpan({ open: true, name: "draft" })], {
      patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })],
    });
    await store.write(first);
    await store.write(
      aBatch([recordOf(aSpan({ name: "final" }), 2), aSpan({ id: 2, parent: 1 })], {
        patches: [aPatch(2, { op: "setTag", key: "topic", value: "art" })],
      }),
    );
    await store.write(aBatch([aSpan({ trace: 2 })]));
    const before = [await getTrace(store), await store.changes(0, 10)];
    await store.write(first);
    expect([await getTrace(store), await store.changes(0, 10)]).toEqual(before);
  });

  check(
    "a batch may hold several records of one span, spans of many traces, and patches of both",
    async (store) => {
      await store.write(
        aBatch(
          [
            recordOf(aSpan({ name: "second" }), 2),
            recordOf(aSpan({ name: "first" }), 1),
            aSpan({ trace: 2, name: "other" }),
          ],
          {
            patches: [
              aPatch(1, { op: "setTag", key: "topic", value: "law" }),
              aPatch(2, { op: "setTag", key: "topic", value: "art" }, 2),
            ],
          },
        ),
      );
      const [one, two] = [await getInfo(store, 1), await getInfo(store, 2)];
      expect([one.name, one.spanCount, one.tags]).toEqual(["second", 1, { topic: "law" }]);
      expect([two.name, two.spanCount, two.tags]).toEqual(["other", 1, { topic: "art" }]);
    },
  );

  check("two batches with the same content from two recorders are separate batches", async (store) => {
    await store.write(aBatch([aSpan()], { id: "batch-1", recorderId: "recorder-a" }));
    await store.write(aBatch([aSpan({ id: 2, parent: 1 })], { id: "batch-2", recorderId: "recorder-b" }));
    expect((await getInfo(store)).spanCount).toBe(2);
  });

  check("a child may arrive before its parent", async (store) => {
    const child = aSpan({ id: 2, parent: 1, name: "child", startMs: 10, endMs: 20 });
    const root = aSpan({ id: 1, name: "root" });
    await store.write(aBatch([child]));
    expect((await getInfo(store)).name).toBe("child");
    await store.write(aBatch([root]));
    expect((await getInfo(store)).name).toBe("root");
    expect((await getTrace(store)).data.spans).toEqual([root, child]);
  });

  check("the same spans in any order of batches make the same trace", async (store) => {
    const spans = [
      aSpan({ id: 1, name: "root" }),
      aSpan({ id: 2, parent: 1, startMs: 10, status: "ERROR" }),
      aSpan({ id: 3, parent: 2, startMs: 20, open: true }),
    ];
    await store.write(aBatch(spans));
    const { info, data } = await getTrace(store);
    const order = [2, 0, 1];
    for (const index of order) {
      const { traceId: _, ...span } = spans[index]!;
      await store.write(aBatch([{ ...span, traceId: traceId(2) }]));
    }
    const other = await getTrace(store, 2);
    expect(other.info).toEqual({ ...info, traceId: traceId(2), revision: other.info.revision });
    expect(other.data.spans).toEqual(data.spans.map((span) => ({ ...span, traceId: traceId(2) })));
  });

  check("a trace is hidden until its first span, even if it has patches", async (store) => {
    await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })] }));
    expect(await searchInfos(store)).toEqual([]);
    expect(await store.get(traceId(1))).toBeUndefined();
    expect(await store.getSpan(traceId(1), spanId(1))).toBeUndefined();
    expect((await store.stats({})).traceCount).toBe(0);
    expect((await store.changes(0, 10)).changes).toEqual([]);

    await store.write(aBatch([aSpan()]));
    expect((await getInfo(store)).tags).toEqual({ topic: "law" });
    expect((await store.changes(0, 10)).changes.map((change) => change.traceId)).toEqual([traceId(1)]);
  });

  check("of two records of a span, the one with the higher version wins, in either order", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ name: "one" }), 1)]));
    await store.write(aBatch([recordOf(aSpan({ name: "three" }), 3)]));
    await store.write(aBatch([recordOf(aSpan({ name: "two" }), 2)]));
    expect((await getInfo(store)).name).toBe("three");
    expect(await store.getSpan(traceId(1), spanId(1))).toEqual(aSpan({ name: "three" }));
  });

  check("an ended record beats an open one with a higher version, in either order", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ trace: 1 }), 1)]));
    await store.write(aBatch([recordOf(aSpan({ trace: 1, open: true }), 9)]));
    await store.write(aBatch([recordOf(aSpan({ trace: 2, open: true }), 9)]));
    await store.write(aBatch([recordOf(aSpan({ trace: 2 }), 1)]));
    for (const trace of [1, 2]) {
      const { state, openSpanCount, spanCount, executionDuration } = await getInfo(store, trace);
      expect([state, openSpanCount, spanCount, executionDuration]).toEqual(["OK", 0, 1, 100]);
      expect(await store.getSpan(traceId(trace), spanId(1))).toEqual(aSpan({ trace }));
    }
  });

  check("of two records with the same version, the stored one stays", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ name: "stored" }), 2)]));
    const { revision } = await getInfo(store);
    await store.write(aBatch([recordOf(aSpan({ name: "late" }), 2)]));
    expect(await getInfo(store)).toMatchObject({ name: "stored", revision });
    expect((await store.getSpan(traceId(1), spanId(1)))?.name).toBe("stored");
  });

  check("an open span ends when its ended record arrives", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ open: true, inputs: "why?" }), 1)]));
    const open = await getInfo(store);
    expect([open.state, open.openSpanCount, open.requestPreview]).toEqual(["IN_PROGRESS", 1, "why?"]);
    expect(open).not.toHaveProperty("executionDuration");
    expect(await store.getSpan(traceId(1), spanId(1))).not.toHaveProperty("endTimeUnixNano");

    await store.write(aBatch([recordOf(aSpan({ endMs: 250, inputs: "why?", outputs: "so" }), 2)]));
    const ended = await getInfo(store);
    expect([ended.state, ended.openSpanCount, ended.executionDuration]).toEqual(["OK", 0, 250]);
    expect([ended.requestPreview, ended.responsePreview]).toEqual(["why?", "so"]);
    expect((await store.getSpan(traceId(1), spanId(1)))?.endTimeUnixNano).toBe(nano(250));
    expect(ended.revision).toBeGreaterThan(open.revision);
  });

  for (const [what, batch] of malformedBatches()) {
    check(`a batch is refused as a whole if ${what}`, async (store) => {
      await store.write(aBatch([aSpan({ trace: 9 })]));
      const before = await store.changes(0, 10);
      expect(await outcomeOf(store.write(batch as Batch))).toBe("TypeError");
      expect(await store.changes(0, 10)).toEqual(before);
      expect((await searchInfos(store)).map((info) => info.traceId)).toEqual([traceId(9)]);
    });
  }

  check("a refused batch may be sent again, corrected, under the same id", async (store) => {
    const right = aBatch([aSpan(), aSpan({ trace: 2 })], { id: "batch-1" });
    const wrong = {
      ...right,
      spans: [right.spans[0], { ...right.spans[1], payload: 5 }],
    } as unknown as Batch;
    expect(await outcomeOf(store.write(wrong))).toBe("TypeError");
    await store.write(right);
    expect(await searchInfos(store)).toHaveLength(2);
  });
}

/** Each has a good span and a good patch before what is wrong. */
function malformedBatches(): [string, unknown][] {
  const good = aBatch([aSpan()], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "law" })] });
  const record = recordOf(aSpan({ trace: 2 }));
  const withDigest = (change: object) => ({
    ...good,
    spans: [...good.spans, { ...record, digest: { ...record.digest, ...change } }],
  });
  const patch = aPatch(2, { op: "setTag", key: "topic", value: "art" }, 2);
  const withPatch = (change: object) => ({ ...good, patches: [...good.patches, { ...patch, ...change }] });
  return [
    ["its id is empty", { ...good, id: "" }],
    ["its recorder id is missing", { ...good, recorderId: undefined }],
    ["its spans are not an array", { ...good, spans: {} }],
    ["its patches are missing", { ...good, patches: undefined }],
    ["its origins lack the scopes", { ...good, origins: { resources: {} } }],
    ["a digest is missing", { ...good, spans: [...good.spans, { payload: "{}" }] }],
    ["a payload is not a string", { ...good, spans: [...good.spans, { ...record, payload: {} }] }],
    ["a trace id is too short", withDigest({ traceId: "abc" })],
    ["a trace id is in upper case", withDigest({ traceId: "A".repeat(32) })],
    ["a span id is too long", withDigest({ spanId: "a".repeat(17) })],
    ["a parent id is empty", withDigest({ parentSpanId: "" })],
    ["a name is a number", withDigest({ name: 5 })],
    ["a type is missing", withDigest({ type: undefined })],
    ["a status is unknown", withDigest({ status: "FINE" })],
    ["a version is not an integer", withDigest({ version: 1.5 })],
    ["a start is missing", withDigest({ startTimeUnixNano: undefined })],
    ["a start is a number", withDigest({ startTimeUnixNano: 1_700_000_000 })],
    ["a start is negative", withDigest({ startTimeUnixNano: "-1" })],
    ["a start has leading zeros", withDigest({ startTimeUnixNano: "007" })],
    ["an end has letters", withDigest({ endTimeUnixNano: "soon" })],
    ["an end is beyond 64 bits", withDigest({ endTimeUnixNano: "18446744073709551616" })],
    ["a patch has no id", withPatch({ id: "" })],
    ["a patch has no trace", withPatch({ traceId: "" })],
    ["a patch has an unknown operation", withPatch({ op: "addTag" })],
    ["a patch has no key", withPatch({ key: undefined })],
    ["a patch's value is a number", withPatch({ value: 5 })],
    ["a patch sets an unknown field", withPatch({ op: "setField", field: "name" })],
  ];
}
