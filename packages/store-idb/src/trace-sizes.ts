/**
 * How large traces are. Their rows say so; for those begun before version 3 the chunks are read, once, and again after a change.
 */
import { chunksOf, type Database, type VisibleRow } from "./database.js";
import type { LongRead } from "./long-read.js";
import { walkRows } from "./search.js";

export interface TraceSizes {
  /**
   * The key, in the index by newest, of the first trace that together with all newer ones exceeds `keepBytes` bytes; undefined if
   * none does. Traces after it are not read.
   */
  findBeyond(keepBytes: number, read: LongRead): Promise<string | undefined>;
  clear(): void;
}

/** About 15 MB. */
const maxKnown = 100_000;

const encoder = new TextEncoder();

export function createTraceSizes(): TraceSizes {
  const known = new Map<string, { readonly revision: number; readonly bytes: number }>();

  async function sizeOf(database: Database, { id, revision, bytes: stated }: VisibleRow): Promise<number> {
    if (stated !== undefined) return stated;
    const size = known.get(id);
    if (size?.revision === revision) return size.bytes;
    const bytes = await readSize(database, id);
    if (known.size >= maxKnown) known.clear();
    known.set(id, { revision, bytes });
    return bytes;
  }

  return {
    async findBeyond(keepBytes, read) {
      let bytes = 0;
      for await (const rows of walkRows(read, { index: "newest" })) {
        for (const row of rows) {
          bytes += await sizeOf(await read.database(), row);
          if (bytes > keepBytes) return row.newest;
        }
      }
      return undefined;
    },
    clear: () => known.clear(),
  };
}

/** The size of the payloads, including superseded ones in chunks that are still stored. */
async function readSize(database: Database, traceId: string): Promise<number> {
  const transaction = database.transaction(["chunks", "payloads"]);
  const [chunks, apart] = await Promise.all([
    transaction.objectStore("chunks").getAll(chunksOf(traceId)),
    transaction.objectStore("payloads").getAll(chunksOf(traceId)),
  ]);
  let bytes = 0;
  for (const { payloads = "" } of [...chunks, ...apart]) bytes += encoder.encode(payloads).length;
  return bytes;
}
