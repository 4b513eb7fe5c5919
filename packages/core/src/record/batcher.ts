/**
 * Collects ended spans, open spans (each once) and patches into batches for the store. What does not fit into the buffer is
 * dropped and counted.
 */
import type { Dialect } from "../model/dialects/dialect.js";
import type { TracePatch } from "../model/patch.js";
import type { Origins, Span } from "../model/span.js";
import type { Batch } from "../store/contract.js";
import { toBatch } from "../store/span-batch.js";
import type { Line, UsualFields } from "../store/span-line.js";
import { messageOf } from "./careful-json.js";
import { withCost, type Prices } from "./cost.js";
import { gatherLines, type Contents } from "./gathered-lines.js";
import { createOutbox, type OutboxOptions } from "./outbox.js";
import { redactPatch, redactSpan, type Redaction } from "./redaction.js";
import { clearWriteTimer, setWriteTimer, type WriteTimer } from "./write-timer.js";

/** What became of a recorder's spans: recorded = written + buffered + dropped + open. */
export interface RecorderStats {
  /** Spans that were started. */
  readonly recorded: number;
  /** Spans whose end is durable in the store. */
  readonly written: number;
  /** Ended spans that are not yet durable. */
  readonly buffered: number;
  /** Ended spans that were given up: the buffer was full, or the store refused them for good. */
  readonly dropped: number;
  /** The last failure, even if it was not reported to `onError` because it was a repetition. */
  readonly lastError?: unknown;
}

export interface BatcherOptions {
  readonly store: OutboxOptions["store"];
  readonly recorderId: string;
  readonly origins: () => Origins;
  /** Fields that most spans share, so that their lines leave them out. */
  readonly usual: UsualFields;
  readonly newBatchId: () => string;
  readonly onError: (error: unknown) => void;
  /** A batch is durable, with the ends of `endedRoots` roots. */
  readonly onWritten?: ((endedRoots: number) => void) | undefined;
  /** A batch could not be written this time. Unlike `onError`, called every time. */
  readonly onFailed?: ((error: unknown) => void) | undefined;
  readonly redact?: Redaction | undefined;
  readonly prices?: Prices | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly maxBatchSpans?: number | undefined;
  readonly maxBufferedSpans?: number | undefined;
  readonly maxBufferedCharacters?: number | undefined;
}

/** What the batcher needs from a span, be it a live span or one of another API. */
export interface BatchedSpan {
  readonly isEnded: boolean;
  /** Its parent, if any, is not a span of the same recorder. Its end is written without delay. */
  readonly isLocalRoot: boolean;
  /** About how much text it holds. */
  readonly sizeCharacters: number;
  toSpan(): Span;
  /** Writes the span as lines (see span-line.ts) from index `at` on; returns the index after the last. */
  writeLines(lines: Line[], at: number): number;
}

export interface Batcher {
  started(span: BatchedSpan): void;
  ended(span: BatchedSpan): void;
  patched(patch: TracePatch): void;
  /** Resolves when everything before this call is durable; rejects with the store's error if it is not. */
  flush(): Promise<void>;
  /** Flushes, and tells the store that this recorder writes nothing more. */
  close(): Promise<void>;
  /** For exit handlers: makes what is left durable before it returns, if the store can write synchronously. */
  flushSync(): void;
  /**
   * For a page that is being hidden: starts writing what is left, and has the store save at once what is not yet
   * durable.
   */
  saveSync(): void;
  /** Whether anything is not yet durable. */
  hasPending(): boolean;
  /** Reads spans with these conventions from now on. */
  useDialects(dialects: readonly Dialect[]): void;
  stats(): RecorderStats;
}

/** How many different failures are remembered, so that each is reported once. */
const maxReported = 100;
/** A batch of this many characters is written before it has `maxBatchSpans`. */
const maxBatchCharacters = 1 << 23;

