/**
 * The journal of a database: what has been acknowledged but is not yet in the database file. It consists of files numbered by
 * generation. A snapshot says which generation follows it; a new journal file begins with each snapshot and is removed once a
 * later one is on the disk. So nothing that might still be appended to is ever truncated.
 */
import { closeSync, existsSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { syncFolder, toFileFailure, writeDurably } from "./durable.js";
import { journalPath } from "./paths.js";
import { encodeStart } from "./record.js";

export interface Journal {
  /** Whatever is appended from now on follows the snapshot of that generation. */
  readonly generation: number;
  /** The size of all generations that still exist. */
  readonly sizeBytes: number;
  /** Whether what is appended now can be found again: nobody has removed the file. */
  isThere(): boolean;
  /**
   * Appends the bytes of records and returns when they are on the disk. Throws QuotaExceededError, or the system's error;
   * then the journal is as it was before.
   */
  append(records: readonly Uint8Array[]): void;
  /** Begins the next generation. */
  rotate(): void;
  /** Removes the generations before the current one, which must be in a snapshot by now. */
  discardOld(): void;
  close(): void;
}

interface JournalFile {
  readonly path: string;
  readonly fd: number;
  sizeBytes: number;
}

/** `mode` is the permissions of the files, which are created on the first write; undefined for the default of new files. */
export function createJournal(
  databasePath: string,
  storeId: string,
  firstGeneration: number,
  mode: number | undefined,
): Journal {
  let generation = firstGeneration;
  let current: JournalFile | undefined;
  let old: { readonly path: string; readonly sizeBytes: number }[] = [];

  function open(): JournalFile {
    const path = journalPath(databasePath, generation);
    const start = encodeStart(storeId, generation);
    const fd = openSync(path, "wx", mode);
    try {
      writeDurably(fd, start, 0);
      syncFolder(path);
    } catch (failure) {
      closeSync(fd);
      rmSync(path);
      throw failure;
    }
    return { path, fd, sizeBytes: start.length };
  }

  function endCurrent(): void {
    if (!current) return;
    closeSync(current.fd);
    old.push({ path: current.path, sizeBytes: current.sizeBytes });
    current = undefined;
  }

  return {
    get generation() {
      return generation;
    },
    get sizeBytes() {
      return old.reduce((sum, file) => sum + file.sizeBytes, current?.sizeBytes ?? 0);
    },
    isThere: () => !current || existsSync(current.path),
    append(records) {
      try {
        current ??= open();
        const bytes = Buffer.concat(records);
        try {
          writeDurably(current.fd, bytes, current.sizeBytes);
        } catch (failure) {
          ftruncateSync(current.fd, current.sizeBytes);
          throw failure;
        }
        current.sizeBytes += bytes.length;
      } catch (failure) {
        throw toFileFailure(failure, `cannot write to the journal of ${databasePath}`);
      }
    },
    rotate() {
      endCurrent();
      generation++;
    },
    discardOld() {
      for (const { path } of old) rmSync(path, { force: true });
      old = [];
    },
    close: endCurrent,
  };
}
