import type { EncodedRecord, JournalRecord } from "./file/record.js";

/** The records that are in the journal but not yet in the database, in order. */
export interface Backlog {
  readonly sizeBytes: number;
  readonly isEmpty: boolean;
  add(records: readonly EncodedRecord[]): void;
  clear(): void;
  /**
   * Hands records to `apply`, oldest first and in batches, until no more than `untilBytes` are left or the time is up. Throws
   * what `apply` throws; the records handed to it are gone.
   */
  fold(apply: (records: readonly JournalRecord[]) => void, limits: FoldLimits): void;
}

export interface FoldLimits {
  readonly untilBytes: number;
  readonly maxMs: number;
}

/** About 250 spans, 8 ms. */
const bytesPerTransaction = 256 * 1024;

export function createBacklog(): Backlog {
  let waiting: EncodedRecord[] = [];
  let sizeBytes = 0;

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    get isEmpty() {
      return waiting.length === 0;
    },
    add(records) {
      for (const { record, bytes } of records) {
        waiting.push({ record, bytes });
        sizeBytes += bytes.length;
      }
    },
    clear() {
      waiting = [];
      sizeBytes = 0;
    },
    fold(apply, { untilBytes, maxMs }) {
      const endMs = performance.now() + maxMs;
      let count = 0;
      try {
        while (count < waiting.length && sizeBytes > untilBytes && performance.now() < endMs) {
          const taken: JournalRecord[] = [];
          for (let takenBytes = 0; takenBytes < bytesPerTransaction; count++) {
            const next = waiting[count];
            if (!next) break;
            taken.push(next.record);
            takenBytes += next.bytes.length;
            sizeBytes -= next.bytes.length;
          }
          apply(taken);
        }
      } finally {
        waiting = waiting.slice(count);
      }
    },
  };
}
