/** A database and the files that keep it: opened, repaired after a kill, journalled, and saved as a whole now and then. */
import { accessSync, constants, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { isStoreError, storeError } from "@spanbook/core/store";
import { openTraceDatabase, type TraceDatabase } from "../database/trace-database.js";
import { makeFolder, toFileFailure } from "./durable.js";
import { createJournal } from "./journal.js";
import { readLivingHolder, releaseLock, takeLock } from "./lock.js";
import { freePath, lockPath, modeAt, snapshotPath } from "./paths.js";
import { leaveInPlace, replayJournals, setAsideBeside } from "./replay.js";
import { identityAt, isSameFile, isThere, readSnapshot, replaceSnapshot, type Snapshot } from "./snapshot.js";

export interface StoreFile {
  /** Appends the bytes of records to the journal; see {@link Journal.append}. */
  append(records: readonly Uint8Array[]): void;
  /** Whether the journal has grown past its share of the database, or somebody has removed one of the two. */
  isSnapshotDue(): boolean;
  /**
   * Saves the database as it is now; it must include all that was appended. More may be appended while it is written. Rejects
   * with StoreConflictError (another program has changed the file), QuotaExceededError, StoreCorruptError and the system's
   * errors; then the journal keeps what it has.
   */
  save(database: TraceDatabase): Promise<void>;
  /**
   * The last saved database as another program has changed it; undefined if the store cannot continue from that: it is another
   * store, an older copy, or damaged. {@link StoreFile.replay} then adds what was appended since.
   */
  openChanged(): Promise<TraceDatabase | undefined>;
  /** Applies to a database what was appended since the file was last saved. */
  replay(database: TraceDatabase): void;
  /** Leaves the file to the other program and saves beside it from now on. Rejects as `save` does. */
  saveBeside(database: TraceDatabase): Promise<void>;
  /** A StoreConflictError if the store now saves elsewhere because another program changed the file. */
  readonly conflict: Error | undefined;
  /** Lets go of the file without saving. */
  release(): void;
}

export interface StoreFileOptions {
  readonly path: string;
  /** A journal smaller than this is not folded into the file. */
  readonly journalMinBytes: number;
  readonly lockToken: string;
}

export interface OpenedStoreFile {
  readonly database: TraceDatabase;
  readonly file: StoreFile;
}

/** The journal may grow to this share of the database: with a half, each recorded megabyte costs two or three of saving. */
const journalShare = 0.5;

/** A database up to this size is checked in full when opened, in about 10 ms; a larger one before it is replaced. */
const checkedAtOpenBytes = 16 * 1024 * 1024;

/**
 * Opens a file for writing, creates it and its folder if they are missing, and repairs it. Rejects with StoreLockedError,
 * StoreCorruptError, StoreVersionError, StoreConflictError, QuotaExceededError and the system's errors; then the file is
 * unchanged.
 */
export async function openStoreFile(
  { path: file, journalMinBytes, lockToken }: StoreFileOptions,
  report: (failure: Error) => void,
): Promise<OpenedStoreFile> {
  takeFile(file, lockToken);
  let database: TraceDatabase | undefined;
  try {
    rmSync(snapshotPath(file), { force: true });
    const snapshot = readSnapshot(file);
    database = await openChecked(snapshot, file);
    const replay = replayJournals(database, file, setAsideBeside(file), report);
    const isSessionEnded = database.endSession();
    const generation = Math.max(database.generation, replay.lastGeneration + 1);
    const saved = createSavedFile(file, snapshot);
    if (database.isMigrated || replay.hasChanges || isSessionEnded) {
      await saved.put(database, generation);
    }
    for (const done of replay.done) rmSync(done, { force: true });
    return {
      database,
      file: createStoreFile(saved, {
        file,
        storeId: database.storeId,
        savedGeneration: database.generation,
        journalMinBytes,
        lockToken,
        generation,
        report,
      }),
    };
  } catch (failure) {
    database?.close();
    releaseLock(lockPath(file), lockToken);
    throw failure;
  }
}

/**
 * Reads a file as it is now, including its journals, and changes nothing on the disk. Rejects as {@link openStoreFile} does, but
 * takes no lock.
 */
export async function readStoreFile(file: string, report: (failure: Error) => void): Promise<TraceDatabase> {
  for (let attempt = 1; ; attempt++) {
    const snapshot = readSnapshot(file);
    if (!snapshot) {
      throw new Error(`cannot open ${file} with readOnly: expected a database, got no file or an empty one`);
    }
    const database = await openChecked(snapshot, file);
    try {
      replayJournals(database, file, leaveInPlace, report);
      const present = identityAt(file);
      // Otherwise the writer has meanwhile replaced the file and removed journals that belong to what was read.
      if ((present && isSameFile(present, snapshot.identity)) || attempt === maxReadAttempts) {
        if (!readLivingHolder(lockPath(file))) database.endSession();
        return database;
      }
    } catch (failure) {
      const isJournalGone = (failure as NodeJS.ErrnoException).code === "ENOENT" && attempt < maxReadAttempts;
      if (!isJournalGone) {
        database.close();
        throw failure;
      }
    }
    database.close();
  }
}

const maxReadAttempts = 10;

function takeFile(file: string, lockToken: string): void {
  try {
    const exists = isThere(file);
    if (exists) accessSync(file, constants.R_OK | constants.W_OK);
    else makeFolder(path.dirname(file));
    takeLock(lockPath(file), lockToken);
  } catch (failure) {
    throw toFileFailure(failure, `cannot open ${file}`);
  }
}

async function openChecked(snapshot: Snapshot | undefined, file: string): Promise<TraceDatabase> {
  const database = await openTraceDatabase(snapshot?.bytes, file);
  try {
    if (snapshot && snapshot.bytes.length <= checkedAtOpenBytes) database.checkPages();
    return database;
  } catch (failure) {
    database.close();
    throw failure;
  }
}

/** The file that snapshots go to. */
interface SavedFile {
  readonly sizeBytes: number;
  isThere(): boolean;
  /** Rejects with StoreConflictError where another program has changed the file. Journals from `generation` on follow it. */
  put(database: TraceDatabase, generation: number): Promise<void>;
  /** Returns the file as another program has changed it, which the next snapshot may now replace. */
  readChanged(): Snapshot | undefined;
  /** Makes snapshots go to that path from now on; nothing may exist there yet. */
  moveTo(path: string): void;
}

function createSavedFile(file: string, snapshot: Snapshot | undefined): SavedFile {
  let target = file;
  let identity = snapshot?.identity;
  let sizeBytes = snapshot?.bytes.length ?? 0;
  let isChecked = sizeBytes <= checkedAtOpenBytes;

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    isThere: () => existsSync(target),
    async put(database, generation) {
      // A damaged file is never overwritten: pages that SQLite thinks free may hold what was lost.
      if (!isChecked) database.checkPages();
      isChecked = true;
      const bytes = database.toBytes(generation);
      identity = await replaceSnapshot(target, bytes, identity);
      sizeBytes = bytes.length;
    },
    readChanged() {
      const changed = target === file ? readSnapshot(file) : undefined;
      if (changed) ({ identity } = changed);
      isChecked = false;
      return changed;
    },
    moveTo(path) {
      target = path;
      identity = undefined;
    },
  };
}

