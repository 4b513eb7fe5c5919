import type { Origins, Resource, Scope, Span, Trace, TraceInfo } from "@spanbook/core/model";
import { originIdsIn, type GetOptions, type OriginIds } from "@spanbook/core/store";
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
  /** A trace's row and the requested spans, read in one transaction; undefined if the trace does not exist or is hidden. */
  read(database: Database, traceId: string, options: GetOptions): Promise<ReadTrace | undefined>;
  readSpan(database: Database, traceId: string, spanId: string): Promise<Span | undefined>;
}

export interface ReadTrace extends Omit<TraceText, "info"> {
  readonly row: VisibleRow;
}

const readStores = ["traces", "chunks", "payloads", "resources", "scopes"] as const;

/** Chunks no further apart than this are read at once, together with those in between. */
const maxGap = 2;

/** Up to this many origins are guessed; more are read once the spans have named them. */
const maxLikelyOrigins = 8;

export function createReader(indexes: SpanIndexCache): Reader {
  /** The origins of the trace read last: most traces share them. */
  let likelyIds: OriginIds = { resourceIds: new Set(), scopeIds: new Set() };

  /** A trace's row, its index, and the chunks that were read to build that. */
  async function find(transaction: Transaction, traceId: string) {
    const [row, chunkRows] = await Promise.all([
      transaction.objectStore("traces").get(traceId),
      indexes.has(traceId) ? [] : transaction.objectStore("chunks").getAll(chunksOf(traceId)),
    ]);
    if (!row) return undefined;
    const chunks = new Map(chunkRows.map((chunkRow) => [chunkRow.chunk, chunkRow]));
    return { row, index: await indexes.load(transaction, row, chunks), chunks };
  }

  async function originsOf(
    transaction: Transaction,
    payloads: readonly string[],
    likely: Origins,
  ): Promise<Origins> {
    const ids = originIdsIn(payloads);
    const { resourceIds, scopeIds } = ids;
    if (areKeys(resourceIds, likely.resources) && areKeys(scopeIds, likely.scopes)) return likely;
    if (resourceIds.size + scopeIds.size <= maxLikelyOrigins) likelyIds = ids;
    return readOrigins(transaction, ids);
  }

  return {
    // Asks for as much as possible at once: every request to IndexedDB takes a while, however small it is.
    async read(database, traceId, options) {
      const { include = "spans" } = options;
      const transaction = database.transaction([...readStores]) as Transaction;
      const [found, likely] = await Promise.all([
        find(transaction, traceId),
        include === "digests" ? noOrigins : readOrigins(transaction, likelyIds),
      ]);
      if (!found || !isVisible(found.row)) return undefined;
      const { row, index, chunks } = found;
      const page = pageOf(index, options);
      const digests =
        include === "spans" ? [] : toArrayTexts(page.map(({ digest }) => JSON.stringify(digest)));
      if (include === "digests") return { row, spans: [], digests, origins: noOrigins };
      const payloads = await readPayloads(transaction, traceId, index, page, chunks);
      const origins = await originsOf(transaction, payloads, likely);
      if (include === "records") return { row, spans: [], digests, payloads, origins };
      return { row, spans: toArrayTexts(payloads), digests, origins };
    },

    async readSpan(database, traceId, spanId) {
      const transaction = database.transaction([...readStores]) as Transaction;
      const { index, chunks } = (await find(transaction, traceId)) ?? {};
      const placed = index?.spans.get(spanId);
      if (!index || !placed) return undefined;
      const [text] = await readPayloads(transaction, traceId, index, [placed], chunks);
      return text === undefined ? undefined : (JSON.parse(text) as Span);
    },
  };
}

const noOrigins: Origins = { resources: {}, scopes: {} };

/** Whether the record has exactly these keys. */
function areKeys(ids: ReadonlySet<string>, record: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(record);
  return keys.length === ids.size && keys.every((key) => ids.has(key));
}

const noSpans = { spans: [], digests: [], resources: {}, scopes: {} };

/** A listed trace, without spans. */
export function withoutSpans(info: TraceInfo): Trace {
  return { info, data: noSpans };
}

/** The chunks of several traces, read in one transaction; none if a trace does not exist. */
export async function readChunks(
  database: Database,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ChunkRow[]>> {
  if (traceIds.length === 0) return new Map();
  const { store } = database.transaction("chunks");
  const read = traceIds.map(async (traceId) => [traceId, await store.getAll(chunksOf(traceId))] as const);
  return new Map(await Promise.all(read));
}

/** The payloads of the spans, in the same order. `read` are the chunks that have been read already. */
async function readPayloads(
  transaction: Transaction,
  traceId: string,
  index: SpanIndex,
  page: readonly PlacedSpan[],
  read: ReadonlyMap<number, ChunkRow> = new Map(),
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

/**
 * The first and last chunk of each run. A page of a trace needs only a few, because a root, though shown first, is written last.
 */
function runsOf(chunks: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const chunk of [...chunks].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && chunk - run[1] <= maxGap) run[1] = chunk;
    else runs.push([chunk, chunk]);
  }
  return runs;
}

async function readOrigins(transaction: Transaction, { resourceIds, scopeIds }: OriginIds): Promise<Origins> {
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
