import { closeSync, openSync, rmSync } from "node:fs";
import type { Batch } from "@spanbook/core/store";
import { syncFolder, toFileFailure, writeDurably } from "./durable.js";
import { exitPath, modeAt } from "./paths.js";
import { encodeBatch, encodeStart } from "./record.js";

/**
 * Writes batches into a separate journal, which the next open replays, and returns its path once they are on the disk. This is
 * possible while a worker writes to the store's own journal: what is in both is stored once. Throws QuotaExceededError or the
 * system's errors, and then leaves nothing behind.
 */
export function writeExitFile(databasePath: string, storeId: string, batches: readonly Batch[]): string {
  try {
    const { path, fd } = createExitFile(databasePath);
    try {
      // Generation 0, that is none: it is replayed after any snapshot.
      const bytes = Buffer.concat([
        encodeStart(storeId, 0),
        ...batches.map((batch) => encodeBatch(batch).bytes),
      ]);
      writeDurably(fd, bytes, 0);
      syncFolder(path);
      return path;
    } catch (failure) {
      rmSync(path, { force: true });
      throw failure;
    } finally {
      closeSync(fd);
    }
  } catch (failure) {
    throw toFileFailure(failure, `cannot write beside ${databasePath}`);
  }
}

function createExitFile(databasePath: string): { path: string; fd: number } {
  for (let count = 1; ; count++) {
    const path = exitPath(databasePath, process.pid, count);
    try {
      return { path, fd: openSync(path, "wx", modeAt(databasePath)) };
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== "EEXIST") throw failure;
    }
  }
}
