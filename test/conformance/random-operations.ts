/**
 * Random operations on a store and on the memory store side by side: afterwards both must read the same. Each store counts
 * its own revisions and makes its own page tokens, so these are compared by what they lead to.
 */
import { createMemoryStore } from "@spanbook/core/memory";
import type { Trace } from "@spanbook/core/model";
import type {
  Batch,
  DeleteSelector,
  GetOptions,
  StatsQuery,
  TraceQuery,
  TraceStore,
} from "@spanbook/core/store";
import { expect } from "vitest";
import { randomPatch, randomRecord, spansPerTrace } from "../support/random-spans.js";
import { createRandom, type Random } from "../support/random.js";
import { aBatch, epochMs, spanId, traceId } from "../support/spans.js";
import { describeCases, type OpenStore, type StoreCase } from "./cases.js";
import { outcomeOf } from "./check.js";

export interface RandomOperationsOptions {
  /** One test for each. */
  readonly seeds: readonly number[];
  /** How many operations per test. */
  readonly steps: number;
}

/** Compares a store with the memory store: a case for each seed. */
export function randomOperationCases({ seeds, steps }: RandomOperationsOptions): StoreCase[] {
  return seeds.map((seed) => ({
    group: "beside the memory store",
    title: `agrees after each of ${steps} random operations, seed ${seed}`,
    async run(open) {
      const stores = [await open(), createMemoryStore()] as const;
      try {
        await compareThrough(stores, createRandom(seed), steps);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    },
  }));
}

/** The same as tests. `open` gives an empty store every time; the test closes it. */
export function describeRandomOperations(
  name: string,
  open: OpenStore,
  options: RandomOperationsOptions,
): void {
  describeCases(name, randomOperationCases(options), (storeCase) => storeCase.run(open));
}

type Pair = readonly [store: TraceStore, reference: TraceStore];
type Operation = (store: TraceStore) => Promise<unknown>;

const traceCount = 10;

async function compareThrough(stores: Pair, random: Random, steps: number): Promise<void> {
  const nextOperation = createOperations(random);
  const revisions = [0, 0];
  for (let step = 0; step < steps;) {
    // Some at once: overlapping calls act in call order.
    const operations = Array.from({ length: random.integer(1, 6) }, nextOperation);
    step += operations.length;
    await expectSame(stores, (store) =>
      Promise.all(operations.map((operation) => resultOf(operation(store)))),
    );
    for (const [index, store] of stores.entries()) await expectRevisionsInOrder(store, revisions[index]!);
    await expectSame(stores, async (store) => {
      const index = stores.indexOf(store);
      const { changes, revision } = await store.changes(revisions[index]!, 10_000);
      revisions[index] = revision;
      return changes.map((change) => `${change.traceId} ${change.deleted}`).sort();
    });
    await compareReads(stores, random);
  }
}

function createOperations(random: Random): () => Operation {
  const written: Batch[] = [];
  let recorderCount = 3;
  let batchCount = 0;
  const anyTrace = () => random.integer(1, traceCount);
  const anyRecorder = () => `recorder-${random.integer(Math.max(1, recorderCount - 4), recorderCount)}`;

  function makeBatch(recorderId: string, final: boolean): Batch {
    const focus = anyTrace();
    const near = () => (random.chance(0.6) ? focus : anyTrace());
    const spans = Array.from({ length: random.integer(0, 6) }, () => randomRecord(random, near()));
    const patches = Array.from({ length: random.integer(0, 2) }, () =>
      randomPatch(random, near(), random.integer(1, 1000)),
    );
    const resources = { r1: { attributes: { name: "one" } }, r2: { attributes: { name: "two" } } };
    const origins = random.chance(0.2) ? { resources, scopes: { s1: { name: "scope" } } } : {};
    const id = `batch-${++batchCount}`;
    return aBatch(spans, { id, recorderId, patches, origins, ...(final && { final }) });
  }

  function write(recorderId: string, final = false): Operation {
    const batch = makeBatch(recorderId, final);
    written.push(batch);
    return (store) => store.write(batch);
  }

  function writeMalformed(): Operation {
    const batch = makeBatch(anyRecorder(), false);
    const wrong = { ...batch, patches: [...batch.patches, { id: "" }] } as unknown as Batch;
    return (store) => store.write(wrong);
  }

  return () => {
    const dice = random.next();
    if (dice < 0.1 && written.length > 0) {
      const batch = random.pick(written);
      return (store) => store.write(batch);
    }
    if (dice < 0.15) return write(anyRecorder(), true);
    if (dice < 0.2) return write(`recorder-${++recorderCount}`);
    if (dice < 0.23) return writeMalformed();
    if (dice < 0.31) {
      const selector = randomSelector(random);
      return (store) => store.delete(selector);
    }
    return write(anyRecorder());
  };
}

function randomSelector(random: Random): DeleteSelector {
  const traceIds = Array.from({ length: random.integer(0, 3) }, () => traceId(random.integer(1, traceCount)));
  return random.pick([
    { traceIds },
    { traceIds, experimentId: "7" },
    { experimentId: random.pick(["7", "8", "9"]) },
    { beforeMs: epochMs + random.integer(0, 200) / 4 },
    { maxTraces: random.integer(1, 2) },
    { experimentId: "8", beforeMs: epochMs + 20, maxTraces: 1 },
    {},
  ]);
}

async function compareReads(stores: Pair, random: Random): Promise<void> {
  const query = randomQuery(random);
  await expectSame(stores, (store) => readPages(store, query));

  const id = traceId(random.integer(1, traceCount + 1));
  const options = await randomGetOptions(stores[1], random, id);
  await expectSame(stores, async (store) => toComparable(await store.get(id, options)));
  const span = spanId(random.integer(1, spansPerTrace + 1));
  await expectSame(stores, (store) => store.getSpan(id, span));

  const statsQuery = randomStatsQuery(random);
  await expectSame(stores, (store) => store.stats(statsQuery));
}

const orders = [
  "timestamp_ms",
  "end_time_ms",
  "execution_time_ms",
  "status",
  "name",
  "request_id",
  "run_id",
  "experiment",
  "span_count",
  "total_tokens",
];

function randomQuery(random: Random): TraceQuery {
  const orderBy = random
    .shuffle(orders)
    .slice(0, random.integer(0, 3))
    .map((order) => `${order} ${random.pick(["ASC", "DESC"])}`);
  return {
    orderBy,
    maxResults: random.pick([1, 3, 1000]),
    includeSpans: random.chance(0.3),
    ...(random.chance(0.3) && { experimentIds: random.pick([["7"], ["8", "7"], ["9"], []]) }),
  };
}

async function randomGetOptions(store: TraceStore, random: Random, id: string): Promise<GetOptions> {
  const spans = (await store.get(id))?.data.spans ?? [];
  const after = spans.length > 0 && random.chance(0.3) ? random.pick(spans) : undefined;
  return {
    ...(random.chance(0.5) && { include: random.pick(["spans", "digests", "records"] as const) }),
    ...(random.chance(0.3) && { maxSpans: random.integer(1, 5) }),
    ...(after && { after: { startTimeUnixNano: after.startTimeUnixNano, spanId: after.spanId } }),
  };
}

function randomStatsQuery(random: Random): StatsQuery {
  return {
    ...(random.chance(0.3) && { experimentIds: random.pick([["7"], ["8", "7"], []]) }),
    ...(random.chance(0.3) && { fromMs: epochMs + random.integer(-10, 200) / 4 }),
    ...(random.chance(0.3) && { toMs: epochMs + random.integer(0, 200) / 4 }),
    ...(random.chance(0.5) && { bucketCount: random.integer(1, 20) }),
  };
}

/** All pages of a query, each as its traces and whether another follows. */
async function readPages(store: TraceStore, query: TraceQuery): Promise<unknown[]> {
  const pages: unknown[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.search({ ...query, ...(pageToken !== undefined && { pageToken }) });
    pageToken = page.nextPageToken;
    pages.push([page.traces.map(toComparable), pageToken !== undefined]);
  } while (pageToken !== undefined);
  return pages;
}

/** A trace without its revision. */
function toComparable(trace: Trace | undefined): unknown {
  if (!trace) return undefined;
  const { revision: _, ...info } = trace.info;
  return { info, data: trace.data };
}

/** Each trace occurs once, at the revision that its info has; and the revisions rise. */
async function expectRevisionsInOrder(store: TraceStore, since: number): Promise<void> {
  const { changes, revision, hasMore } = await store.changes(since, 10_000);
  const revisions = changes.map((change) => change.revision);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  expect(new Set(changes.map((change) => change.traceId)).size).toBe(changes.length);
  expect([revision, hasMore]).toEqual([revisions.at(-1) ?? since, false]);
  for (const change of changes) {
    const trace = await store.get(change.traceId, { include: "digests" });
    expect(trace?.info.revision).toBe(change.deleted ? undefined : change.revision);
  }
}

async function expectSame(stores: Pair, read: (store: TraceStore) => Promise<unknown>): Promise<void> {
  const [got, expected] = await Promise.all(stores.map(read));
  expect(got).toEqual(expected);
}

/** The outcome of an operation: a deletion's count, or how it failed. */
async function resultOf(operation: Promise<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(operation);
  return outcome === "resolved" ? await operation : outcome;
}
