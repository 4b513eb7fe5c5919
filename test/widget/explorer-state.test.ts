import { createMemoryStore } from "@spanbook/core/memory";
import { describe, expect, test } from "vitest";
import { noFilter } from "../../packages/widget/src/derive/span-filter.js";
import { createExplorerModel, viewOf } from "../../packages/widget/src/explorer-state.js";
import { maybeGroups } from "../../packages/widget/src/state/figure-state.js";
import { listedTraces } from "../../packages/widget/src/state/list-state.js";
import { eventually } from "../support/eventually.js";
import { toReader, type TraceReader } from "../../packages/widget/src/reading/source.js";
import { aBatch, aPatch, aSpan, epochMs, spanId, traceId } from "../support/spans.js";
import { demoSpans, demoTraces, largeTrace } from "../support/traces.js";

function openModel(reader: TraceReader) {
  return createExplorerModel(reader, () => epochMs);
}

async function storeWith(count: number) {
  const store = createMemoryStore();
  const spans = Array.from({ length: count }, (_, i) => aSpan({ trace: i + 1, id: i + 1, startMs: i * 10 }));
  await store.write(aBatch(spans));
  return store;
}

function namesOf(model: ReturnType<typeof openModel>): string[] {
  return listedTraces(model.store.getState()).map((info) => info.name);
}