function createStoreFile(
  saved: SavedFile,
  options: {
    readonly file: string;
    readonly storeId: string;
    /** That of the snapshot in the file now. */
    readonly savedGeneration: number;
    readonly journalMinBytes: number;
    readonly lockToken: string;
    readonly generation: number;
    readonly report: (failure: Error) => void;
  },
): StoreFile {
  const { file, storeId, journalMinBytes, lockToken, generation, report } = options;
  const journal = createJournal(file, storeId, generation, modeAt(file));
  let { savedGeneration } = options;
  // Grows when saving fails, so that a full disk is not tried again at every batch.
  let patienceBytes = 0;
  let conflict: Error | undefined;

  async function save(database: TraceDatabase): Promise<void> {
    journal.rotate();
    const next = journal.generation;
    try {
      await saved.put(database, next);
      savedGeneration = next;
      patienceBytes = 0;
      journal.discardOld();
    } catch (failure) {
      patienceBytes = journal.sizeBytes;
      throw failure;
    }
  }

  return {
    append: (records) => journal.append(records),
    isSnapshotDue() {
      // What was acknowledged is in memory and in a file without a name: a kill would end both.
      const isRemoved = patienceBytes === 0 && !(saved.isThere() && journal.isThere());
      return (
        isRemoved ||
        journal.sizeBytes > Math.max(journalMinBytes, saved.sizeBytes * journalShare) + patienceBytes
      );
    },
    save,
    async openChanged() {
      try {
        const changed = await openChecked(saved.readChanged(), file);
        if (changed.storeId === storeId && changed.generation === savedGeneration) return changed;
        changed.close();
      } catch (failure) {
        const isRefused = refusals.some((name) => isStoreError(failure, name));
        if (!isRefused) throw failure;
      }
      return undefined;
    },
    replay: (database) => void replayJournals(database, file, leaveInPlace, report),
    async saveBeside(database) {
      const beside = freePath(`${file}-conflict`, ".db");
      saved.moveTo(beside);
      await save(database);
      conflict = storeError(
        "StoreConflictError",
        `${file} was changed by another program while it was open here, and cannot be written to any more: it is left as that ` +
          `program made it; what it held before, and what was recorded since, is in ${beside}`,
      );
      report(conflict);
    },
    release() {
      journal.close();
      releaseLock(lockPath(file), lockToken);
    },
    get conflict() {
      return conflict;
    },
  };
}

/** The errors for which a file that another program has changed is rejected. */
const refusals = ["StoreCorruptError", "StoreVersionError", "StoreConflictError"] as const;
