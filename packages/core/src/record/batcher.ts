/**
 * Collects what the recorder has to say and hands it to the store in batches: ended spans, once what is still open, and
 * patches. A batch that could not be written is kept and tried again; what does not fit the buffer is dropped and counted.
 */
import type { Dialect } from "../model/dialects/dialect.js";
import type { TracePatch } from "../model/patch.js";
import type { Origins, Span } from "../model/span.js";
import type { Batch, SyncWritableStore, TraceStore } from "../store/contract.js";
import { toBatch } from "../store/span-batch.js";
import type { Line, UsualFields } from "../store/span-line.js";
import { messageOf } from "./careful-json.js";
import { withCost, type Prices } from "./cost.js";
import { gatherLines, noContents, type Contents } from "./gathered-lines.js";
import { redactPatch, redactSpan, type Redaction } from "./redaction.js";

/** What became of the spans of a recorder: recorded = written + buffered + dropped + open. */
export interface RecorderStats {
  /** Spans that were started. */
  readonly recorded: number;
  /** Spans whose end is durable in the store. */
  readonly written: number;
  /** Ended spans that are not yet durable. */
  readonly buffered: number;
  /** Ended spans that were given up: the buffer was full, or the store refused them for good. */
  readonly dropped: number;
  /** What went wrong last, also where it was reported before. */
  readonly lastError?: unknown;
}

export interface BatcherOptions {
  readonly store: TraceStore & Partial<Pick<SyncWritableStore, "writeSync">>;
  readonly recorderId: string;
  readonly origins: () => Origins;
  /** What the lines of spans leave out. */
  readonly usual: UsualFields;
  readonly newBatchId: () => string;
  readonly onError: (error: unknown) => void;
  /** A batch is durable, with the ends of so many roots. */
  readonly onWritten?: ((endedRoots: number) => void) | undefined;
  /** A batch could not be written this time; unlike `onError` every time. */
  readonly onFailed?: ((error: unknown) => void) | undefined;
  readonly redact?: Redaction | undefined;
  readonly prices?: Prices | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly maxBatchSpans?: number | undefined;
  readonly maxBufferedSpans?: number | undefined;
  readonly maxBufferedCharacters?: number | undefined;
}

/** What of a span is needed here: a live span, or another API's. */
export interface BatchedSpan {
  readonly isEnded: boolean;
  /** No span of the same recorder is its parent. Its end is written without delay. */
  readonly isLocalRoot: boolean;
  /** About how much text it holds. */
  readonly sizeCharacters: number;
  toSpan(): Span;
  /** Puts the same as lines at that index and behind it, see span-line.ts, and gives the index behind them. */
  writeLines(lines: Line[], at: number): number;
}

export interface Batcher {
  started(span: BatchedSpan): void;
  ended(span: BatchedSpan): void;
  patched(patch: TracePatch): void;
  /** Resolves when all that was said before is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes and says that this recorder writes no more. */
  close(): Promise<void>;
  /** In an exit handler: hands over what is left, durable when it returns where the store can do that. */
  flushSync(): void;
  /** When a page is hidden: starts writing what is left, and has the store keep at once what is not durable yet. */
  saveSync(): void;
  /** Whether anything said is not yet durable. */
  hasPending(): boolean;
  /** Reads spans with these conventions from now on. */
  useDialects(dialects: readonly Dialect[]): void;
  stats(): RecorderStats;
}

/** Errors that no retry mends. */
const finalErrors = new Set(["TypeError", "RangeError", "StoreClosedError", "DataCloneError"]);
const firstRetryMs = 500;
const lastRetryMs = 30_000;
/** So many failures are told apart, to report each once. */
const maxReported = 100;
/** A batch that holds so much is written before it has its number of spans. */
const maxBatchCharacters = 1 << 23;

