/**
 * What had not reached the database when the page was hidden or closed: a copy in localStorage, the only storage that writes
 * before it returns. Each page has its own key and holds a lock by that name. The next `openStore` writes each copy as soon as
 * its lock is free, so that no two tabs write it, and none takes what a living page will write itself. It also reports how many
 * spans did not fit.
 */
import type { Batch, SpanRecord } from "@spanbook/core/store";
import { storeError } from "@spanbook/core/worker";
import { holdLock, maybeLocks } from "./locks.js";
import { nameOf, newOwnerId } from "./names.js";

export interface Unacknowledged {
  /** Writes the batch, and keeps it until the store has answered. */
  write(batch: Batch): Promise<void>;
  /** Whether the store has yet to answer. */
  isWaiting(batch: Batch): boolean;
  /** Copies what has not been answered yet. Throws QuotaExceededError if not all of it fits. */
  copy(): void;
  close(): void;
}

/** The value stored under a key. */
interface Copy {
  readonly batches: readonly Batch[];
  /** How many spans did not fit into the copy. */
  readonly lostCount: number;
}

/** Out of the 5 million characters that a site has and also uses itself; if less is free, less is kept. */
const maxCharacters = 1_500_000;
const minCharacters = 10_000;
/** Errors that would occur again on a later try. */
const finalErrors = new Set(["TypeError", "RangeError"]);

export function createUnacknowledged(
  store: string,
  writeToStore: (batch: Batch) => Promise<void>,
): Unacknowledged {
  const key = prefixOf(store) + newOwnerId();
  const locks = maybeLocks();
  const lock = locks && holdLock(locks, key);
  lock?.held.catch(() => undefined); // The page is going away.
  const waiting = new Map<string, Batch>();
  /** The ids of the batches in the copy that are not answered yet. */
  const copied = new Set<string>();
  /** The batches' JSON, kept because a hidden page may be copied again and again. */
  const texts = new WeakMap<Batch, string>();

  function answered({ id }: Batch): void {
    if (copied.delete(id) && copied.size === 0) localStorage.removeItem(key);
  }

  return {
    async write(batch) {
      waiting.set(batch.id, batch);
      try {
        await writeToStore(batch);
        answered(batch);
      } catch (failure) {
        // Other failures may pass: the copy stays until the batch comes again.
        if (finalErrors.has((failure as Error).name)) answered(batch);
        throw failure;
      } finally {
        if (waiting.get(batch.id) === batch) waiting.delete(batch.id);
      }
    },
    isWaiting: ({ id }) => waiting.has(id),
    copy() {
      if (waiting.size === 0) return;
      const { room, lostCount } = keepForLater(key, [...waiting.values()], texts);
      waitUntilSent();
      copied.clear();
      for (const id of waiting.keys()) copied.add(id);
      if (lostCount === 0) return;
      throw storeError(
        "QuotaExceededError",
        `only ${room} characters can be kept for the next visit: ${lostCount} spans are lost if the page closes now`,
      );
    },
    close: () => lock?.release(),
  };
}

/**
 * Chromium sends localStorage writes to another process. While that process is busy, a closing tab gets out only as much as fits
 * into the socket (212,992 bytes on Linux). The first access to sessionStorage is answered by the same process, after everything
 * sent before.
 */
function waitUntilSent(): void {
  void sessionStorage.length;
}

/**
 * Writes what earlier pages left, then deletes it; resolves when that is done. Copies of pages that are still open, or just
 * closing, are written once those are gone, until the signal aborts. What cannot be written now stays for later.
 */
