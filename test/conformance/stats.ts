import type { StatsQuery } from "@spanbook/core/store";
import { expect } from "vitest";
import { aBatch, aPatch, aSpan, epochMs, tokens, traceId } from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkStats(check: Check): void {
  check("an empty store has no statistics", async (store) => {
    const nothing = {
      traceCount: 0,
      errorCount: 0,
      openCount: 0,
      buckets: [],
      bucketMs: 1,
      durationBins: [],
      spanGroups: [],
    };
    expect(await store.stats({})).toEqual(nothing);
    expect(await store.stats({ groupBy: "run" })).toEqual({ ...nothing, traceGroups: [] });
    expect(await store.stats({ fromMs: 0, toMs: 1000, bucketCount: 10 })).toEqual(nothing);
  });

  check("traces are counted, by state and by time", async (store) => {
    await store.write(
      aBatch([
        aSpan({ trace: 4, startMs: 99, endMs: 399, status: "OK", type: "LLM", usage: tokens(1, 1) }),
        aSpan({ trace: 3, startMs: 25, open: true }),
        aSpan({ trace: 1, startMs: 0, endMs: 100, type: "LLM", usage: tokens(10, 5) }),
        aSpan({ trace: 2, startMs: 10, endMs: 210, status: "ERROR" }),
      ]),
    );
    await store.write(
      aBatch([aSpan({ trace: 5, startMs: 99, open: true })], { recorderId: "b", final: true }),
    );
    expect(await store.stats({ bucketCount: 4 })).toEqual({
      traceCount: 5,
      errorCount: 1,
      openCount: 2,
      bucketMs: 25,
      buckets: [
        { startMs: epochMs, traceCount: 2, errorCount: 1, totalTokens: 15 },
        { startMs: epochMs + 25, traceCount: 1, errorCount: 0, totalTokens: 0 },
        { startMs: epochMs + 75, traceCount: 2, errorCount: 0, totalTokens: 2 },
      ],
      durationMs: { p50: 200, p95: 300, p99: 300, max: 300 },
      durationBins: [100, 200, 300].map(() => ({
        fromMs: expect.any(Number) as number,
        toMs: expect.any(Number) as number,
        count: 1,
      })),
      spanGroups: [
        { name: "answer", type: "LLM", count: 2, errorCount: 0, totalDurationMs: 400, totalTokens: 17 },
        { name: "answer", type: "UNKNOWN", count: 3, errorCount: 1, totalDurationMs: 200, totalTokens: 0 },
      ],
    });
  });

  check("there are 60 buckets by default, none narrower than a millisecond", async (store) => {
    await store.write(aBatch([aSpan({ trace: 1 }), aSpan({ trace: 2, startMs: 5999.5 })]));
    expect(await store.stats({})).toMatchObject({
      bucketMs: 100,
      buckets: [
        { startMs: epochMs, traceCount: 1 },
        { startMs: epochMs + 5900, traceCount: 1 },
      ],
    });
    expect((await store.stats({ bucketCount: 1 })).bucketMs).toBe(6000);
    expect((await store.stats({ fromMs: epochMs, toMs: epochMs + 5, bucketCount: 1000 })).bucketMs).toBe(1);
  });

  check(
    "only traces that started from fromMs on and before toMs count, and buckets begin at fromMs",
    async (store) => {
      await store.write(
        aBatch([5, 10, 19.999, 20].map((startMs, index) => aSpan({ trace: index + 1, startMs }))),
      );
      const count = async (query: StatsQuery) => (await store.stats(query)).traceCount;
      expect(await count({ fromMs: epochMs + 10 })).toBe(3);
      expect(await count({ toMs: epochMs + 20 })).toBe(3);
      expect(await count({ toMs: epochMs + 10 })).toBe(1);
      expect(await count({ fromMs: epochMs + 20, toMs: epochMs + 10 })).toBe(0);
      expect(await store.stats({ fromMs: epochMs + 8, toMs: epochMs + 32, bucketCount: 2 })).toMatchObject({
        traceCount: 3,
        bucketMs: 12,
        buckets: [
          { startMs: epochMs + 8, traceCount: 2 },
          { startMs: epochMs + 20, traceCount: 1 },
        ],
        spanGroups: [{ count: 3 }],
      });
    },
  );

  check("quantiles are nearest ranks of the durations of ended traces", async (store) => {
    const ended = Array.from({ length: 200 }, (_, index) => aSpan({ trace: index + 1, endMs: 200 - index }));
    const open = Array.from({ length: 50 }, (_, index) => aSpan({ trace: index + 1000, open: true }));
    await store.write(aBatch([...ended, ...open]));
    expect((await store.stats({})).durationMs).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 });
  });

  check(
    "every duration falls into one of at most 60 bins, which have some width even if all are alike",
    async (store) => {
      const durationsMs = Array.from({ length: 150 }, (_, index) => 1.1 ** index);
      await store.write(
        aBatch([...durationsMs, 0].map((endMs, index) => aSpan({ trace: index + 1, endMs }))),
      );
      const { durationBins } = await store.stats({});
      expect(durationBins.reduce((sum, { count }) => sum + count, 0)).toBe(151);
      expect(durationBins.length).toBeLessThanOrEqual(60);
      expect(durationBins[0]).toMatchObject({ fromMs: expect.closeTo(1e-4, 10) as number, count: 1 });
      for (const { fromMs, toMs } of durationBins) expect(toMs).toBeGreaterThan(fromMs);
      const [alike, ...others] = (await store.stats({ filter: `request_id = '${traceId(1)}'` })).durationBins;
      expect([alike!.count, alike!.fromMs < 1, alike!.toMs > 1, others]).toEqual([1, true, true, []]);
    },
  );

  check("traces are grouped by session, run or experiment, the latest start first", async (store) => {
    await store.write(
      aBatch([
        aSpan({ trace: 1, sessionId: "s1", startMs: 0, endMs: 0.1, usage: tokens(1, 2) }),
        aSpan({ trace: 2, sessionId: "s2", startMs: 10, endMs: 40, status: "ERROR" }),
        aSpan({ trace: 3, startMs: 20, endMs: 21 }),
        aSpan({ trace: 4, sessionId: "s1", startMs: 30, endMs: 30.2, usage: tokens(3, 4) }),
        aSpan({ trace: 5, sessionId: "s1", startMs: 5, open: true }),
      ]),
    );
    const group = { errorCount: 0, totalTokens: 0, totalCost: 0, traceCount: 1 };
    expect((await store.stats({ groupBy: "session" })).traceGroups).toEqual([
      {
        ...group,
        id: "s1",
        traceCount: 3,
        totalTokens: 10,
        totalDurationMs: 0.3,
        lastStartMs: epochMs + 30,
      },
      { ...group, totalDurationMs: 1, lastStartMs: epochMs + 20 },
      { ...group, id: "s2", errorCount: 1, totalDurationMs: 30, lastStartMs: epochMs + 10 },
    ]);
    const { traceGroups } = await store.stats({ groupBy: "session", filter: "status = 'ERROR'" });
    expect(traceGroups?.map(({ id }) => id)).toEqual(["s2"]);
    const byRun = await store.stats({ groupBy: "run" });
    expect(byRun.traceGroups?.map(({ id, traceCount }) => [id, traceCount])).toEqual([[undefined, 5]]);
    expect(await store.stats({})).not.toHaveProperty("traceGroups");
  });

  check("traces are grouped by any text, different halves of surrogate pairs apart", async (store) => {
    const ids = ["a\ud83d", "a\ud83e", "a\ufffd", "a\0b", ""];
    await store.write(
      aBatch(ids.map((sessionId, index) => aSpan({ trace: index + 1, startMs: -index, sessionId }))),
    );
    const { traceGroups = [] } = await store.stats({ groupBy: "session" });
    expect(traceGroups.map(({ id }) => id)).toEqual(ids);
  });

  check("at most 1,000 groups of traces are returned", async (store) => {
    await store.write(
      aBatch(
        Array.from({ length: 1010 }, (_, index) =>
          aSpan({ trace: index + 1, experimentId: `e${index}`, startMs: index }),
        ),
      ),
    );
    const { traceGroups = [] } = await store.stats({ groupBy: "experiment" });
    expect([traceGroups.length, traceGroups[0]?.id, traceGroups[999]?.id]).toEqual([1000, "e1009", "e10"]);
  });

  check("there are no quantiles until a trace has ended", async (store) => {
    await store.write(aBatch([aSpan({ open: true }), aSpan({ id: 2, parent: 1 })]));
    expect(await store.stats({})).not.toHaveProperty("durationMs");
  });

  check("spans are grouped by name, type and model, the greatest total duration first", async (store) => {
    const call = { parent: 1, name: "call", type: "LLM", usage: tokens(1, 2) };
    await store.write(
      aBatch([
        aSpan({ name: "ask", endMs: 1000 }),
        aSpan({ ...call, id: 2, model: "small", endMs: 10 }),
        aSpan({ ...call, id: 3, model: "small", endMs: 20, status: "ERROR" }),
        aSpan({ ...call, id: 4, model: "large", endMs: 300 }),
        aSpan({ ...call, id: 5, endMs: 40 }),
        aSpan({ id: 6, parent: 1, name: "call", type: "TOOL", endMs: 50 }),
        aSpan({ id: 7, parent: 1, name: "call", type: "TOOL", open: true, status: "ERROR" }),
      ]),
    );
    expect((await store.stats({})).spanGroups).toEqual([
      { name: "ask", type: "UNKNOWN", count: 1, errorCount: 0, totalDurationMs: 1000, totalTokens: 0 },
      {
        name: "call",
        type: "LLM",
        model: "large",
        count: 1,
        errorCount: 0,
        totalDurationMs: 300,
        totalTokens: 3,
      },
      { name: "call", type: "TOOL", count: 2, errorCount: 1, totalDurationMs: 50, totalTokens: 0 },
      { name: "call", type: "LLM", count: 1, errorCount: 0, totalDurationMs: 40, totalTokens: 3 },
      {
        name: "call",
        type: "LLM",
        model: "small",
        count: 2,
        errorCount: 1,
        totalDurationMs: 30,
        totalTokens: 6,
      },
    ]);
  });

  check("total durations are exact, in whatever order the spans arrived", async (store) => {
    for (const [index, ms] of [0.3, 0.000001, 0.7, 0.1, 0.2].entries()) {
      await store.write(aBatch([aSpan({ trace: index + 1, id: 2, name: "up", endMs: ms })]));
    }
    for (const [index, ms] of [0.1, 0.2, 0.3, 0.7, 0.000001].entries()) {
      await store.write(aBatch([aSpan({ trace: index + 1, id: 3, name: "down", endMs: ms })]));
    }
    expect((await store.stats({})).spanGroups.map((group) => [group.name, group.totalDurationMs])).toEqual([
      ["down", 1.300001],
      ["up", 1.300001],
    ]);
  });

  check(
    "groups of equal duration are ordered by name, type and model, and at most 100 are returned",
    async (store) => {
      const names = Array.from({ length: 120 }, (_, index) => `name ${String(index).padStart(3, "0")}`);
      await store.write(
        aBatch([
          ...names.toReversed().map((name, index) => aSpan({ id: index + 1, name, endMs: 1 })),
          aSpan({ id: 200, name: names[0]!, type: "TOOL", endMs: 1 }),
          aSpan({ id: 201, name: names[0]!, type: "TOOL", model: "m", endMs: 1 }),
          aSpan({ id: 203, name: names[0]!, type: "TOOL", model: "", endMs: 1 }),
          aSpan({ id: 202, name: "zero", open: true }),
        ]),
      );
      const { spanGroups } = await store.stats({});
      expect(spanGroups).toHaveLength(100);
      expect(spanGroups.slice(0, 5).map(({ name, type, model }) => [name, type, model])).toEqual([
        ["name 000", "TOOL", undefined],
        ["name 000", "TOOL", ""],
        ["name 000", "TOOL", "m"],
        ["name 000", "UNKNOWN", undefined],
        ["name 001", "UNKNOWN", undefined],
      ]);
    },
  );

  check("names, types and models that look alike only when joined are separate groups", async (store) => {
    await store.write(
      aBatch([
        aSpan({ id: 1, name: "a", type: "b" }),
        aSpan({ id: 2, name: 'a","b', type: "" }),
        aSpan({ id: 3, name: "a\0b", type: "" }),
        aSpan({ id: 4, name: "__proto__", type: "constructor" }),
        aSpan({ id: 5, name: "A", type: "b" }),
        aSpan({ id: 6, name: "a", type: "b\0c" }),
        aSpan({ id: 7, name: "a\0b", type: "c" }),
      ]),
    );
    const { spanGroups } = await store.stats({});
    expect(spanGroups.map(({ name, type, count }) => [name, type, count])).toEqual([
      ["A", "b", 1],
      ["__proto__", "constructor", 1],
      ["a", "b", 1],
      ["a", "b\0c", 1],
      ["a\0b", "", 1],
      ["a\0b", "c", 1],
      ['a","b', "", 1],
    ]);
  });

  check("statistics cover the given experiments, and never hidden traces", async (store) => {
    await store.write(
      aBatch(
        [
          aSpan({ trace: 1, experimentId: "7", endMs: 10 }),
          aSpan({ trace: 2, experimentId: "8", endMs: 20 }),
          aSpan({ trace: 3, endMs: 30 }),
        ],
        { patches: [aPatch(1, { op: "setTag", key: "a", value: "b" }, 4)] },
      ),
    );
    const figures = async (query: StatsQuery) => {
      const { traceCount, durationMs, spanGroups } = await store.stats(query);
      return [traceCount, durationMs?.max, spanGroups[0]?.count];
    };
    expect(await figures({})).toEqual([3, 30, 3]);
    expect(await figures({ experimentIds: ["7"] })).toEqual([1, 10, 1]);
    expect(await figures({ experimentIds: ["7", "8"] })).toEqual([2, 20, 2]);
    expect(await figures({ experimentIds: [] })).toEqual([0, undefined, undefined]);
    await store.delete({ traceIds: [traceId(2)] });
    expect(await figures({ experimentIds: ["7", "8"] })).toEqual([1, 10, 1]);
  });

  const badQueries: [string, string, unknown][] = [
    ["bucketCount is 0", "RangeError", { bucketCount: 0 }],
    ["bucketCount is 1,001", "RangeError", { bucketCount: 1001 }],
    ["a field has another name", "TypeError", { filterString: "status = 'OK'" }],
    ["fromMs is not a number", "TypeError", { fromMs: NaN }],
    ["toMs is not a number", "TypeError", { toMs: "now" }],
    ["experimentIds is a string", "TypeError", { experimentIds: "7" }],
    ["groupBy is not a field", "TypeError", { groupBy: "x FROM trace_rows --" }],
  ];
  for (const [what, name, query] of badQueries) {
    check(`stats reject with ${name} if ${what}`, async (store) => {
      expect(await outcomeOf(store.stats(query as StatsQuery))).toBe(name);
    });
  }
}
