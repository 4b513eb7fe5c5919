import type { EncodedRecord } from "./file/record.js";

/** Records that arrive together are written at once. */
export interface WriteGroup {
  /** Resolves once the record is written; rejects with the error of the write. */
  add(record: EncodedRecord): Promise<void>;
  /** Writes the waiting records now. */
  flush(): void;
}

interface WaitingRecord extends EncodedRecord {
  stored(): void;
  refused(failure: unknown): void;
}

/** A group is written at this size, in case batches arrive faster than the disk takes them. */
const maxGroupBytes = 4 * 1024 * 1024;

/** `write` is synchronous. If it throws, all records of the group reject with its error. */
export function createWriteGroup(write: (records: readonly EncodedRecord[]) => void): WriteGroup {
  let waiting: WaitingRecord[] = [];
  let waitingBytes = 0;
  let isFlushPlanned = false;

  function planFlush(): void {
    if (isFlushPlanned) return;
    isFlushPlanned = true;
    setImmediate(() => {
      isFlushPlanned = false;
      flush();
    });
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    waitingBytes = 0;
    try {
      write(group);
    } catch (failure) {
      for (const { refused } of group) refused(failure);
      return;
    }
    for (const { stored } of group) stored();
  }

  return {
    add: (record) =>
      new Promise((stored, refused) => {
        waiting.push({ ...record, stored, refused });
        waitingBytes += record.bytes.length;
        if (waitingBytes >= maxGroupBytes) flush();
        else planFlush();
      }),
    flush,
  };
}
