/** A database and the files that keep it: opened, repaired after a kill, journalled, and saved as a whole now and then. */
import { accessSync, constants, rmSync } from "node:fs";
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
  /** Whether the journal has grown past its share of the database. */
  isSnapshotDue(): boolean;
  /**
   * Saves the database as it is now, in which all that was appended must be. More may be appended while it is written.
   * Rejects with QuotaExceededError, StoreCorruptError and the system's errors; then the journal keeps what it has.
   */
  save(): Promise<void>;
  /** A StoreConflictError, once another program had changed the file, so that it was saved elsewhere. */
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

/** Of the database: with half of it, each megabyte recorded costs two or three megabytes of saving. */
const journalShare = 0.5;

/** A database up to this size is checked whole when it is opened, in about 10 ms; a larger one before it is replaced. */
const checkedAtOpenBytes = 16 * 1024 * 1024;

/**
 * Opens a file for writing, makes it and its folder where they are missing, and repairs it. Rejects with StoreLockedError,
 * StoreCorruptError, StoreVersionError, StoreConflictError, QuotaExceededError and the system's errors; then the file is as
 * it was.
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
    const saved = createSavedFile(file, database, snapshot, report);
    if (database.isMigrated || replay.hasChanges || isSessionEnded) {
      await saved.put(database.toBytes(generation));
    }
    for (const done of replay.done) rmSync(done, { force: true });
    return {
      database,
      file: createStoreFile(database, saved, { file, journalMinBytes, lockToken, generation }),
    };
  } catch (failure) {
    database?.close();
    releaseLock(lockPath(file), lockToken);
    throw failure;
  }
}

/**
 * Reads a file as it is now, with what its journals hold, and changes nothing on the disk. Rejects as
 * {@link openStoreFile}, but takes no lock.
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
      // Else the writer has replaced the file meanwhile, and removed journals that belong to what was read.
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
  put(bytes: Uint8Array): Promise<void>;
  /** Set when another program had changed the file, so that snapshots go beside it. */
  readonly conflict: Error | undefined;
}

function createSavedFile(
  file: string,
  database: TraceDatabase,
  snapshot: Snapshot | undefined,
  report: (failure: Error) => void,
): SavedFile {
  let target = file;
  let identity = snapshot?.identity;
  let sizeBytes = snapshot?.bytes.length ?? 0;
  let isChecked = sizeBytes <= checkedAtOpenBytes;
  let conflict: Error | undefined;

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    get conflict() {
      return conflict;
    },
    async put(bytes) {
      // Damage is never written over: pages that SQLite takes for free may hold what was lost.
      if (!isChecked) database.checkPages();
      isChecked = true;
      try {
        identity = await replaceSnapshot(target, bytes, identity);
      } catch (failure) {
        if (!isStoreError(failure, "StoreConflictError")) throw failure;
        target = freePath(`${file}-conflict`, ".db");
        identity = await replaceSnapshot(target, bytes, undefined);
        conflict = storeError(
          "StoreConflictError",
          `${file} was changed by another program while it was open here: it is left as that program made it, and what ` +
            `was in it before and has been recorded since is in ${target}`,
        );
        report(conflict);
      }
      sizeBytes = bytes.length;
    },
  };
}

function createStoreFile(
  database: TraceDatabase,
  saved: SavedFile,
  options: {
    readonly file: string;
    readonly journalMinBytes: number;
    readonly lockToken: string;
    readonly generation: number;
  },
): StoreFile {
  const { file, journalMinBytes, lockToken, generation } = options;
  const journal = createJournal(file, database.storeId, generation, modeAt(file));
  // Grows when saving fails, so that a full disk is not tried again at every batch.
  let patienceBytes = 0;

  return {
    append: (records) => journal.append(records),
    isSnapshotDue() {
      return journal.sizeBytes > Math.max(journalMinBytes, saved.sizeBytes * journalShare) + patienceBytes;
    },
    async save() {
      journal.rotate();
      try {
        await saved.put(database.toBytes(journal.generation));
        patienceBytes = 0;
        journal.discardOld();
      } catch (failure) {
        patienceBytes = journal.sizeBytes;
        throw failure;
      }
    },
    release() {
      journal.close();
      releaseLock(lockPath(file), lockToken);
    },
    get conflict() {
      return saved.conflict;
    },
  };
}