export function createBatcher(options: BatcherOptions): Batcher {
  const { store, recorderId, origins, usual, newBatchId, redact, prices } = options;
  const { flushIntervalMs = 200, maxBatchSpans = 512 } = options;
  const { maxBufferedSpans = 65_536, maxBufferedCharacters = 1 << 27 } = options;
  /** A recorder writes MLflow's keys and no others, so it carries no other reader until spans of others come. */
  let dialects: readonly Dialect[] | undefined;
  /** What looks at spans does so when a batch is made, not while the traced code runs. */
  const isSeen = redact?.span !== undefined || prices !== undefined;
  const unwrittenOpen = new Set<BatchedSpan>();
  /** What has ended and waits for a batch: spans that are to be seen, else lines. */
  let unseen: BatchedSpan[] = [];
  let unseenCharacters = 0;
  let gathered = gatherLines(writeLines);
  let patches: TracePatch[] = [];
  /** Made and not yet acknowledged, in the order in which they are tried, with what they hold; and that taken together. */
  const unacknowledged = new Map<Batch, Contents>();
  const held = noContents();
  const inFlight = new Map<Batch, Promise<void>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let soon = false;
  /** While it is set the store has failed, and only `flush` and the retry write. */
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = firstRetryMs;
  let failing: unknown;
  /** Open spans wait for room in the buffer. */
  let isHoldingBack = false;
  const reported = new Set<string>();
  // Made once: an error costs more than the span that is dropped.
  const full = new RangeError(
    `the buffer holds at most ${maxBufferedSpans} spans and patches of ${maxBufferedCharacters} characters: what is over is dropped`,
  );
  let recorded = 0;
  let written = 0;
  let dropped = 0;
  let lastError: unknown;

  /** Each failure once, until a batch was written again. */
  function report(error: unknown): void {
    lastError = error;
    const text = messageOf(error);
    if (reported.has(text)) return;
    if (reported.size < maxReported) reported.add(text);
    options.onError(error);
  }

  function keep({ batch, contents }: Taken): void {
    unacknowledged.set(batch, contents);
    count(contents, 1);
  }

  function release(batch: Batch): Contents {
    const contents = unacknowledged.get(batch) ?? noContents();
    unacknowledged.delete(batch);
    count(contents, -1);
    return contents;
  }

  function count(contents: Contents, sign: 1 | -1): void {
    for (const key of Object.keys(held) as (keyof Contents)[]) held[key] += sign * contents[key];
  }

  /** Without `delayMs` as soon as the running code has returned to the event loop. */
  function schedule(delayMs?: number): void {
    if (timer !== undefined && (soon || delayMs !== undefined)) return;
    clearTimeout(timer);
    soon = delayMs === undefined;
    timer = setTimeout(send, delayMs ?? 0);
    // Recording must not keep a process alive; what is left when it ends goes out in the exit handler.
    unref(timer);
  }

  function send(): void {
    collect();
    if (retryTimer === undefined) writeWaiting();
  }

  function collect(): void {
    clearTimeout(timer);
    timer = undefined;
    soon = false;
    if (endedCount() + patches.length + unwrittenOpen.size === 0) {
      isHoldingBack = false; // what was held back has ended, and was dropped
      return;
    }
    const taken = takeBatch(false);
    if (taken.contents.records + taken.contents.patches > 0) keep(taken);
  }

  function writeWaiting(): void {
    for (const waiting of unacknowledged.keys()) if (!inFlight.has(waiting)) void write(waiting);
  }

  /** One batch asks whether the store works again; the next time another one, for it may be the batch that is at fault. */
  function retry(): void {
    retryTimer = undefined;
    const [batch, contents] = [...unacknowledged].find(([waiting]) => !inFlight.has(waiting)) ?? [];
    if (!batch || !contents) return;
    unacknowledged.delete(batch);
    unacknowledged.set(batch, contents);
    void write(batch);
  }

  function retryLater(): void {
    if (retryTimer !== undefined) return;
    retryTimer = setTimeout(retry, retryMs);
    unref(retryTimer);
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  }

  function write(batch: Batch): Promise<void> {
    const attempt = tryWrite(batch);
    inFlight.set(batch, attempt);
    return attempt;
  }

  async function tryWrite(batch: Batch): Promise<void> {
    const failure = await failureOf(batch);
    // At once: when another batch has succeeded, those are tried again that are not in flight.
    inFlight.delete(batch);
    try {
      if (failure) failed(batch, failure.error);
      else succeeded(batch);
    } catch (error) {
      report(error);
    }
  }

  /** Undefined when it is durable. */
  async function failureOf(batch: Batch): Promise<{ readonly error: unknown } | undefined> {
    try {
      await store.write(batch);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  function succeeded(batch: Batch): void {
    const contents = release(batch);
    written += contents.ended;
    reported.clear();
    clearTimeout(retryTimer);
    retryTimer = undefined;
    retryMs = firstRetryMs;
    failing = undefined;
    options.onWritten?.(contents.endedRoots);
    writeWaiting();
    if (isHoldingBack) schedule();
  }

  function failed(batch: Batch, error: unknown): void {
    failing = error;
    report(error);
    options.onFailed?.(error);
    if (finalErrors.has((error as Error).name)) {
      dropped += release(batch).ended;
    } else {
      retryLater();
    }
  }

  function endedCount(): number {
    return unseen.length + gathered.contents.ended;
  }

  function takeBatch(final: boolean): Taken {
    const { texts, contents } = gathered;
    contents.patches = patches.length;
    for (const span of unseen) gather(span);
    unseen = [];
    unseenCharacters = 0;
    isHoldingBack = false;
    for (const span of unwrittenOpen) {
      // What is open is kept by the program anyway: it costs nothing to wait.
      isHoldingBack = !final && held.records + contents.records >= maxBufferedSpans;
      if (isHoldingBack) break;
      unwrittenOpen.delete(span);
      gather(span);
    }
    gathered = gatherLines(writeLines);
    const id = newBatchId();
    const batch = {
      id,
      recorderId,
      texts: texts(),
      usual,
      patches,
      origins: origins(),
      ...(final && { final }),
    };
    patches = [];
    return { batch: toBatch(batch, dialects), contents };
  }

  /** Takes the span's lines, if there is room for them. */
  function gather(span: BatchedSpan, roomCharacters = Infinity): void {
    try {
      if (!gathered.add(span, roomCharacters)) drop(full);
    } catch (error) {
      if (span.isEnded) drop(error);
      else report(error);
    }
  }

  function writeLines(lines: Line[], at: number, span: BatchedSpan): number {
    if (!isSeen) return span.writeLines(lines, at);
    lines[at] = JSON.stringify(redactSpan(withCost(span.toSpan(), prices), redact?.span, report));
    return at + 1;
  }

  function drop(reason: unknown): void {
    dropped++;
    report(reason);
  }

  function hasPending(): boolean {
    return endedCount() + patches.length + unwrittenOpen.size + unacknowledged.size > 0;
  }

  async function flush(): Promise<void> {
    failing = undefined;
    do {
      collect();
      writeWaiting();
      await settled([...unacknowledged.keys()]);
    } while (isHoldingBack && failing === undefined);
    if (failing !== undefined) throw failing as Error;
  }

  /** Resolves when none of them is in flight. One that has failed may be again: another's success has it tried once more. */
  async function settled(batches: readonly Batch[]): Promise<void> {
    for (;;) {
      const attempts = batches.flatMap((batch) => inFlight.get(batch) ?? []);
      if (attempts.length === 0) return;
      await Promise.all(attempts);
    }
  }

  return {
    started(span) {
      recorded++;
      unwrittenOpen.add(span);
      schedule(flushIntervalMs);
    },
    ended(span) {
      unwrittenOpen.delete(span);
      const characters = gathered.contents.characters + unseenCharacters;
      const roomCharacters = maxBufferedCharacters - held.characters - characters;
      if (endedCount() + held.ended >= maxBufferedSpans) drop(full);
      else if (!isSeen) gather(span, roomCharacters);
      else if (span.sizeCharacters > roomCharacters) drop(full);
      else {
        unseen.push(span);
        unseenCharacters += span.sizeCharacters;
      }
      if (endedCount() >= maxBatchSpans || characters >= maxBatchCharacters) send();
      else schedule(span.isLocalRoot ? undefined : flushIntervalMs);
    },
    patched(patch) {
      const redacted = redactPatch(patch, redact?.patch, report);
      if (!redacted) return;
      if (patches.length + held.patches >= maxBufferedSpans) return report(full);
      patches.push(redacted);
      schedule(flushIntervalMs);
    },
    flush,
    async close() {
      keep(takeBatch(true));
      await flush();
      clearTimeout(timer);
      timer = undefined;
    },
    flushSync() {
      if (!store.writeSync || !hasPending()) return;
      // Also what is being written: a store around another may not have passed it on.
      for (const waiting of unacknowledged.keys()) store.writeSync(waiting);
      store.writeSync(takeBatch(true).batch);
    },
    saveSync() {
      collect();
      writeWaiting();
      let failure: unknown;
      // Each of them: a store around another may not have passed on what it has not acknowledged.
      for (const waiting of unacknowledged.keys()) {
        try {
          store.writeSync?.(waiting);
        } catch (error) {
          failure = error; // The last one speaks for all that does not fit.
        }
      }
      if (failure !== undefined) throw failure as Error;
    },
    hasPending,
    useDialects(others) {
      dialects = others;
    },
    stats: () => ({
      recorded,
      written,
      buffered: endedCount() + held.ended,
      dropped,
      ...(lastError !== undefined && { lastError }),
    }),
  };
}

/** A batch, and what it holds. */
interface Taken {
  readonly batch: Batch;
  readonly contents: Contents;
}

/** A timer is a number in browsers. */
function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