export async function writeUnsent(
  store: string,
  write: (batch: Batch) => Promise<void>,
  onError: (failure: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  const locks = maybeLocks();

  /** Writes a copy if nobody holds its lock; returns whether the lock was free. */
  async function handOver(key: string, options: LockOptions): Promise<boolean> {
    let isFree = true;
    try {
      // Without locks, a living page's copy may be written too: its batches come twice, which changes nothing.
      if (!locks) await writeCopy(key, write, false);
      else {
        await locks.request(key, options, (lock) => {
          isFree = lock !== null;
          return lock && writeCopy(key, write, true);
        });
      }
    } catch (failure) {
      if (!signal.aborted) onError(failure as Error);
    }
    return isFree;
  }

  const taken: string[] = [];
  for (const key of listCopies(store, onError)) {
    if (!(await handOver(key, { ifAvailable: true }))) taken.push(key);
  }
  for (const key of taken) void handOver(key, { signal });
}

/** The keys of the copies. If the browser denies localStorage but not IndexedDB: none, and `onError` is told. */
function listCopies(store: string, onError: (failure: Error) => void): string[] {
  try {
    // A worker has no localStorage, and is never hidden.
    const { localStorage = {} } = globalThis as Partial<typeof globalThis>;
    return Object.keys(localStorage).filter((key) => key.startsWith(prefixOf(store)));
  } catch (failure) {
    onError(failure as Error);
    return [];
  }
}

async function writeCopy(
  key: string,
  write: (batch: Batch) => Promise<void>,
  isOwnerGone: boolean,
): Promise<void> {
  let written: string | null = null;
  let lostCount = 0;
  // Until it stops changing: a page's last copy may arrive from its process after its lock is free.
  for (let text; (text = localStorage.getItem(key)) !== null && text !== written; written = text) {
    const copy = JSON.parse(text) as Copy;
    for (const batch of copy.batches) await write(isOwnerGone ? { ...batch, final: true } : batch);
    ({ lostCount } = copy);
  }
  localStorage.removeItem(key);
  if (lostCount === 0 || !isOwnerGone) return;
  throw storeError(
    "QuotaExceededError",
    `an earlier page was closed before it had written everything: ${lostCount} spans are lost`,
  );
}

function prefixOf(store: string): string {
  return `${nameOf(store)}:unsent:`;
}

/** Keeps as many spans as fit into localStorage and counts the rest. Throws the browser's error if not even the count fits. */
function keepForLater(
  key: string,
  batches: readonly Batch[],
  texts: WeakMap<Batch, string>,
): { room: number; lostCount: number } {
  for (let room = maxCharacters; ; room = room < minCharacters ? 0 : Math.floor(room / 4)) {
    const { text, lostCount } = toText(batches, texts, room);
    try {
      localStorage.setItem(key, text);
      return { room, lostCount };
    } catch (failure) {
      if (room === 0) throw failure;
    }
  }
}

/** A {@link Copy} as JSON: of each batch, the first spans that still fit. */
function toText(
  batches: readonly Batch[],
  texts: WeakMap<Batch, string>,
  maxLength: number,
): { text: string; lostCount: number } {
  let left = maxLength;
  let lostCount = batches.reduce((sum, { spans }) => sum + spans.length, 0);
  // Even batches without spans take some characters.
  const kept = (maxLength === 0 ? [] : batches).map((batch) => {
    const whole = texts.get(batch) ?? JSON.stringify(batch);
    texts.set(batch, whole);
    const { text, spanCount } =
      whole.length < left ? { text: whole, spanCount: batch.spans.length } : cut(batch, left);
    left -= text.length + 1;
    lostCount -= spanCount;
    return text;
  });
  return { text: `{"batches":[${kept.join(",")}],"lostCount":${lostCount}}`, lostCount };
}

/** A batch as JSON with the first spans that fit into `maxLength` characters. */
function cut(batch: Batch, maxLength: number): { text: string; spanCount: number } {
  const spans: SpanRecord[] = [];
  let left = maxLength - JSON.stringify({ ...batch, spans }).length;
  for (const span of batch.spans) {
    left -= JSON.stringify(span).length + 1;
    if (left <= 0) break;
    spans.push(span);
  }
  return { text: JSON.stringify({ ...batch, spans }), spanCount: spans.length };
}