describe("the explorer's model", () => {
  test("reads the first page, and more by key when asked", async () => {
    const model = openModel(await storeWith(1250));
    await model.load();
    expect(listedTraces(model.store.getState())).toHaveLength(100);
    await Promise.all([model.loadMore(), model.loadMore()]);
    expect(listedTraces(model.store.getState())).toHaveLength(600);
    await model.loadMore();
    await model.loadMore();
    const ids = listedTraces(model.store.getState()).map((info) => info.traceId);
    expect(ids).toEqual(Array.from({ length: 1250 }, (_, i) => traceId(1250 - i)));
  });

  test("reads the list in another order, page by page, and keeps that order while traces change", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 150 }, (_, i) =>
      aSpan({ trace: i + 1, id: i + 1, startMs: i * 10, endMs: i * 10 + ((i * 7) % 150) }),
    );
    await store.write(aBatch(spans));
    const model = openModel(store);
    await model.load();
    await model.setOrder({ field: "execution_time_ms", descending: true });
    await model.loadMore();
    const durations = () => listedTraces(model.store.getState()).map((info) => info.executionDuration);
    expect(durations()).toEqual(Array.from({ length: 150 }, (_, i) => 149 - i));
    await store.write(aBatch([aSpan({ trace: 900, id: 900, endMs: 74.5 })]));
    await model.refresh();
    expect(durations()).toHaveLength(151);
    expect(durations()[75]).toBe(74.5);
  });

  test("exports what was chosen, can be cancelled, and says what went wrong", async () => {
    const store = await storeWith(3);
    let isBroken = false;
    const model = openModel({
      ...store,
      get: (...args) => (isBroken ? Promise.reject(new Error("offline")) : store.get(...args)),
    });
    await model.load();
    model.setChecked([traceId(1), traceId(3)], true);
    const content = await model.exportChecked();
    const { resourceSpans } = JSON.parse((await content?.text()) ?? "") as { resourceSpans: unknown[] };
    expect(resourceSpans).toHaveLength(2);
    const cancelled = model.exportChecked();
    model.cancelJob();
    expect(await cancelled).toBeUndefined();
    expect(model.store.getState().job).toBeUndefined();
    isBroken = true;
    expect(await model.exportChecked()).toBeUndefined();
    expect(model.store.getState().job).toMatchObject({ kind: "export", error: { message: "offline" } });
  });

  test("deletes many traces in parts, reports its progress, and keeps the rest when cancelled", async () => {
    const store = await storeWith(250);
    const model = openModel(store);
    await model.load();
    model.setChecked(
      Array.from({ length: 250 }, (_, i) => traceId(i + 1)),
      true,
    );
    const told: number[] = [];
    const unsubscribe = model.store.subscribe(({ job }) => {
      if (job && job.doneCount > (told.at(-1) ?? 0)) told.push(job.doneCount);
      if (job?.doneCount === 200) model.cancelJob();
    });
    await model.deleteChecked?.();
    unsubscribe();
    expect(told).toEqual([100, 200]);
    expect((await store.stats({})).traceCount).toBe(50);
    expect(namesOf(model)).toHaveLength(50);
    await model.deleteChecked?.();
    expect((await store.stats({})).traceCount).toBe(0);
    expect(model.store.getState()).toMatchObject({ checked: new Set() });
  });

  test("groups all that the store has, reads a group's traces when it is opened, and lists without gaps afterwards", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 300 }, (_, i) =>
      aSpan({ trace: i + 1, id: i + 1, startMs: i, sessionId: i < 20 ? "old" : "new" }),
    );
    await store.write(aBatch(spans));
    const model = openModel(store);
    const state = () => model.store.getState();
    await model.load();
    const unwatch = model.watchFigures();
    model.groupBy("session");
    await eventually(() => expect(maybeGroups(state())).toBeDefined());
    expect(maybeGroups(state())?.map(({ id, traceCount }) => [id, traceCount])).toEqual([
      ["new", 280],
      ["old", 20],
    ]);
    const oldOnes = () => listedTraces(state()).filter(({ sessionId }) => sessionId === "old");
    expect(oldOnes()).toHaveLength(0);
    await model.setGroupOpen(["old"], true);
    expect(oldOnes()).toHaveLength(20);
    await model.search({ text: "timestamp_ms < 1700000000010" });
    await eventually(() => expect(maybeGroups(state())?.[0]?.traceCount).toBe(10));
    await model.search({ text: "" });
    await model.setGroupOpen(["old"], true);
    model.groupBy(undefined);
    await eventually(() => expect(oldOnes()).toHaveLength(0));
    expect(listedTraces(state())).toHaveLength(100);
    unwatch();
    expect(state().figures).toBeUndefined();
  });

  test("lists the trace that a view names, even in a group far down", async () => {
    const store = createMemoryStore();
    const spans = Array.from({ length: 300 }, (_, i) =>
      aSpan({ trace: i + 1, id: i + 1, startMs: i, sessionId: i < 20 ? "old" : "new" }),
    );
    await store.write(aBatch([...spans, aSpan({ trace: 400, id: 400 })]));
    const model = openModel(store);
    const state = () => model.store.getState();
    await model.load({ groupBy: "session", traceId: traceId(7) });
    expect([...state().openGroups]).toEqual(["old"]);
    expect(listedTraces(state()).map((info) => info.traceId)).toContain(traceId(7));
    await model.show({ groupBy: "session", traceId: traceId(400) });
    expect([...state().openGroups]).toEqual(["old", ""]);
    await model.setGroupOpen([""], false);
    await model.show({ groupBy: "session", traceId: traceId(400), spanId: spanId(400) });
    expect([...state().openGroups]).toEqual(["old"]);
  });

  test("stops counting when asked, and counts again", async () => {
    const store = await storeWith(2);
    const cancelled: string[] = [];
    let release = () => {};
    const model = openModel({
      ...store,
      stats: async (query) => {
        await new Promise<void>((resolve) => (release = resolve));
        return store.stats(query);
      },
      cancel: async (requestId) => void cancelled.push(requestId),
    });
    await model.load();
    model.watchFigures();
    await eventually(() => expect(model.store.getState().figures?.status).toBe("loading"));
    model.cancelCount();
    release();
    expect(cancelled).toHaveLength(1);
    expect(model.store.getState().figures).toMatchObject({ status: "failed", error: { name: "AbortError" } });
    const again = model.countAgain();
    release();
    await again;
    expect(model.store.getState().figures).toMatchObject({ value: { whole: { traceCount: 2 } } });
  });

  test("selects the only trace, but none of several", async () => {
    const one = openModel(await storeWith(1));
    await one.load();
    expect(one.store.getState().traceId).toBe(traceId(1));
    const two = openModel(await storeWith(2));
    await two.load();
    expect(two.store.getState().traceId).toBeUndefined();
  });

  test("reads a trace without payloads, and a span when it is selected", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(demoSpans({ trace: 1, startMs: 0, fails: true })));
    const included: unknown[] = [];
    const model = openModel({
      ...store,
      get: (id, options) => {
        included.push(options?.include);
        return store.get(id, options);
      },
    });
    await model.load({ traceId: traceId(1), spanId: spanId(13) });
    const { trace, span } = model.store.getState();
    expect(included).toEqual(["digests"]);
    expect(trace?.status === "ready" && trace.value?.digests.length).toBe(13);
    expect(trace?.status === "ready" && trace.value?.failingSpans.map(({ name }) => name)).toEqual(["cite"]);
    expect(span?.status === "ready" && span.value?.events?.[0]?.name).toBe("exception");
  });

  test("shows a large trace as far as it is read; reading can be stopped, fail, and go on", async () => {
    const reader = toReader(largeTrace(31_000));
    let isBroken = true;
    const model = openModel({
      ...reader,
      get: (id, options) =>
        isBroken && options?.after ? Promise.reject(new Error("offline")) : reader.get(id, options),
    });
    const openTrace = () => {
      const { trace } = model.store.getState();
      return trace?.status === "ready" ? trace.value : undefined;
    };
    await model.load();
    expect(openTrace()).toMatchObject({ rest: "left", restError: { message: "offline" }, failingSpans: [] });
    expect(openTrace()?.digests).toHaveLength(5000);
    isBroken = false;
    const goingOn = model.readOn();
    expect(openTrace()).toMatchObject({ rest: "coming" });
    model.stopReading();
    await goingOn;
    expect(openTrace()?.rest).toBe("left");
    expect(openTrace()?.restError).toBeUndefined();
    await model.readOn();
    expect(openTrace()?.rest).toBeUndefined();
    expect(openTrace()?.digests).toHaveLength(31_000);
    expect(openTrace()?.failingSpans).toHaveLength(3);
  });

  test("shows the span, the search and the time range that a view names before a large trace is read", async () => {
    const large = largeTrace(12_000);
    const reader = toReader(large);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const model = openModel({
      ...reader,
      get: async (id, options) => {
        if (options?.after) await held;
        return reader.get(id, options);
      },
    });
    const state = () => model.store.getState();
    const view = {
      traceId: large.info.traceId,
      spanId: spanId(7),
      spanFilter: { text: "chat", hasFailed: true },
      zoom: { startMs: 5, endMs: 9 },
    };
    const loading = model.load(view);
    await eventually(() => expect(state().span).toMatchObject({ value: { spanId: spanId(7) } }));
    await eventually(() => expect(state().trace).toMatchObject({ value: { rest: "coming" } }));
    expect(viewOf(state())).toEqual(view);
    release();
    await loading;
    expect(viewOf(state())).toEqual(view);
    await model.show({ ...view, spanFilter: { type: "TOOL" }, spanId: spanId(8) });
    expect(state()).toMatchObject({ filter: { text: "", type: "TOOL" }, spanId: spanId(8) });
    await model.show({});
    expect(viewOf(state())).toEqual({});
  });

  test("finds spans by their content, after those found by name, and finds spans that arrive later", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(demoSpans({ trace: 1, startMs: 0, fails: true })));
    const model = openModel(store);
    const state = () => model.store.getState();
    const foundIds = () => [...(state().content?.spanIds ?? [])];
    await model.load({ traceId: traceId(1) });
    model.setFilter({ ...noFilter, text: "compose.ts:41" });
    expect(state().content).toMatchObject({ lookedCount: 0, rest: "coming" });
    await eventually(() => expect(state().content?.rest).toBeUndefined());
    expect(foundIds()).toEqual([spanId(1), spanId(10), spanId(13)]);
    expect(state().content?.lookedCount).toBe(13);

    model.setFilter({ ...noFilter, text: "compose.ts:41:1" });
    expect(foundIds()).toHaveLength(3);
    await eventually(() => expect(state().content?.rest).toBeUndefined());
    await store.write(aBatch([aSpan({ id: 99, parent: 1, startMs: 900, inputs: "see compose.ts:41:11" })]));
    await model.refresh();
    await eventually(() => expect(foundIds()).toContain(spanId(99)));

    model.setFilter({ ...noFilter, text: "hydration" });
    expect(foundIds()).toEqual([]);
    model.setFilter(noFilter);
    expect(state().content).toBeUndefined();
    await model.selectTrace(undefined);
    expect(state().content).toBeUndefined();
  });

  test("stops searching the spans when asked, says what failed, and resumes", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(demoSpans({ trace: 1, startMs: 0 })));
    let isBroken = true;
    const model = openModel({
      ...store,
      get: (id, options) =>
        isBroken && options?.include === "records"
          ? Promise.reject(new Error("offline"))
          : store.get(id, options),
    });
    const content = () => model.store.getState().content;
    await model.load({ traceId: traceId(1) });
    model.setFilter({ ...noFilter, text: "idb" });
    model.stopLooking();
    expect(content()).toMatchObject({ rest: "left" });
    model.lookOn();
    expect(content()).toMatchObject({ rest: "coming" });
    await eventually(() =>
      expect(content()).toMatchObject({ rest: "left", restError: { message: "offline" } }),
    );
    isBroken = false;
    model.lookOn();
    await eventually(() =>
      expect(content()).toEqual({ text: "idb", lookedCount: 13, spanIds: expect.any(Set) }),
    );
    expect(content()?.spanIds).toEqual(new Set([spanId(2), spanId(5)]));
  });

  test("reads a long conversation in parts, says what failed, and keeps what was read when it grows", async () => {
    const store = createMemoryStore();
    const turn = (i: number) =>
      aSpan({ trace: i, id: i, startMs: i, sessionId: "s", inputs: `question ${i}` });
    await store.write(aBatch(Array.from({ length: 450 }, (_, i) => turn(i + 1))));
    let isBroken = false;
    const model = openModel({
      ...store,
      search: (query) => (isBroken ? Promise.reject(new Error("offline")) : store.search(query)),
    });
    const turns = () => {
      const { session } = model.store.getState();
      return session?.turns.status === "ready" ? session.turns.value : undefined;
    };
    const numbers = () => turns()?.turns.map(({ info }) => Number.parseInt(info.traceId, 16));
    await model.openSession("s");
    expect(turns()).toMatchObject({ isLoadingMore: false, nextPageToken: expect.any(String) });
    expect(numbers()).toHaveLength(200);
    isBroken = true;
    const failing = model.readMoreTurns();
    expect(turns()?.isLoadingMore).toBe(true);
    await failing;
    expect(turns()).toMatchObject({ isLoadingMore: false, moreError: { message: "offline" } });
    isBroken = false;
    await Promise.all([model.readMoreTurns(), model.readMoreTurns()]);
    expect(numbers()).toHaveLength(400);
    expect(turns()?.moreError).toBeUndefined();
    await model.load();
    await store.write(aBatch([turn(451)]));
    await model.refresh();
    expect(numbers()).toHaveLength(400);
    await model.readMoreTurns();
    expect(numbers()).toEqual(Array.from({ length: 451 }, (_, i) => i + 1));
    expect(turns()?.nextPageToken).toBeUndefined();
    expect(turns()?.turns.at(-1)?.root?.attributes["mlflow.spanInputs"]).toBe('"question 451"');
    const left = model.openSession(undefined);
    await model.readMoreTurns();
    await left;
    expect(model.store.getState().session).toBeUndefined();
  });

  test("shows new traces, follows growing ones, and drops deleted ones", async () => {
    const store = await storeWith(2);
    const model = openModel(store);
    await model.load();
    expect(await model.refresh()).toBe(false);

    await store.write(aBatch([aSpan({ trace: 3, id: 3, name: "new", startMs: 50, open: true })]));
    expect(await model.refresh()).toBe(true);
    expect(namesOf(model)).toEqual(["new", "answer", "answer"]);

    await model.selectTrace(traceId(3));
    await model.selectSpan(spanId(3));
    await store.write(
      aBatch([
        { ...aSpan({ trace: 3, id: 3, name: "new", startMs: 50, endMs: 90 }) },
        aSpan({ trace: 3, id: 4, parent: 3, startMs: 60 }),
      ]),
    );
    await model.refresh();
    const { trace, span } = model.store.getState();
    expect(trace?.status === "ready" && trace.value?.digests.length).toBe(2);
    expect(span?.status === "ready" && span.value?.endTimeUnixNano).toMatch(/^\d+$/);
    expect(listedTraces(model.store.getState())[0]?.state).toBe("OK");

    await store.delete({ traceIds: [traceId(3)] });
    await model.refresh();
    expect(namesOf(model)).toEqual(["answer", "answer"]);
    expect(model.store.getState().trace).toEqual({ status: "ready", value: undefined });
    expect(await model.refresh()).toBe(false);
  });

  test("drops all traces of a store that was recreated", async () => {
    let store = await storeWith(150);
    let isAnew = false;
    const model = openModel({
      search: (query) => store.search(query),
      get: (...args) => store.get(...args),
      getSpan: (...args) => store.getSpan(...args),
      changes: async (...args) => ({ ...(await store.changes(...args)), isAnew }),
    });
    await model.load();
    await model.loadMore();
    await model.selectTrace(traceId(3));
    isAnew = true;
    store = createMemoryStore();
    await model.refresh();
    expect(namesOf(model)).toEqual([]);
    expect(model.store.getState().trace).toEqual({ status: "ready", value: undefined });
    expect(model.store.getState().liveError).toBeUndefined();
  });

  test("updates a trace that is beyond the first page", async () => {
    const store = await storeWith(150);
    const model = openModel(store);
    await model.load();
    await model.loadMore();
    await store.write(aBatch([], { patches: [aPatch(1, { op: "setTag", key: "seen", value: "yes" })] }));
    await model.refresh();
    expect(listedTraces(model.store.getState()).at(-1)?.tags).toEqual({ seen: "yes" });
  });

  test("leaves what did not change as it was, so that it is not redrawn", async () => {
    const store = await storeWith(3);
    const model = openModel(store);
    await model.load();
    const before = listedTraces(model.store.getState());
    await store.write(aBatch([aSpan({ trace: 9, id: 9, startMs: 99 })]));
    await model.refresh();
    const after = listedTraces(model.store.getState());
    expect(after.slice(1).map((info, i) => info === before[i])).toEqual([true, true, true]);
  });

  test("says what failed where it failed, and tries again", async () => {
    const store = await storeWith(2);
    let isBroken = true;
    const guard = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
      return (...args: Args) => (isBroken ? Promise.reject(new Error("offline")) : call(...args));
    };
    const model = openModel({
      search: guard(store.search),
      get: guard(store.get),
      getSpan: guard(store.getSpan),
      changes: guard(store.changes),
    });
    await model.load();
    expect(model.store.getState().list).toMatchObject({ status: "failed", error: { message: "offline" } });
    isBroken = false;
    await model.load();
    isBroken = true;
    await model.selectTrace(traceId(1));
    expect(model.store.getState().trace).toMatchObject({ status: "failed" });
    await model.refresh();
    expect(model.store.getState().liveError?.message).toBe("offline");
    isBroken = false;
    await model.refresh();
    expect(model.store.getState().liveError).toBeUndefined();
  });

  test("ignores an answer that arrives after something else was selected", async () => {
    const store = await storeWith(2);
    const answers: (() => void)[] = [];
    const model = openModel({
      ...store,
      // Cancelled too late: it answers anyway.
      get: async (id, { requestId: _, ...options } = {}) => {
        const trace = await store.get(id, options);
        await new Promise<void>((resolve) => answers.push(resolve));
        return trace;
      },
    });
    await model.load();
    const slow = model.selectTrace(traceId(1));
    const quick = model.selectTrace(traceId(2));
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    await quick;
    answers[0]?.();
    await slow;
    const { trace } = model.store.getState();
    expect(trace?.status === "ready" && trace.value?.info.traceId).toBe(traceId(2));
  });
});

