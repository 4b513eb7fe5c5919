/**
 * A batch of spans as they are. Digests and payloads are made by whoever wants them: a store in the same thread when it
 * reads `spans`, and otherwise the worker to which the batch is posted. So the thread of the traced program pays for the
 * posting only, which is a third of it all.
 */
import type { Dialect } from "../model/dialects/dialect.js";
import { mlflowDialect } from "../model/dialects/mlflow.js";
import { digestSpan } from "../model/digest-span.js";
import type { Span } from "../model/span.js";
import type { Batch, SpanRecord } from "./contract.js";

/** What crosses to a worker: the batch, or its spans in place of their records. */
export type BatchMessage = Batch | SpanBatch;

/** A batch before its records are made. The spans must not be changed any more. */
export interface SpanBatch extends Omit<Batch, "spans"> {
  readonly unread: readonly Span[];
}

// Not listed, so that a copy of the batch has its records and nothing else.
const unreadSpans = Symbol("unread spans");
/** The conventions that a worker can read: those of the recorder itself. */
const ownDialects: readonly Dialect[] = [mlflowDialect];

/** The batch; its records are made when `spans` is read first, by these conventions or else the recorder's own. */
export function toBatch({ unread, ...others }: SpanBatch, dialects = ownDialects): Batch {
  let records: readonly SpanRecord[] | undefined;
  const batch = {
    ...others,
    get spans() {
      return (records ??= unread.map((span) => toRecord(span, dialects)));
    },
  };
  return dialects === ownDialects ? Object.defineProperty(batch, unreadSpans, { value: unread }) : batch;
}

/** The batch as it is posted. */
export function toBatchMessage(batch: Batch): BatchMessage {
  const { [unreadSpans]: unread } = batch as { readonly [unreadSpans]?: readonly Span[] };
  if (!unread) return batch;
  const { id, recorderId, patches, origins, final } = batch;
  return { id, recorderId, unread, patches, origins, ...(final && { final }) };
}

/** The batch that was posted. */
export function fromBatchMessage(message: BatchMessage): Batch {
  return "unread" in message ? toBatch(message) : message;
}

// The end of a span is its recorder's second word on it.
function toRecord(span: Span, dialects: readonly Dialect[]): SpanRecord {
  const version = span.endTimeUnixNano === undefined ? 1 : 2;
  return { digest: digestSpan(span, version, dialects), payload: JSON.stringify(span) };
}
