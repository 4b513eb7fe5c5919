/** Tells what changes in a store, whoever changes it: this page, another tab, another process before this one began. */
import { setBackgroundTimer } from "./background-timer.js";
import { expectIntegerWithin } from "./checks.js";
import type { Changes, TraceChange, TraceStore } from "./contract.js";
import { isStoreError } from "./errors.js";

/** A store that says when it has been written to, so that observers need not ask often. */
export interface NotifyingStore extends TraceStore {
  /** Calls back when anyone has written, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

export interface ObserveOptions {
  /**
   * Tell what changed after this revision. 0, the default, begins with every trace there is; the revision that an earlier
   * observer was last told goes on from there, also when the store was closed meanwhile.
   */
  readonly since?: number | undefined;
  /** How many changes one call of the listener gets, 1 to 10,000; default 1,000. */
  readonly maxChanges?: number | undefined;
  /** Called when the listener fails, and once when the store does, until it works again; observing goes on. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What the listener is called with: traces that changed, each once, the last change last; and the revision that is reached. */
export type ObserveListener = (changes: readonly TraceChange[], revision: number) => void | Promise<void>;

/** What is written within this time of the last look is reported together. */
const coalesceMs = 100;
/** A store that does not say when it is written to is asked this often: soon after there was something, else less and less. */
const minPollMs = 500;
const maxPollMs = 2000;
/** One that does is asked sometimes: a recorder that vanished, which is a change too, says nothing. */
const idlePollMs = 5000;
/** At most a quarter of the time is spent looking. */
const restFactor = 3;

/**
 * Tells a listener what changed, from `since` on, until the returned function is called, or the store is closed.
 * Nothing is left out, and nothing is told twice unless it changed again; while the listener's promise is pending it is not
 * called, and what happens meanwhile is told together afterwards. Keeps no process alive.
 *
 * Throws RangeError for bad options.
 *
 *     const stop = observe(store, (changes) => show(changes.map(({ traceId }) => traceId)));
 */
export function observe(
  store: Pick<TraceStore, "changes"> & Partial<Pick<NotifyingStore, "onChange">>,
  listener: ObserveListener,
  { since = 0, maxChanges = 1000, onError = () => undefined }: ObserveOptions = {},
): () => void {
  expectIntegerWithin(since, "since", 0, Number.MAX_SAFE_INTEGER);
  expectIntegerWithin(maxChanges, "maxChanges", 1, 10_000);
  let revision = since;
  let pollMs = minPollMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isLooking = false;
  let isWoken = false;
  let isFailing = false;
  let earliestMs = 0;

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
    forget?.();
  }

  function wake(): void {
    isWoken = true;
    if (!isLooking) lookIn(Math.max(0, earliestMs - performance.now()));
  }

  function lookIn(delayMs: number): void {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setBackgroundTimer(() => void look(), delayMs);
  }

  async function look(): Promise<void> {
    isLooking = true;
    isWoken = false;
    const startMs = performance.now();
    const hasMore = await tellNext();
    const endMs = performance.now();
    isLooking = false;
    const restMs = Math.max(coalesceMs, restFactor * (endMs - startMs));
    earliestMs = endMs + restMs;
    lookIn(hasMore ? 0 : isWoken ? restMs : Math.max(restMs, forget ? idlePollMs : pollMs));
  }

  /** Whether more is known to have changed. */
  async function tellNext(): Promise<boolean> {
    const next = await readNext();
    if (isStopped || !next || next.changes.length === 0) {
      pollMs = Math.min(maxPollMs, pollMs * 1.5);
      return false;
    }
    pollMs = minPollMs;
    revision = next.revision;
    try {
      await listener(next.changes, next.revision);
    } catch (error) {
      onError(error);
    }
    return next.hasMore;
  }

  async function readNext(): Promise<Changes | undefined> {
    try {
      const next = await store.changes(revision, maxChanges);
      isFailing = false;
      return next;
    } catch (error) {
      if (isStoreError(error, "StoreClosedError")) stop();
      else if (!isFailing) onError(error);
      isFailing = true;
      return undefined;
    }
  }

  const forget = store.onChange?.(wake);
  lookIn(0);
  return stop;
}
