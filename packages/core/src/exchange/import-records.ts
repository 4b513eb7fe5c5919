/** What an import writes, a batch at a time. */
import { parseAssessment } from "../model/assessment.js";
import { digestSpan } from "../model/every-dialect.js";
import { contentId, createIdSource } from "../model/ids.js";
import { toPatchId, type TracePatch } from "../model/patch.js";
import type { Origins, Span } from "../model/span.js";
import type { SpanRecord, TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import type { ReadError } from "./read-errors.js";
import type { CarriedOperation } from "./trace-carrier.js";

/** How to follow an import and how to stop it. */
export interface ImportOptions {
  /** Called after each batch. */
  readonly onProgress?: ((progress: { readonly spans: number; readonly lines: number }) => void) | undefined;
  /** Stops between two batches, and rejects with AbortError; what was imported stays. */
  readonly signal?: AbortSignal | undefined;
}

/** How many traces and spans of the input were written to the store, and what could not be read. */
export interface ImportResult {
  readonly traces: number;
  readonly spans: number;
  /** Documents of other signals (metrics, logs). */
  readonly skipped: number;
  /** By line. At most 1,000 and one that counts the rest. */
  readonly errors: readonly ReadError[];
}

/** A span as read from a file, and what the file says about its trace with it. */
export interface ImportedSpan {
  readonly span: Span;
  readonly operations: readonly CarriedOperation[];
}

export interface ImportWriter {
  /** Notes a span for the next batch, in the form to be written: that is kept longer than what was read. */
  add(imported: ImportedSpan): void;
  /** How many have been noted. */
  readonly pending: number;
  /** Writes what was noted, which came from lines up to that one. Rejects with AbortError and with the store's errors. */
  write(origins: Origins, line: number): Promise<void>;
  /** Throws AbortError. */
  checkAborted(): void;
  /** What was written. */
  readonly counts: { readonly traces: number; readonly spans: number };
}

interface NotedSpan {
  readonly record: SpanRecord;
  readonly patches: readonly TracePatch[];
}

export const spansPerBatch = 500;

export function createImportWriter(store: TraceStore, { onProgress, signal }: ImportOptions): ImportWriter {
  const ids = createIdSource();
  const recorderId = `import-${ids.traceId()}`;
  const traceIds = new Set<string>();
  let noted: NotedSpan[] = [];
  let spanCount = 0;

  function checkAborted(): void {
    if (signal?.aborted) throw storeError("AbortError", "the import was aborted");
  }

  return {
    checkAborted,
    add({ span, operations }) {
      const { traceId } = span;
      noted.push({
        record: toRecord(span),
        patches: operations.map((operation) => toPatch(operation, traceId)),
      });
    },
    get pending() {
      return noted.length;
    },
    async write(origins, line) {
      const all = noted;
      noted = [];
      for (let start = 0; start < all.length; start += spansPerBatch) {
        checkAborted();
        const part = all.slice(start, start + spansPerBatch);
        await store.write({
          id: ids.traceId(),
          recorderId,
          spans: part.map(({ record }) => record),
          patches: part.flatMap(({ patches }) => patches),
          origins,
          final: true,
        });
        for (const { record } of part) traceIds.add(record.digest.traceId);
        spanCount += part.length;
        onProgress?.({ spans: spanCount, lines: line });
      }
    },
    get counts() {
      return { traces: traceIds.size, spans: spanCount };
    },
  };
}

/** Version 0 is lower than any recorder's, so a span that a store has from its recorder stays as it is. */
function toRecord(span: Span): SpanRecord {
  return { digest: digestSpan(span, 0), payload: JSON.stringify(span) };
}

/**
 * The id sorts before any time, so that whatever a user sets wins, whenever that was. A version of an assessment has
 * its own time, so that it falls into place among those that the store has. The same patch has the same id, whoever
 * imports it.
 */
function toPatch(operation: CarriedOperation, traceId: string): TracePatch {
  if (operation.op !== "setAssessment") return { id: patchIdOf(operation, traceId), traceId, ...operation };
  const { index, ...version } = operation;
  const timeMs = parseAssessment(version.value)?.timeMs ?? 0;
  return { id: patchIdOf(version, traceId, timeMs, index), traceId, ...version };
}

function patchIdOf(operation: object, traceId: string, timeMs = 0, count = 0): string {
  return toPatchId(timeMs, count, contentId({ traceId, operation }));
}
