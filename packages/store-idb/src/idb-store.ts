import {
  checkBatch,
  checkChangesArguments,
  checkGetOptions,
  checkIds,
  checkSelector,
  checkStatsQuery,
  createCallQueue,
  toPageToken,
  type Batch,
  type GetOptions,
  type TracePage,
} from "@spanbook/core/store";
import { findChanges } from "./changes.js";
import { connect } from "./connection.js";
import type { Database } from "./database.js";
import { deleteTraces } from "./delete.js";
import { createFolder } from "./fold.js";
import { createFolding } from "./folding.js";
import { indexMore, startIndexing } from "./late-index.js";
import { appendToJournal, lastJournalKey } from "./journal.js";
import { createLiveness } from "./liveness.js";
import { nameOf } from "./names.js";
import type { LongRead } from "./long-read.js";
import { createReader, withoutSpans } from "./read.js";
import { awaitedRecorders } from "./recorders.js";
import { findPage } from "./search.js";
import { createSpanIndexCache } from "./span-index.js";
import { computeStats } from "./stats.js";
import { toInfos } from "./trace-rows.js";
import { toTrace, type TextStore, type TraceText } from "./trace-text.js";
import { createTraceSizes } from "./trace-sizes.js";
import { createWriteGroups } from "./write-groups.js";

export interface DatabaseOptions {
  readonly name: string;
  readonly durability: "relaxed" | "strict";
}

/**
 * The store itself, in the calling thread; the worker exposes it. `report` receives failures that belong to no call. Rejects as
 * {@link connect} does.
 */
export async function openIdbStore(
  { name, durability }: DatabaseOptions,
  report: (failure: Error) => void,
): Promise<TextStore> {
  const indexes = createSpanIndexCache();
  const sizes = createTraceSizes();
  const folder = createFolder(indexes, durability);
  const connection = await connect(name, () => {
    indexes.clear();
    sizes.clear();
    folder.forget();
  });
  const { database } = connection;
  const queue = createCallQueue();
  const reader = createReader(indexes);
  const liveness = createLiveness(name);
  const channel = new BroadcastChannel(nameOf(name));
  const writes = createWriteGroups((task) => queue.runAsync(task), writeAll);
  const folding = createFolding({
    fold: async (upTo) => folder.fold(await database(), upTo),
    lastKey: async () => lastJournalKey(await database()),
    enqueue: (task) => queue.runAsync(task),
    report,
  });
  const infosOf: LongRead["infosOf"] = (rows) => toInfos(rows, liveness);

  const inTurn = <Result>(work: (read: LongRead) => Promise<Result>, requestId?: string) => {
    writes.close();
    return queue.runAsync(async (pause) => {
      await folding.settle(pause);
      return work({ database, infosOf, pause });
    }, requestId);
  };

  /**
   * The same for what may be read twice. If the journal was empty last time, it reads while it checks again: that saves a third
   * of the time for a small trace.
   */
  const readInTurn = <Found>(read: (connected: Database) => Promise<Found>, requestId?: string) => {
    writes.close();
    return queue.runAsync(async (pause) => {
      if (folding.isLikelyEmpty()) {
        const connected = await database();
        // In this order, so that the read sees all that was folded in when the journal was asked.
        const [lastKey, found] = await Promise.all([lastJournalKey(connected), read(connected)]);
        if (lastKey === undefined) return found;
      }
      await folding.settle(pause);
      return read(await database());
    }, requestId);
  };

  function wakeOthers(hasChanged: boolean): void {
    if (hasChanged) channel.postMessage("changed");
  }

  async function writeAll(batches: readonly Batch[]): Promise<void> {
    // Before the first span can be seen, or another tab would think that the recorder is gone.
    for (const { recorderId, final } of batches) if (!final) await liveness.hold(recorderId);
    const spanCount = batches.reduce((sum, { spans }) => sum + spans.length, 0);
    await folding.append(spanCount, async () => appendToJournal(await database(), durability, batches));
    wakeOthers(true);
    for (const { recorderId, final } of batches) if (final) liveness.release(recorderId);
  }

  /** Ends recorders whose tab is gone without a last batch: the traces that wait for them become unfinished. */
  async function endDeadRecorders(): Promise<void> {
    if (!liveness.canAskOthers) return;
    const awaited = await awaitedRecorders(await database());
    if (awaited.length === 0) return;
    const alive = await liveness.aliveAmong(awaited);
    const dead = awaited.filter((recorderId) => !alive.has(recorderId));
    if (dead.length > 0) wakeOthers(await folder.endRecorders(await database(), dead));
  }

  const getText = (traceId: string, options: GetOptions = {}) =>
    readInTurn(async (connected): Promise<TraceText | undefined> => {
      checkIds({ traceId });
      checkGetOptions(options);
      const found = await reader.read(connected, traceId, options);
      if (!found) return undefined;
      const { row, ...text } = found;
      const [info] = await infosOf([row]);
      return info && { ...text, info };
    }, options.requestId);

  await endDeadRecorders();
  const stopIndexing = startIndexing({
    indexMore: async () => indexMore(await database(), durability),
    enqueue: (task) => queue.runAsync(task),
    report,
  });
  return {
    async write(batch) {
      checkBatch(batch);
      return writes.write(batch);
    },

    search: (query) =>
      inTurn(async (read): Promise<TracePage> => {
        const { infos, nextAfter } = await findPage(query, read);
        const traces = [];
        for (const info of infos) {
          const found = query.includeSpans && (await reader.read(await database(), info.traceId, {}));
          traces.push(found ? await toTrace({ ...found, info }) : withoutSpans(info));
          await read.pause();
        }
        if (!nextAfter) return { traces };
        return { traces, nextPageToken: toPageToken(nextAfter, query) };
      }, query.requestId),

    getText,

    async get(traceId, options) {
      const text = await getText(traceId, options);
      return text && toTrace(text);
    },

    getSpan: (traceId, spanId) =>
      readInTurn(async (connected) => {
        checkIds({ traceId, spanId });
        return reader.readSpan(connected, traceId, spanId);
      }),

    delete: (selector) =>
      inTurn(async (read) => {
        checkSelector(selector);
        const { keepBytes, ...selection } = selector;
        const fromNewest = keepBytes === undefined ? undefined : await sizes.findBeyond(keepBytes, read);
        if (keepBytes !== undefined && fromNewest === undefined) return 0;
        const deleted = await deleteTraces(await database(), { ...selection, fromNewest }, durability);
        wakeOthers(deleted.length > 0);
        return deleted.length;
      }),

    stats: (query) =>
      inTurn((read) => {
        checkStatsQuery(query);
        return computeStats(query, read);
      }, query.requestId),

    changes: (since, limit) =>
      inTurn(async () => {
        checkChangesArguments(since, limit);
        await endDeadRecorders();
        return findChanges(await database(), since, limit);
      }),

    cancel: (requestId) => Promise.resolve(queue.cancel(requestId)),

    close() {
      writes.close();
      folding.stop();
      stopIndexing();
      return queue.close(async () => {
        // What cannot be folded in stays in the journal.
        await folding.settle(() => Promise.resolve()).catch(() => undefined);
        liveness.releaseAll();
        channel.close();
        await connection.close();
      });
    },
  };
}
