import { expect } from "vitest";
import { aBatch, aSpan, getInfo, nano, recordOf, tokens } from "../support/spans.js";
import type { Check } from "./check.js";

export function checkSummaries(check: Check): void {
  check("spans, open spans and failed spans are counted, each once", async (store) => {
    await store.write(
      aBatch([
        aSpan({ status: "OK" }),
        aSpan({ id: 2, parent: 1, status: "ERROR" }),
        recordOf(aSpan({ id: 3, parent: 1, open: true }), 1),
        recordOf(aSpan({ id: 4, parent: 1, status: "ERROR", open: true }), 1),
      ]),
    );
    expect(await getInfo(store)).toMatchObject({ spanCount: 4, openSpanCount: 2, errorCount: 2 });
    await store.write(
      aBatch([
        recordOf(aSpan({ id: 3, parent: 1, status: "ERROR" }), 2),
        recordOf(aSpan({ id: 4, parent: 1, status: "OK" }), 2),
      ]),
    );
    expect(await getInfo(store)).toMatchObject({ spanCount: 4, openSpanCount: 0, errorCount: 2 });
  });

  check(
    "a trace is OK or ERROR as its root ended; failed or open children are only counted",
    async (store) => {
      await store.write(
        aBatch([
          aSpan({ trace: 1, status: "UNSET" }),
          aSpan({ trace: 1, id: 2, parent: 1, status: "ERROR" }),
          aSpan({ trace: 1, id: 3, parent: 1, open: true }),
          aSpan({ trace: 2, status: "ERROR" }),
          aSpan({ trace: 2, id: 2, parent: 1, status: "OK" }),
        ]),
      );
      expect(await getInfo(store, 1)).toMatchObject({ state: "OK", errorCount: 1, openSpanCount: 1 });
      expect(await getInfo(store, 2)).toMatchObject({ state: "ERROR", errorCount: 1, openSpanCount: 0 });
    },
  );

  check("durations and starts are exact to the nanosecond", async (store) => {
    const start = "1700000000123456789";
    await store.write(
      aBatch([aSpan({ fields: { startTimeUnixNano: start, endTimeUnixNano: "1700000000125456790" } })]),
    );
    const info = await getInfo(store);
    expect(info.startTimeUnixNano).toBe(start);
    expect(info.requestTime).toBe(1700000000123.4568);
    expect(info.executionDuration).toBe(2.000001);
  });

  check("tokens and cost are summed over model calls", async (store) => {
    await store.write(
      aBatch([
        aSpan({ type: "AGENT" }),
        aSpan({ id: 2, parent: 1, type: "LLM", usage: tokens(10, 5) }),
        aSpan({
          id: 3,
          parent: 1,
          type: "CHAT_MODEL",
          usage: { ...tokens(20, 7), cacheReadInputTokens: 8 },
          cost: { inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 },
        }),
        aSpan({
          id: 4,
          parent: 1,
          type: "EMBEDDING",
          usage: tokens(3, 0),
          cost: { inputCost: 1, outputCost: 0, totalCost: 1 },
        }),
        aSpan({ id: 5, parent: 1, type: "RERANKER", usage: tokens(100, 0) }),
        // A foreign span that does not state its type.
        aSpan({ id: 6, parent: 1, usage: tokens(0, 1000) }),
      ]),
    );
    const { tokenUsage, cost } = await getInfo(store);
    expect(tokenUsage).toEqual({ ...tokens(133, 1012), cacheReadInputTokens: 8 });
    expect(cost).toEqual({ inputCost: 1.25, outputCost: 0.5, totalCost: 1.75 });
  });

  check(
    "usage that a model span repeats from a model span inside it counts once, in either order",
    async (store) => {
      const outer = (trace: number) => aSpan({ trace, type: "CHAT_MODEL", usage: tokens(10, 5) });
      const inner = (trace: number) => aSpan({ trace, id: 2, parent: 1, type: "LLM", usage: tokens(10, 5) });
      await store.write(aBatch([outer(1)]));
      expect((await getInfo(store, 1)).tokenUsage).toEqual(tokens(10, 5));
      await store.write(aBatch([inner(1)]));
      await store.write(aBatch([inner(2)]));
      await store.write(aBatch([outer(2)]));
      for (const trace of [1, 2]) expect((await getInfo(store, trace)).tokenUsage).toEqual(tokens(10, 5));
    },
  );

  check("usage of other spans does not count, except the root's if no model call has any", async (store) => {
    const root = aSpan({ type: "AGENT", usage: tokens(100, 100) });
    await store.write(
      aBatch([aSpan({ type: "AGENT" }), aSpan({ id: 2, parent: 1, type: "TOOL", usage: tokens(100, 100) })]),
    );
    expect(await getInfo(store)).not.toHaveProperty("tokenUsage");
    expect(await getInfo(store)).not.toHaveProperty("cost");
    await store.write(aBatch([recordOf(root, 2)]));
    expect((await getInfo(store)).tokenUsage).toEqual(tokens(100, 100));
    await store.write(aBatch([aSpan({ id: 3, parent: 1, type: "LLM", usage: tokens(10, 5) })]));
    expect((await getInfo(store)).tokenUsage).toEqual(tokens(10, 5));
  });

  check("the usage of a newer record replaces that of the older one", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ type: "LLM", usage: tokens(10, 5) }), 1)]));
    await store.write(aBatch([recordOf(aSpan({ type: "LLM", usage: tokens(10, 9) }), 2)]));
    expect((await getInfo(store)).tokenUsage).toEqual(tokens(10, 9));
    await store.write(aBatch([recordOf(aSpan({ type: "LLM" }), 3)]));
    expect(await getInfo(store)).not.toHaveProperty("tokenUsage");
  });

  check("previews, experiment and run are the root's", async (store) => {
    await store.write(
      aBatch([
        aSpan({ inputs: { question: "why?" }, outputs: ["because"], experimentId: "7", runId: "run-1" }),
        aSpan({ id: 2, parent: 1, inputs: "a", outputs: "b", experimentId: "8", runId: "run-2" }),
      ]),
    );
    expect(await getInfo(store)).toMatchObject({
      requestPreview: "why?",
      responsePreview: '["because"]',
      experimentId: "7",
      runId: "run-1",
    });
  });

  check("session and user are those of the earliest span that names one", async (store) => {
    await store.write(
      aBatch([aSpan({ id: 3, parent: 1, startMs: 30, sessionId: "third", userId: "carol" })]),
    );
    await store.write(aBatch([aSpan({ id: 2, parent: 1, startMs: 20, sessionId: "second" })]));
    await store.write(aBatch([aSpan()]));
    expect(await getInfo(store)).toMatchObject({ sessionId: "second", userId: "carol" });
    await store.write(
      aBatch([aSpan({ id: 4, parent: 1, startMs: 40, sessionId: "fourth", userId: "dave" })]),
    );
    expect(await getInfo(store)).toMatchObject({ sessionId: "second", userId: "carol" });
  });

  check("a session that only a span's later record names counts too", async (store) => {
    await store.write(aBatch([recordOf(aSpan({ open: true }), 1)]));
    await store.write(aBatch([recordOf(aSpan({ sessionId: "s1", userId: "alice" }), 2)]));
    expect(await getInfo(store)).toMatchObject({ sessionId: "s1", userId: "alice" });
  });

  check(
    "a trace without a root is described by its earliest span, and lasts until its last end",
    async (store) => {
      await store.write(
        aBatch([
          aSpan({ id: 3, parent: 1, name: "later", startMs: 50, endMs: 300 }),
          aSpan({
            id: 2,
            parent: 1,
            name: "earliest",
            startMs: 20,
            endMs: 40,
            inputs: "x",
            experimentId: "7",
          }),
        ]),
      );
      const info = await getInfo(store);
      expect(info).toMatchObject({ name: "earliest", state: "OK", executionDuration: 280 });
      expect(info.startTimeUnixNano).toBe(nano(20));
      expect(info).not.toHaveProperty("requestPreview");
      expect(info).not.toHaveProperty("experimentId");
    },
  );

  check(
    "a trace without a root has failed if any span failed, and is in progress while any is open",
    async (store) => {
      await store.write(
        aBatch([
          aSpan({ trace: 1, id: 2, parent: 1 }),
          aSpan({ trace: 1, id: 3, parent: 1, startMs: 5, status: "ERROR" }),
          aSpan({ trace: 2, id: 2, parent: 1 }),
          aSpan({ trace: 2, id: 3, parent: 1, startMs: 5, open: true, status: "ERROR" }),
        ]),
      );
      expect((await getInfo(store, 1)).state).toBe("ERROR");
      const open = await getInfo(store, 2);
      expect(open.state).toBe("IN_PROGRESS");
      expect(open).not.toHaveProperty("executionDuration");
    },
  );

  check("a root that arrives late takes over, even if it starts after its children", async (store) => {
    await store.write(aBatch([aSpan({ id: 2, parent: 1, name: "child", startMs: 5, status: "ERROR" })]));
    await store.write(aBatch([aSpan({ id: 1, name: "root", startMs: 10, endMs: 110, outputs: "done" })]));
    expect(await getInfo(store)).toMatchObject({
      name: "root",
      state: "OK",
      startTimeUnixNano: nano(10),
      executionDuration: 100,
      responsePreview: "done",
    });
  });

  check("of several roots the earliest counts, even if it arrives last", async (store) => {
    await store.write(aBatch([aSpan({ id: 2, name: "second", startMs: 20, status: "ERROR" })]));
    await store.write(aBatch([aSpan({ id: 1, name: "first", startMs: 10 })]));
    await store.write(aBatch([aSpan({ id: 3, name: "third", startMs: 30, open: true })]));
    expect(await getInfo(store)).toMatchObject({
      name: "first",
      state: "OK",
      spanCount: 3,
      openSpanCount: 1,
    });
  });

  check(
    "of roots that start together, the one with the lower span id counts, in either order",
    async (store) => {
      await store.write(aBatch([aSpan({ trace: 1, id: 2, name: "two" })]));
      await store.write(aBatch([aSpan({ trace: 1, id: 1, name: "one" })]));
      await store.write(aBatch([aSpan({ trace: 2, id: 1, name: "one" })]));
      await store.write(aBatch([aSpan({ trace: 2, id: 2, name: "two" })]));
      expect([(await getInfo(store, 1)).name, (await getInfo(store, 2)).name]).toEqual(["one", "one"]);
    },
  );

  check(
    "a trace may hold a span that is its own parent, and spans that are each other's parents",
    async (store) => {
      await store.write(
        aBatch([
          aSpan({ trace: 1, id: 1, parent: 1, name: "self", type: "LLM", usage: tokens(1, 1) }),
          aSpan({ trace: 2, id: 1, parent: 2, name: "one" }),
          aSpan({ trace: 2, id: 2, parent: 1, name: "two" }),
        ]),
      );
      expect(await getInfo(store, 1)).toMatchObject({ name: "self", spanCount: 1 });
      expect(await getInfo(store, 2)).toMatchObject({ name: "one", spanCount: 2 });
    },
  );
}
