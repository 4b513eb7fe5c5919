/** Reports what changes in a store, whoever changes it: this page, another tab, another process before this one began. */
import { setBackgroundTimer } from "./background-timer.js";
import { expectIntegerWithin } from "./checks.js";
import type { Changes, TraceChange, TraceStore } from "./contract.js";
import { isStoreError } from "./errors.js";

/** A store that says when it has been written to, so that observers need not poll often. */
export interface NotifyingStore extends TraceStore {
  /** Calls the listener after each write by anyone, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

export interface ObserveOptions {
  /**
   * Report what changed after this revision. 0, the default, begins with all existing traces; the last revision of an earlier
   * observer continues from there, even if the store was closed meanwhile.
   */
  readonly since?: number | undefined;
  /** The most changes in one call of the listener, 1 to 10,000; default 1,000. */
  readonly maxChanges?: number | undefined;
  /** Called when the listener fails, and once when the store fails, until it works again; observing continues. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Called with the traces that changed, each once, the latest change last, and with the revision reached. */
export type ObserveListener = (changes: readonly TraceChange[], revision: number) => void | Promise<void>;

/** Writes within this time of the last look are reported together. */
const coalesceMs = 100;
/** How often to ask a store that does not report writes: the shorter interval after a change, then ever longer ones. */
const minPollMs = 500;
const maxPollMs = 2000;
/** One that does is still asked sometimes, because a vanished recorder is a change too, but says nothing. */
const idlePollMs = 5000;
/** At most a quarter of the time is spent looking. */
const restFactor = 3;

/**
 * Calls a listener with what changed, from `since` on, until the returned function is called or the store is closed. Nothing is
 * left out, and nothing is reported twice unless it changed again; while the listener's promise is pending it is not called,
 * and what happens meanwhile is reported together afterwards. Does not keep the process alive.
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

  /** Returns whether more is known to have changed. */
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
