import { createMemoryStore } from "@spanbook/core/memory";
import { formatFilter, parseFilter } from "@spanbook/core/search";
import type { AssessmentValue } from "@spanbook/core/model";
import type { TraceQuery, TraceStore } from "@spanbook/core/store";
import { expect } from "vitest";
import { randomFilter } from "../support/random-filters.js";
import { randomPatch, randomRecord } from "../support/random-spans.js";
import { createRandom, type Random } from "../support/random.js";
import { aBatch, anAssessment, aPatch, aSpan, epochMs, traceId } from "../support/spans.js";
import { describeCases, type OpenStore, type StoreCase } from "./cases.js";
import { outcomeOf, type Check } from "./check.js";

/** Searching and counting by a filter. The language itself is tested beside its evaluator. */
export function checkFiltering(check: Check): void {
  check("a filter narrows a search, as text or as a tree", async (store) => {
    await writeTraces(store);
    const filter = "status = 'ERROR' AND span.type = 'TOOL'";
    expect(await find(store, { filter })).toEqual([3]);
    expect(await find(store, { filter: parseFilter(filter) })).toEqual([3]);
    expect(await find(store, { filter: "span.type = 'TOOL'" })).toEqual([2, 3]);
    expect(await find(store, { filter: "status = 'ERROR' OR tag.topic = 'law'" })).toEqual([1, 3]);
    expect(await find(store, { filter: "NOT tag.topic = 'law'" })).toEqual([2, 3]);
  });

  check("an empty filter finds everything", async (store) => {
    await writeTraces(store);
    expect(await find(store, { filter: "" })).toEqual([1, 2, 3]);
    expect(await find(store, { filter: " " })).toEqual([1, 2, 3]);
    expect(await find(store, { filter: { kind: "and", operands: [] } })).toEqual([1, 2, 3]);
  });

  check("span clauses joined by AND refer to one span", async (store) => {
    await writeTraces(store);
    expect(await find(store, { filter: "span.name = 'ask' AND span.type = 'TOOL'" })).toEqual([]);
    expect(await find(store, { filter: "span.name = 'search' AND span.type = 'TOOL'" })).toEqual([2, 3]);
    expect(await find(store, { filter: "span.name = 'ask' AND NOT span.type = 'TOOL'" })).toEqual([1]);
  });

  check("the payload of every span is searched, and nothing around it", async (store) => {
    await writeTraces(store);
    expect(await find(store, { filter: "trace.text LIKE '%say \"hi\" it''s%'" })).toEqual([2]);
    expect(await find(store, { filter: "trace.text ILIKE '%GRÖẞE%'" })).toEqual([3]);
    expect(await find(store, { filter: "trace.text LIKE '%mlflow.spanInputs%'" })).toEqual([]);
    expect(await find(store, { filter: "trace.text LIKE '%_\n_%'" })).toEqual([2]);
    expect(await find(store, { filter: "span.attributes.count > 4" })).toEqual([2]);
    expect(await find(store, { filter: "span.attributes.`gen_ai.system` RLIKE '(?i)^open'" })).toEqual([3]);
  });

  check("a filter is applied before the page is cut, together with experiments and order", async (store) => {
    const spans = Array.from({ length: 30 }, (_, index) =>
      aSpan({
        trace: index + 1,
        startMs: index % 7,
        name: index % 3 === 0 ? "ask" : "answer",
        ...(index % 2 === 0 && { experimentId: "7" }),
      }),
    );
    await store.write(aBatch(spans));
    const query = { filter: "name = 'ask'", orderBy: ["request_id"], maxResults: 4 };
    const first = await store.search(query);
    expect(first.traces.map(({ info }) => info.traceId)).toEqual([1, 4, 7, 10].map(traceId));
    const second = await store.search({ ...query, pageToken: first.nextPageToken! });
    expect(second.traces.map(({ info }) => info.traceId)).toEqual([13, 16, 19, 22].map(traceId));
    const third = await store.search({ ...query, pageToken: second.nextPageToken! });
    expect(third.traces.map(({ info }) => info.traceId)).toEqual([25, 28].map(traceId));
    expect(third).not.toHaveProperty("nextPageToken");
    expect(await find(store, { filter: "name = 'ask'", experimentIds: ["7"] })).toEqual([1, 7, 13, 19, 25]);
  });

  check("a filter sees the latest record of a span and the latest patch of a tag", async (store) => {
    await store.write(aBatch([aSpan({ open: true, name: "early", inputs: "first" })]));
    expect(await find(store, { filter: "span.duration_ms IS NULL AND span.content LIKE 'first'" })).toEqual([
      1,
    ]);
    await store.write(
      aBatch([aSpan({ name: "late", inputs: "second" })], {
        patches: [aPatch(1, { op: "setTag", key: "a", value: "b" })],
      }),
    );
    expect(await find(store, { filter: "span.name = 'early' OR trace.text LIKE 'first'" })).toEqual([]);
    expect(
      await find(store, { filter: "name = 'late' AND trace.text LIKE 'second' AND tag.a = 'b'" }),
    ).toEqual([1]);
    await store.write(aBatch([], { patches: [aPatch(2, { op: "deleteTag", key: "a" })] }));
    expect(await find(store, { filter: "tag.a IS NULL" })).toEqual([1]);
    await store.delete({ traceIds: [traceId(1)] });
    expect(await find(store, { filter: "tag.a IS NULL" })).toEqual([]);
  });

  check("a filter considers only valid assessments", async (store) => {
    await writeTraces(store);
    const assess = (order: number, trace: number, key: string, value: Partial<AssessmentValue>) =>
      aPatch(order, { op: "setAssessment", key, value: JSON.stringify(anAssessment(value)) }, trace);
    const patches = [
      assess(11, 1, "a-1", { name: "it's", value: 0.5 }),
      assess(12, 1, "a-2", { name: "it's", value: 0.9 }),
      assess(13, 2, "a-3", { name: "it's", value: true }),
      assess(14, 2, "a-4", { name: "it's", value: { a: [1] }, type: "expectation" }),
      assess(15, 3, "a-5", { name: "it's", value: 0.5 }),
      assess(16, 3, "a-6", { name: "it's", value: "bad", overrides: "a-5" }),
    ];
    await store.write(aBatch([], { patches }));
    expect(await find(store, { filter: "feedback.`it's` = 0.5" })).toEqual([1]);
    expect(await find(store, { filter: "feedback.`it's` != 0.5" })).toEqual([2, 3]);
    expect(await find(store, { filter: "feedback.`it's` IN ('true', 'bad')" })).toEqual([2, 3]);
    expect(await find(store, { filter: "feedback.`it's` LIKE 'b%' OR feedback.`it's` > 0.8" })).toEqual([
      1, 3,
    ]);
    expect(await find(store, { filter: "expectation.`it's` = '{\"a\":[1]}'" })).toEqual([2]);
    expect(await find(store, { filter: "expectation.`it's` IS NULL" })).toEqual([1, 3]);
    expect(await find(store, { filter: "feedback.its IS NOT NULL" })).toEqual([]);
    await store.write(aBatch([], { patches: [aPatch(17, { op: "deleteAssessment", key: "a-6" }, 3)] }));
    expect(await find(store, { filter: "feedback.`it's` = 0.5" })).toEqual([1, 3]);
  });

  check("a filter narrows the statistics, too", async (store) => {
    await writeTraces(store);
    const stats = await store.stats({ filter: "span.type = 'TOOL'" });
    expect(stats).toMatchObject({ traceCount: 2, errorCount: 1 });
    expect(stats.spanGroups.map(({ name, count }) => [name, count])).toEqual([
      ["ask", 2],
      ["search", 2],
    ]);
    expect((await store.stats({ filter: "name = 'nobody'" })).traceCount).toBe(0);
    expect((await store.stats({ filter: "", fromMs: epochMs + 1 })).traceCount).toBe(2);
  });

  check("a bad filter is a FilterSyntaxError that says where, in one line", async (store) => {
    const message =
      "filter at character 10: expected 'OK', 'ERROR', 'IN_PROGRESS' or 'UNFINISHED', got 'GOOD'";
    const filter = "status = 'GOOD'";
    for (const call of [store.search({ filter }), store.stats({ filter })]) {
      await expect(call).rejects.toMatchObject({ name: "FilterSyntaxError", message });
    }
    const tooDeep = "(".repeat(10_000);
    expect(await outcomeOf(store.search({ filter: tooDeep }))).toBe("FilterSyntaxError");
    expect(await outcomeOf(store.search({ filter: "name = 'x'; DROP TABLE traces" }))).toBe(
      "FilterSyntaxError",
    );
    for (const noFilter of [5, null, { kind: "maybe" }, { kind: "and" }]) {
      const query = { filter: noFilter } as unknown as TraceQuery;
      expect(await outcomeOf(store.search(query))).toBe("TypeError");
      expect(await outcomeOf(store.stats(query))).toBe("TypeError");
    }
  });

  check("a value that looks like SQL is just a value", async (store) => {
    const value = "'; DROP TABLE spans; --";
    await store.write(
      aBatch([aSpan({ name: value })], { patches: [aPatch(1, { op: "setTag", key: value, value })] }),
    );
    const field = { name: "tag", key: value } as const;
    const byTag = { kind: "comparison", field, op: "=", value } as const;
    expect(await find(store, { filter: byTag })).toEqual([1]);
    expect(await find(store, { filter: { ...byTag, field: { name: "span.name" } } })).toEqual([1]);
    expect(await find(store, {})).toEqual([1]);
  });

  check("filters at the limits of the language get an answer", async (store) => {
    await writeTraces(store);
    const many = Array.from({ length: 500 }, (_, index) => `span.name = 'n${index}'`);
    expect(await find(store, { filter: many.join(" OR ") })).toEqual([]);
    expect(await find(store, { filter: many.map((each) => `NOT ${each}`).join(" AND ") })).toEqual([1, 2, 3]);
    const ids = Array.from({ length: 2500 }, (_, index) => `'${traceId(index + 2)}'`);
    expect(await find(store, { filter: `request_id IN (${ids.join(",")})` })).toEqual([2, 3]);
    const nested = `${"NOT (".repeat(49)}name = 'ask'${")".repeat(49)}`;
    expect(await find(store, { filter: nested })).toEqual([]);
    expect(await find(store, { filter: `name LIKE '${"%a".repeat(5000)}'` })).toEqual([]);
    expect(
      await find(store, { filter: "trace.text RLIKE '^(a+)+$' AND trace.text RLIKE '(x+x+)+y'" }),
    ).toEqual([]);
  });

  check("a search or statistics by filter can be cancelled while it runs", async (store) => {
    const attributes = { text: "0123456789".repeat(200) };
    for (let first = 1; first <= 400; first += 100) {
      const spans = Array.from({ length: 1000 }, (_, index) =>
        aSpan({ trace: first + Math.floor(index / 10), id: (index % 10) + 1, attributes }),
      );
      await store.write(aBatch(spans));
    }
    const filter = "trace.text LIKE '%_absent%' OR trace.text RLIKE '9[a-z]'";
    const calls = [
      store.search({ filter, requestId: "search" }),
      store.stats({ filter, requestId: "stats" }),
      store.search({ filter: "name = 'nobody'" }),
    ];
    const cancellations = ["search", "stats"].map((id) => store.cancel(id));
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(["AbortError", "AbortError", "resolved"]);
    await Promise.all(cancellations);
  });
}

