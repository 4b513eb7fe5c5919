/**
 * The page whose recording suffers faults, see trust-loss.test.ts, and the one that looks afterwards. What was recorded is
 * counted in localStorage, so that it is known however the page ends.
 */
import { createTracing, type Tracing } from "@spanbook/core";
import { openStore } from "@spanbook/store-idb";
import { pause, recordTrace, refusing, shutDownAtLast, storedNumbers } from "../../trust/loss/recording.mjs";
import { createRandom } from "../../support/seeded.mjs";
import { restoreDatabase, type DatabaseDump } from "./database-dump.js";

/** The last two come from outside the page. */
export type LossFault =
  | ("worker" | "refusals" | "clock" | "small buffer" | "two recorders" | "reopening" | "upgrade")
  | ("old database" | "quota");

export interface LossPlan {
  /** The store's. */
  readonly name: string;
  readonly seed: number;
  readonly faults: readonly LossFault[];
  /** The spans of this page have numbers above it. */
  readonly from: number;
  readonly spanCount: number;
}

/** Which spans ended, which of these, from the first, were acknowledged, and, once complete, how many were dropped. */
export interface Ledger {
  readonly from: number;
  ending: number;
  ended: number;
  acknowledged: number;
  droppedThen: number;
  dropped: number;
  isComplete: boolean;
  /** The failures that its store reported. */
  told: readonly string[];
}

export interface LossPage {
  /** Records that many spans and resolves; if `isEndless`, goes on until the page ends. */
  record(plan: LossPlan & { readonly isEndless: boolean }): Promise<void>;
  /** Shuts down cleanly. */
  shutDown(): Promise<void>;
  /** Creates a store as an earlier version wrote it. */
  restore(name: string, database: DatabaseDump): Promise<void>;
  /** The numbers of all spans that a store has, in no particular order, and the failures that it reported. */
  look(name: string): Promise<{ numbers: number[]; failures: string[] }>;
}

const workers: Worker[] = [];
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    workers.push(this);
  }
};

let shutDown: () => Promise<void> = () => Promise.reject(new Error("nothing was recorded"));

async function record(plan: LossPlan & { readonly isEndless: boolean }): Promise<void> {
  const { name, seed, faults, from, spanCount, isEndless } = plan;
  const random = createRandom(seed);
  const has = (fault: LossFault) => faults.includes(fault);
  const ledger: Ledger = {
    ...{ from, ending: from, ended: from, acknowledged: from },
    ...{ droppedThen: 0, dropped: 0, isComplete: false, told: [] },
  };
  const note = (changes: Partial<Ledger>) =>
    localStorage.setItem(`ledger ${name} ${from}`, JSON.stringify(Object.assign(ledger, changes)));
  note({});
  if (has("clock")) jumpClock(() => random.integer(-86_400_000, 86_400_000));

  let recorders: Tracing[] = [];
  let close = () => Promise.resolve();
  let droppedBefore = 0;
  const dropped = () => recorders.reduce((sum, recorder) => sum + recorder.stats().dropped, droppedBefore);

  async function open(): Promise<void> {
    const onError = (failure: Error) => note({ told: [...ledger.told, String(failure)] });
    const store = await openStore(name, { onError });
    close = () => store.close();
    const options = {
      store: has("refusals") ? (refusing(store, random) as typeof store) : store,
      onError: () => undefined,
      flushIntervalMs: random.pick([1, 20, 200]),
      maxBatchSpans: random.pick([3, 64, 512]),
      ...(has("small buffer") && { maxBufferedSpans: 20 }),
    };
    recorders = Array.from({ length: has("two recorders") ? 2 : 1 }, () => createTracing(options));
    // After the recorders' own listeners: by then it is known what they wrote and dropped.
    removeEventListener("pagehide", leave);
    addEventListener("pagehide", leave);
  }

  let isGone = false;
  function leave(): void {
    isGone = true;
    note({ dropped: dropped(), isComplete: true });
  }

  async function flush(): Promise<void> {
    const { ended } = ledger;
    try {
      await Promise.all(recorders.map((recorder) => recorder.flush()));
      note({ acknowledged: ended, droppedThen: dropped() });
    } catch {
      // Refused for now: the recorder keeps what it has.
    }
  }

  async function recordSome(count: number): Promise<void> {
    for (const last = ledger.ended + count; ledger.ended < last && !isGone;) {
      recordTrace(random.pick(recorders), random, ledger, note);
      if (has("worker") && random.chance(0.05)) workers.at(-1)?.terminate();
      if (random.chance(0.1)) await flush();
      else if (random.chance(0.2)) await pause(random.integer(0, 3));
    }
  }

  shutDown = async () => {
    for (const recorder of recorders) await shutDownAtLast(recorder);
    droppedBefore = dropped();
    recorders = [];
    await close();
    note({ dropped: droppedBefore, isComplete: true });
  };

  await open();
  await recordSome(spanCount / 2);
  if (has("reopening")) {
    await shutDown();
    note({ isComplete: false });
    await open();
  }
  if (has("upgrade")) await letGo(name);
  do await recordSome(spanCount / 2);
  while (isEndless && !isGone);
}

/** Opens the database as a tab with a newer version would, but leaves it as it is: the store must let go of it. */
function letGo(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.open(`spanbook:${name}`, 1000);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onerror = () => resolve();
  });
}

function jumpClock(chooseOffsetMs: () => number): void {
  const { now } = Date;
  let offsetMs = 0;
  Date.now = () => now() + offsetMs;
  setInterval(() => (offsetMs = chooseOffsetMs()), 7);
}

function restore(name: string, database: DatabaseDump): Promise<void> {
  return restoreDatabase(`spanbook:${name}`, database);
}

async function look(name: string): Promise<{ numbers: number[]; failures: string[] }> {
  const failures: string[] = [];
  const store = await openStore(name, { onError: (failure) => failures.push(String(failure)) });
  const numbers = await storedNumbers(store);
  await store.close();
  return { numbers, failures };
}

Object.assign(globalThis, {
  lossPage: { record, shutDown: () => shutDown(), restore, look } satisfies LossPage,
});
