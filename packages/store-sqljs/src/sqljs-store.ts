/**
 * The contract over a database and its file. A write is acknowledged once the journal has it (writes that come together share one
 * append); its rows are folded in later. Every read first brings the database up to date, so that each call sees the calls before
 * it.
 */
import {
  checkBatch,
  checkChangesArguments,
  checkSelector,
  createCallQueue,
  isStoreError,
  type TraceStore,
} from "@spanbook/core/store";
import { createBacklog, type FoldLimits } from "./backlog.js";
import type { TraceDatabase } from "./database/trace-database.js";
import { encodeBatch, encodeDelete, type EncodedRecord } from "./file/record.js";
import type { StoreFile } from "./file/store-file.js";
import { createWriteGroup } from "./write-group.js";

/** A TraceStore that can be told to save its file. */
export interface SavingStore extends TraceStore {
  /** Saves to the file what only the journal has, if anything. Rejects as `close` does. */
  save(): Promise<void>;
}

/** How much may be in the journal but not yet in the database, about 100,000 spans: beyond that, writes wait for folding. */
const maxBacklogBytes = 96 * 1024 * 1024;

const foldSliceMs = 8;

/** The file may change again during a merge. */
const maxMergeAttempts = 3;

/** `file` is absent for a database in memory. `report` receives failures that belong to no call. */
export function createSqljsStore(
  opened: TraceDatabase,
  file: StoreFile | undefined,
  report: (failure: Error) => void,
): SavingStore {
  let database = opened;
  const queue = createCallQueue();
  const backlog = createBacklog();
  const group = createWriteGroup(append);
  let isFoldPlanned = false;
  let isUnsaved = false;
  let saving: Promise<void> | undefined;
  /** Why the database can no longer be used. The files have everything, so the next open may succeed. */
  let broken: Error | undefined;

  function append(records: readonly EncodedRecord[]): void {
    file?.append(records.map(({ bytes }) => bytes));
    isUnsaved = true;
    backlog.add(records);
    planFold();
  }

  function planFold(): void {
    if (isFoldPlanned) return;
    isFoldPlanned = true;
    setImmediate(() => {
      isFoldPlanned = false;
      const folded = queue.run(() => {
        if (broken) return;
        fold({ untilBytes: 0, maxMs: foldSliceMs });
        if (!backlog.isEmpty) planFold();
        else if (file?.isSnapshotDue() && !saving) startSaving().catch(mergeLater).catch(reportUnlessClosed);
      });
      folded.catch(reportUnlessClosed);
    });
  }

  /** A store that is being closed folds in the rest itself. */
  function reportUnlessClosed(failure: Error): void {
    if (!isStoreError(failure, "StoreClosedError")) report(failure);
  }

  function fold(limits: FoldLimits): void {
    try {
      backlog.fold((records) => database.apply(records), limits);
    } catch (failure) {
      broken = failure instanceof Error ? failure : new Error(String(failure));
      throw broken;
    }
  }

  function catchUp(): void {
    if (broken) throw broken;
    group.flush();
    fold({ untilBytes: 0, maxMs: Infinity });
  }

  /** Call it only when all that was appended has been folded in. */
  function startSaving(): Promise<void> {
    if (!file) return Promise.resolve();
    isUnsaved = false;
    const saved = file.save(database).catch((failure: Error) => {
      isUnsaved = true;
      if (isStoreError(failure, "StoreCorruptError")) broken = failure;
      throw failure;
    });
    saving = saved
      .catch(() => undefined)
      .finally(() => {
        saving = undefined;
      });
    return saved;
  }

  /** Handles a failed save: after a conflict it merges, once no call is running. */
  async function mergeLater(failure: Error): Promise<void> {
    if (!file || !isStoreError(failure, "StoreConflictError")) throw failure;
    await queue.runAsync(() => merge(file));
  }

  /**
   * Another program has changed the file: continues from that version, adding what was appended since the last save, or, if that
   * is impossible, saves beside it. No call may run meanwhile.
   */
  async function merge(file: StoreFile): Promise<void> {
    for (let attempt = 1; attempt <= maxMergeAttempts; attempt++) {
      const changed = await file.openChanged();
      if (!changed) break;
      // After this the journal has all that is waiting, and all of the backlog.
      group.flush();
      file.replay(changed);
      backlog.clear();
      database.close();
      database = changed;
      try {
        return await startSaving();
      } catch (failure) {
        if (!isStoreError(failure, "StoreConflictError")) throw failure;
      }
    }
    catchUp();
    await file.saveBeside(database);
    isUnsaved = false;
  }

  async function shutDown(): Promise<void> {
    await saving;
    try {
      catchUp();
      const isSessionEnded = database.endSession();
      if (isUnsaved || isSessionEnded) {
        await startSaving().catch(async (failure: Error) => {
          if (!file || !isStoreError(failure, "StoreConflictError")) throw failure;
          await merge(file);
          if (database.endSession()) await startSaving();
        });
      }
    } finally {
      database.close();
      file?.release();
    }
    if (file?.conflict) throw file.conflict;
  }

  return {
    async write(batch) {
      // Wrapped in an object, so that the queue does not wait for the disk.
      const { stored } = await queue.run(() => {
        if (broken) throw broken;
        checkBatch(batch);
        if (backlog.sizeBytes > maxBacklogBytes) fold({ untilBytes: maxBacklogBytes, maxMs: Infinity });
        return { stored: group.add(encodeBatch(batch)) };
      });
      return stored;
    },

    search: (query) =>
      queue.runSliced(function* () {
        catchUp();
        return yield* database.search(query);
      }, query.requestId),

    get: (traceId, options = {}) =>
      queue.runSliced(function* () {
        catchUp();
        return yield* database.get(traceId, options);
      }, options.requestId),

    getSpan: (traceId, spanId) =>
      queue.run(() => {
        catchUp();
        return database.getSpan(traceId, spanId);
      }),

    delete: (selector) =>
      queue.run(() => {
        checkSelector(selector);
        catchUp();
        const traceIds = database.select(selector);
        if (traceIds.length > 0) {
          append([encodeDelete(traceIds)]);
          catchUp();
        }
        return traceIds.length;
      }),

    stats: (query) =>
      queue.runSliced(function* () {
        catchUp();
        return yield* database.stats(query);
      }, query.requestId),

    changes: (since, limit) =>
      queue.run(() => {
        checkChangesArguments(since, limit);
        catchUp();
        return database.changes(since, limit);
      }),

    cancel: (requestId) => Promise.resolve(queue.cancel(requestId)),

    async save() {
      await saving;
      const { saved } = await queue.run(() => {
        catchUp();
        return { saved: saving ?? (isUnsaved ? startSaving() : undefined) };
      });
      await saved?.catch(mergeLater);
    },

    close: () => queue.close(shutDown),
  };
}