export interface RandomFiltersOptions {
  /** One test for each. */
  readonly seeds: readonly number[];
  /** How many filters a test tries. */
  readonly filters: number;
}

/** Compares a store with the memory store, on random traces: a case for each seed. */
export function randomFilterCases({ seeds, filters }: RandomFiltersOptions): StoreCase[] {
  return seeds.map((seed) => ({
    group: "beside the memory store",
    title: `finds the same traces in the same order by ${filters} random filters, seed ${seed}`,
    async run(open) {
      const stores = [await open(), createMemoryStore()] as const;
      try {
        const random = createRandom(seed);
        await writeRandomTraces(stores, random);
        for (let count = 0; count < filters; count++) await compareFilter(stores, random);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    },
  }));
}

/** The same as tests. `open` gives an empty store every time; the test closes it. */
export function describeRandomFilters(name: string, open: OpenStore, options: RandomFiltersOptions): void {
  describeCases(name, randomFilterCases(options), (storeCase) => storeCase.run(open));
}

type Pair = readonly [store: TraceStore, reference: TraceStore];

async function writeRandomTraces(stores: Pair, random: Random): Promise<void> {
  const traceCount = 40;
  for (let count = 0; count < 20; count++) {
    const anyTrace = () => random.integer(1, traceCount);
    const spans = Array.from({ length: random.integer(1, 14) }, () => randomRecord(random, anyTrace()));
    const patches = Array.from({ length: random.integer(0, 6) }, () =>
      randomPatch(random, anyTrace(), random.integer(1, 1000)),
    );
    const recorderId = `recorder-${random.integer(1, 3)}`;
    const batch = aBatch(spans, { id: `batch-${count}`, recorderId, patches, final: random.chance(0.1) });
    for (const store of stores) await store.write(batch);
  }
}

async function compareFilter([store, reference]: Pair, random: Random): Promise<void> {
  const tree = randomFilter(random);
  const filter = random.chance(0.5) ? tree : formatFilter(tree);
  const orderBy = random.pick([[], ["request_id"], ["execution_time_ms DESC"], ["name", "span_count DESC"]]);
  const query = { filter, orderBy, maxResults: random.pick([3, 1000]) };
  const [got, expected] = await Promise.all([readPages(store, query), readPages(reference, query)]);
  expect(got, formatFilter(tree)).toEqual(expected);
  if (random.chance(0.2)) {
    expect(await store.stats({ filter }), formatFilter(tree)).toEqual(await reference.stats({ filter }));
  }
}

async function readPages(store: TraceStore, query: TraceQuery): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.search({ ...query, ...(pageToken !== undefined && { pageToken }) });
    ids.push(...page.traces.map(({ info }) => info.traceId));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return ids;
}