describe("traces that are passed in whole", () => {
  test("are read like a store's, newest first, with their info untouched", async () => {
    const traces = demoTraces();
    const reader = toReader(traces);
    const first = await reader.search({ maxResults: 2 });
    expect(first.traces.map(({ info }) => info)).toEqual([traces[4]?.info, traces[3]?.info]);
    const last = await reader.search({ maxResults: 9, pageToken: first.nextPageToken! });
    expect(last.traces).toHaveLength(3);
    expect(last.nextPageToken).toBeUndefined();
    const skeleton = await reader.get(traceId(3), { include: "digests" });
    expect(skeleton?.info).toBe(traces[2]?.info);
    expect(skeleton?.data.spans).toEqual([]);
    expect(skeleton?.data.digests.map(({ name }) => name)).toContain("cite");
    expect((await reader.getSpan(traceId(3), spanId(13)))?.name).toBe("cite");
  });

  test("are searched and counted until cancelled", async () => {
    const reader = toReader(demoTraces());
    const filter = "status = 'OK'";
    const search = reader.search({ filter, requestId: "search" });
    const stats = reader.stats?.({ filter, requestId: "stats" });
    await reader.cancel?.("search");
    await reader.cancel?.("stats");
    await expect(search).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    await expect(stats).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect((await reader.search({ filter })).traces).toHaveLength(4);
  });
});
