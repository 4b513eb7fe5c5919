import { fromJsonList, type Sql } from "./sql.js";

/** What is remembered of deleted traces: that they are gone, and from which recorders late spans are dropped. */
export interface Tombstones {
  isBuried(traceId: string, recorderId: string): boolean;
  /** Notes that a trace, written by those recorders, was deleted at that revision. */
  bury(traceId: string, recorderIds: ReadonlySet<string>, revision: number): void;
  forgetOldest(): void;
}

/**
 * About 20 MB. The oldest are forgotten when the file is saved. By the time that many traces are deleted, their recorders are
 * long gone, so no late batch can bring one back. But `changes` from a revision before them no longer lists them.
 */
const maxTombstones = 100_000;

export function createTombstones(sql: Sql): Tombstones {
  /** Most databases have none, and then no span needs a lookup. */
  let hasAny = sql.row("SELECT 1 FROM tombstones") !== undefined;

  function recordersOf(traceId: string): string[] {
    const row = sql.row("SELECT recorder_ids FROM tombstones WHERE trace_id = ?", [traceId]);
    return row ? (fromJsonList(row[0]) as string[]) : [];
  }

  return {
    isBuried: (traceId, recorderId) => hasAny && recordersOf(traceId).includes(recorderId),
    bury(traceId, recorderIds, revision) {
      const all = new Set([...recordersOf(traceId), ...recorderIds]);
      const row = [traceId, revision, JSON.stringify([...all])];
      sql.run("INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?)", row);
      hasAny = true;
    },
    forgetOldest() {
      sql.run(
        `DELETE FROM tombstones WHERE revision <= (SELECT revision FROM tombstones ORDER BY revision DESC LIMIT 1 OFFSET ?)`,
        [maxTombstones],
      );
    },
  };
}
