import { expect } from "vitest";
import {
  aBatch,
  aPatch,
  aSpan,
  getInfo,
  getTrace,
  recordOf,
  searchInfos,
  spanId,
  traceId,
} from "../support/spans.js";
import type { Check } from "./check.js";

const last = "18446744073709551615";

/** In order: from 1 to 20 digits. */
const starts = [
  "0",
  "1",
  "9",
  "10",
  "999999999999999999",
  "1000000000000000000",
  "1700000000000000000",
  "9223372036854775807",
  "9223372036854775808",
  "9999999999999999999",
  "10000000000000000000",
  "18446744073709551614",
  last,
];

function traceAt(startTimeUnixNano: string, trace: number, endTimeUnixNano = startTimeUnixNano) {
  return aSpan({ trace, fields: { startTimeUnixNano, endTimeUnixNano } });
}

export function checkTimes(check: Check): void {
  check("traces are ordered by start over all 64 bits", async (store) => {
    const spans = starts.map((start, index) => traceAt(start, index + 1));
    await store.write(aBatch(spans.toReversed()));
    for (const [direction, expected] of [
      ["ASC", starts],
      ["DESC", starts.toReversed()],
    ] as const) {
      const orderBy = [`timestamp_ms ${direction}`];
      const infos = await searchInfos(store, { orderBy });
      expect(infos.map((info) => info.startTimeUnixNano)).toEqual(expected);
      const { traces, nextPageToken } = await store.search({ orderBy, maxResults: 5 });
      const rest = await searchInfos(store, { orderBy, pageToken: nextPageToken! });
      expect([...traces.map(({ info }) => info), ...rest]).toEqual(infos);
    }
  });

  check("spans are ordered and paged by start over all 64 bits", async (store) => {
    const spans = starts.map((startTimeUnixNano, index) =>
      aSpan({ id: 100 - index, fields: { startTimeUnixNano, endTimeUnixNano: last } }),
    );
    await store.write(aBatch(spans.toReversed()));
    expect((await getTrace(store)).data.spans).toEqual(spans);
    for (const [index, { startTimeUnixNano, spanId: id }] of spans.entries()) {
      const page = await store.get(traceId(1), { after: { startTimeUnixNano, spanId: id } });
      expect(page?.data.spans).toEqual(spans.slice(index + 1));
    }
  });

  check("a trace may take no time, all the time there is, or less than none", async (store) => {
    await store.write(
      aBatch([
        traceAt("0", 1, "0"),
        traceAt("0", 2, last),
        traceAt("5000001", 3, "1"),
        traceAt(last, 4, "0"),
      ]),
    );
    const infos = [1, 2, 3, 4].map((trace) => getInfo(store, trace));
    const figures = (await Promise.all(infos)).map((info) => [info.requestTime, info.executionDuration]);
    expect(figures).toEqual([
      [0, 0],
      [0, 18446744073709.55],
      [5.000001, -5],
      [18446744073709.55, -18446744073709.55],
    ]);
    expect((await store.getSpan(traceId(2), spanId(1)))?.endTimeUnixNano).toBe(last);
  });

  check("statistics and deletion cover the first time to the last", async (store) => {
    await store.write(aBatch([traceAt("0", 1, last), traceAt(last, 2), traceAt("1000000", 3)]));
    const stats = await store.stats({ bucketCount: 2 });
    expect(stats).toMatchObject({
      traceCount: 3,
      bucketMs: 9223372036855,
      buckets: [
        { startMs: 0, traceCount: 2 },
        { startMs: 9223372036855, traceCount: 1 },
      ],
      durationMs: { p50: 0, max: 18446744073709.55 },
      spanGroups: [{ count: 3, totalDurationMs: 18446744073709.55 }],
    });
    expect(await store.delete({ beforeMs: 1 })).toBe(1);
    expect(await store.delete({ beforeMs: 18446744073709 })).toBe(1);
    expect((await searchInfos(store)).map((info) => info.traceId)).toEqual([traceId(2)]);
  });

  check("the latest end of a trace without a root is compared as a number, not as text", async (store) => {
    await store.write(
      aBatch([
        aSpan({ id: 2, parent: 1, fields: { startTimeUnixNano: "0", endTimeUnixNano: "10000000" } }),
        aSpan({ id: 3, parent: 1, fields: { startTimeUnixNano: "2", endTimeUnixNano: "9000000" } }),
        aSpan({ id: 4, parent: 1, fields: { startTimeUnixNano: "10", endTimeUnixNano: "20" } }),
      ]),
    );
    expect(await getInfo(store)).toMatchObject({ startTimeUnixNano: "0", executionDuration: 10 });
  });

  check(
    "a clock that is set back changes the order of traces, but nothing else about them",
    async (store) => {
      await store.write(
        aBatch([aSpan({ startMs: 5000, open: true }), aSpan({ trace: 2, startMs: 6000 })], {
          patches: [aPatch(2, { op: "setTag", key: "topic", value: "law" })],
        }),
      );
      const { revision } = await store.changes(0, 10);
      // An hour earlier.
      const ended = aSpan({ startMs: 5000, endMs: 5000 - 3_600_000 });
      await store.write(
        aBatch([recordOf(ended, 2), aSpan({ trace: 3, startMs: 7000 - 3_600_000 })], {
          patches: [aPatch(1, { op: "setTag", key: "topic", value: "art" })],
        }),
      );
      const infos = await searchInfos(store);
      expect(infos.map((info) => info.traceId)).toEqual([2, 1, 3].map(traceId));
      expect(infos[1]).toMatchObject({ state: "OK", executionDuration: -3_600_000, tags: { topic: "law" } });
      const { changes } = await store.changes(revision, 10);
      expect(changes.map((change) => change.traceId).sort()).toEqual([1, 3].map(traceId));
    },
  );
}
