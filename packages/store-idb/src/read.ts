import type { Origins, Resource, Scope, Span, Trace, TraceInfo } from "@spanbook/core/model";
import { originIdsIn, type GetOptions } from "@spanbook/core/store";
import {
  chunksOf,
  isVisible,
  type ChunkRow,
  type Database,
  type Transaction,
  type VisibleRow,
} from "./database.js";
import { pageOf, type PlacedSpan, type SpanIndex, type SpanIndexCache } from "./span-index.js";
import { toArrayTexts, type TraceText } from "./trace-text.js";

export interface Reader {
  /** A trace's row and what is asked of its spans, of one moment; undefined where it is not there or hidden. */
  read(database: Database, traceId: string, options: GetOptions): Promise<ReadTrace | undefined>;
  readSpan(database: Database, traceId: string, spanId: string): Promise<Span | undefined>;
}

export interface ReadTrace extends Omit<TraceText, "info"> {
  readonly row: VisibleRow;
}

const readStores = ["traces", "chunks", "payloads", "resources", "scopes"] as const;

/** Chunks that are no further apart are read at once, with those between them. */
const maxGap = 2;

export function createReader(indexes: SpanIndexCache): Reader {
  return {
    async read(database, traceId, options) {
      const { include = "spans" } = options;
      const transaction = database.transaction([...readStores]) as Transaction;
      const row = await transaction.objectStore("traces").get(traceId);
      if (!isVisible(row)) return undefined;
      const chunks = new Map<number, ChunkRow>();
      const index = await indexes.load(transaction, row, chunks);
      const page = pageOf(index, options);
      const digests =
        include === "spans" ? [] : toArrayTexts(page.map(({ digest }) => JSON.stringify(digest)));
      if (include === "digests") {
        return { row, spans: [], digests, origins: { resources: {}, scopes: {} } };
      }
      const payloads = await readPayloads(transaction, traceId, index, page, chunks);
      const origins = await readOrigins(transaction, payloads);
      if (include === "records") return { row, spans: [], digests, payloads, origins };
      return { row, spans: toArrayTexts(payloads), digests, origins };
    },

    async readSpan(database, traceId, spanId) {
      const transaction = database.transaction([...readStores]) as Transaction;
      const row = await transaction.objectStore("traces").get(traceId);
      if (!row) return undefined;
      const chunks = new Map<number, ChunkRow>();
      const index = await indexes.load(transaction, row, chunks);
      const placed = index.spans.get(spanId);
      if (!placed) return undefined;
      const [text] = await readPayloads(transaction, traceId, index, [placed], chunks);
      return text === undefined ? undefined : (JSON.parse(text) as Span);
    },
  };
}

const noSpans = { spans: [], digests: [], resources: {}, scopes: {} };

/** A listed trace, without spans. */
export function withoutSpans(info: TraceInfo): Trace {
  return { info, data: noSpans };
}

/** The chunks of each of some traces, all of one moment; none where a trace is not there. */
export async function readChunks(
  database: Database,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ChunkRow[]>> {
  if (traceIds.length === 0) return new Map();
  const { store } = database.transaction("chunks");
  const read = traceIds.map(async (traceId) => [traceId, await store.getAll(chunksOf(traceId))] as const);
  return new Map(await Promise.all(read));
}

/** The payloads of the spans, in their order. `read` are the chunks that have been read already. */
async function readPayloads(
  transaction: Transaction,
  traceId: string,
  index: SpanIndex,
  page: readonly PlacedSpan[],
  read: ReadonlyMap<number, ChunkRow>,
): Promise<string[]> {
  const wanted = new Set(page.map(({ chunk }) => chunk));
  const isApart = (chunk: number) => index.chunks.get(chunk)?.isApart === true;
  const [apart, inline] = [[...wanted].filter(isApart), [...wanted].filter((chunk) => !isApart(chunk))];
  const missing = inline.filter((chunk) => !read.has(chunk));
  const rows = await Promise.all([
    readMany(transaction, "chunks", traceId, missing),
    readMany(transaction, "payloads", traceId, apart),
  ]);
  const lines = new Map<number, readonly string[]>();
  for (const { chunk, payloads } of [...read.values(), ...rows.flat()]) {
    if (wanted.has(chunk) && payloads !== undefined) lines.set(chunk, payloads.split("\n"));
  }
  return page.flatMap(({ chunk, line }) => lines.get(chunk)?.[line] ?? []);
}

async function readMany<Name extends "chunks" | "payloads">(
  transaction: Transaction,
  name: Name,
  traceId: string,
  chunks: readonly number[],
) {
  const store = transaction.objectStore(name);
  const runs = runsOf(chunks).map(([first, last]) => store.getAll(chunksOf(traceId, first, last)));
  return (await Promise.all(runs)).flat();
}

/** The first and the last of each run of chunks. A page of a trace lies in a few, because a root that is read first was written last. */
function runsOf(chunks: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const chunk of [...chunks].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && chunk - run[1] <= maxGap) run[1] = chunk;
    else runs.push([chunk, chunk]);
  }
  return runs;
}

async function readOrigins(transaction: Transaction, texts: readonly string[]): Promise<Origins> {
  const { resourceIds, scopeIds } = originIdsIn(texts);
  const [resources, scopes] = await Promise.all([
    pick<Resource>(transaction, "resources", resourceIds),
    pick<Scope>(transaction, "scopes", scopeIds),
  ]);
  return { resources, scopes };
}

async function pick<Item>(
  transaction: Transaction,
  store: "resources" | "scopes",
  ids: ReadonlySet<string>,
): Promise<Record<string, Item>> {
  const entries = await Promise.all(
    Array.from(ids, async (id) => {
      const text = await transaction.objectStore(store).get(id);
      return text === undefined ? [] : [[id, JSON.parse(text) as Item] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}
