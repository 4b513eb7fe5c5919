import { toNumber, toText, type Sql } from "./sql.js";

/** Who is alive: a recorder is, from its first batch in this session to its final one, or to the session's end. */
export interface Recorders {
  isAlive(recorderId: string): boolean;
  /** Notes a batch of the recorder. True if that brings a known recorder back to life. */
  noteBatch(recorderId: string): boolean;
  /** Notes the recorder's final batch. True if it was alive. */
  noteFinal(recorderId: string): boolean;
  /** Ends the session, after which nobody is alive, and returns those who were. */
  endSession(): string[];
}

export function createRecorders(sql: Sql): Recorders {
  const recorders = new Map<string, { readonly isAlive: boolean; readonly isFinal: boolean }>();
  for (const [id, alive, final] of sql.rows(
    "SELECT recorder_id, alive, final FROM recorders ORDER BY rowid",
  )) {
    recorders.set(toText(id), { isAlive: toNumber(alive) === 1, isFinal: toNumber(final) === 1 });
  }

  function put(recorderId: string, isAlive: boolean, isFinal: boolean): void {
    recorders.set(recorderId, { isAlive, isFinal });
    sql.run(
      `INSERT INTO recorders VALUES (?, ?, ?)
       ON CONFLICT (recorder_id) DO UPDATE SET alive = excluded.alive, final = excluded.final`,
      [recorderId, Number(isAlive), Number(isFinal)],
    );
  }

  return {
    isAlive: (recorderId) => recorders.get(recorderId)?.isAlive ?? false,
    noteBatch(recorderId) {
      const known = recorders.get(recorderId);
      if (known?.isAlive || known?.isFinal) return false;
      put(recorderId, true, false);
      return known !== undefined;
    },
    noteFinal(recorderId) {
      const known = recorders.get(recorderId);
      if (!known?.isFinal) put(recorderId, false, true);
      return known?.isAlive ?? false;
    },
    endSession() {
      const alive = [...recorders].filter(([, { isAlive }]) => isAlive).map(([recorderId]) => recorderId);
      for (const recorderId of alive) put(recorderId, false, false);
      return alive;
    },
  };
}