/** The numbers of the traces that a query finds, in order. */
async function find(store: TraceStore, query: TraceQuery): Promise<number[]> {
  const { traces } = await store.search({ orderBy: ["request_id"], ...query });
  return traces.map(({ info }) => parseInt(info.traceId, 16));
}

/** Three traces: one about law, one with a tool, one whose tool failed. */
async function writeTraces(store: TraceStore): Promise<void> {
  const spans = [
    aSpan({ trace: 1, name: "ask", type: "AGENT", status: "OK", endMs: 50 }),
    aSpan({ trace: 2, name: "ask", startMs: 1, type: "AGENT", inputs: { text: 'say "hi" it\'s\nme' } }),
    aSpan({
      trace: 2,
      id: 2,
      parent: 1,
      name: "search",
      startMs: 2,
      endMs: 12,
      type: "TOOL",
      attributes: { count: 5 },
    }),
    aSpan({ trace: 3, name: "ask", startMs: 2, type: "AGENT", status: "ERROR", outputs: ["die größe"] }),
    aSpan({
      trace: 3,
      id: 2,
      parent: 1,
      name: "search",
      startMs: 3,
      endMs: 13,
      type: "TOOL",
      attributes: { "gen_ai.system": "OpenAI", count: 4 },
    }),
  ];
  const patches = [
    aPatch(1, { op: "setTag", key: "topic", value: "law" }, 1),
    aPatch(2, { op: "setTag", key: "topic", value: "art" }, 2),
  ];
  await store.write(aBatch(spans, { patches }));
}