export function createBatcher(options: BatcherOptions): Batcher {
  const { store, origins, usual, newBatchId, redact, prices } = options;
  const { flushIntervalMs = 200, maxBatchSpans = 512 } = options;
  const { maxBufferedSpans = 65_536, maxBufferedCharacters = 1 << 27 } = options;
  /** Undefined means MLflow's only, since a recorder writes no other keys; set once spans of another API arrive. */
  let dialects: readonly Dialect[] | undefined;
  /** Redaction and prices need whole spans, which they get when a batch is made, not while the traced code runs. */
  const needsSpans = redact?.span !== undefined || prices !== undefined;
  const unwrittenOpen = new Set<BatchedSpan>();
  /** Ended spans that wait for a batch, if whole spans are needed; otherwise `gathered` holds their lines. */
  let endedSpans: BatchedSpan[] = [];
  let endedCharacters = 0;
  let gathered = gatherLines(writeLines);
  let patches: TracePatch[] = [];
  let timer: WriteTimer | undefined;
  /** The timer fires as soon as the running code has returned. */
  let isDueAtOnce = false;
  /** Open spans wait for room in the buffer. */
  let isHoldingBack = false;
  const reported = new Set<string>();
  let fullError: RangeError | undefined;
  let recorded = 0;
  let written = 0;
  let dropped = 0;
  let lastError: unknown;
  const outbox = createOutbox({
    store,
    onWritten(contents) {
      written += contents.ended;
      reported.clear();
      options.onWritten?.(contents.endedRoots);
      if (isHoldingBack) schedule();
    },
    onFailed(error) {
      report(error);
      options.onFailed?.(error);
    },
    onGivenUp: (contents) => void (dropped += contents.ended),
  });

  /** Reports each failure once, until a batch has been written again. */
  function report(error: unknown): void {
    lastError = error;
    const text = messageOf(error);
    if (reported.has(text)) return;
    if (reported.size < maxReported) reported.add(text);
    options.onError(error);
  }

  /** Without `delayMs`, sends as soon as the running code has returned to the event loop. */
  function schedule(delayMs?: number): void {
    if (timer !== undefined && (isDueAtOnce || delayMs !== undefined)) return;
    clearWriteTimer(timer);
    isDueAtOnce = delayMs === undefined;
    // What is left when the process ends is written by the exit handler.
    timer = setWriteTimer(send, delayMs ?? 0);
  }

  function send(): void {
    collect();
    outbox.send();
  }

  function collect(): void {
    clearWriteTimer(timer);
    timer = undefined;
    isDueAtOnce = false;
    if (endedCount() + patches.length + unwrittenOpen.size === 0) {
      isHoldingBack = false; // what was held back has ended, and was dropped
      return;
    }
    const { batch, contents } = takeBatch(false);
    if (contents.records + contents.patches > 0) outbox.add(batch, contents);
  }

  function endedCount(): number {
    return endedSpans.length + gathered.contents.ended;
  }

  function takeBatch(final: boolean): Taken {
    const { texts, contents } = gathered;
    contents.patches = patches.length;
    for (const span of endedSpans) gather(span);
    endedSpans = [];
    endedCharacters = 0;
    isHoldingBack = false;
    for (const span of unwrittenOpen) {
      // The program holds its open spans anyway, so leaving them for a later batch costs no memory.
      isHoldingBack = !final && outbox.held.records + contents.records >= maxBufferedSpans;
      if (isHoldingBack) break;
      unwrittenOpen.delete(span);
      gather(span);
    }
    gathered = gatherLines(writeLines);
    const id = newBatchId();
    const batch = {
      id,
      recorderId: options.recorderId,
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
      if (!gathered.add(span, roomCharacters)) drop(full());
    } catch (error) {
      if (span.isEnded) drop(error);
      else report(error);
    }
  }

  function writeLines(lines: Line[], at: number, span: BatchedSpan): number {
    if (!needsSpans) return span.writeLines(lines, at);
    lines[at] = JSON.stringify(redactSpan(withCost(span.toSpan(), prices), redact?.span, report));
    return at + 1;
  }

  function drop(reason: unknown): void {
    dropped++;
    report(reason);
  }

  /**
   * Created once, because an error costs more than the dropped span; and late, because in a debugged page the first
   * takes 6 ms.
   */
  function full(): RangeError {
    return (fullError ??= new RangeError(
      `the buffer is full (${maxBufferedSpans} spans and patches, or ${maxBufferedCharacters} characters): what exceeds it is dropped`,
    ));
  }

  function hasPending(): boolean {
    return endedCount() + patches.length + unwrittenOpen.size + outbox.size > 0;
  }

  async function flush(): Promise<void> {
    do {
      collect();
      await outbox.flush();
    } while (isHoldingBack);
  }

  return {
    started(span) {
      recorded++;
      unwrittenOpen.add(span);
      schedule(flushIntervalMs);
    },
    ended(span) {
      unwrittenOpen.delete(span);
      const characters = gathered.contents.characters + endedCharacters;
      const roomCharacters = maxBufferedCharacters - outbox.held.characters - characters;
      if (endedCount() + outbox.held.ended >= maxBufferedSpans) drop(full());
      else if (!needsSpans) gather(span, roomCharacters);
      else if (span.sizeCharacters > roomCharacters) drop(full());
      else {
        endedSpans.push(span);
        endedCharacters += span.sizeCharacters;
      }
      if (endedCount() >= maxBatchSpans || characters >= maxBatchCharacters) send();
      else schedule(span.isLocalRoot ? undefined : flushIntervalMs);
    },
    patched(patch) {
      const redacted = redactPatch(patch, redact?.patch, report);
      if (!redacted) return;
      if (patches.length + outbox.held.patches >= maxBufferedSpans) return report(full());
      patches.push(redacted);
      schedule(flushIntervalMs);
    },
    flush,
    async close() {
      const { batch, contents } = takeBatch(true);
      outbox.add(batch, contents);
      await flush();
      clearWriteTimer(timer);
      timer = undefined;
    },
    flushSync() {
      if (!store.writeSync || !hasPending()) return;
      outbox.flushSync();
      store.writeSync(takeBatch(true).batch);
    },
    saveSync() {
      collect();
      outbox.saveSync();
    },
    hasPending,
    useDialects(others) {
      dialects = others;
    },
    stats: () => ({
      recorded,
      written,
      buffered: endedCount() + outbox.held.ended,
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
