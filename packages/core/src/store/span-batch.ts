/**
 * A batch of spans as text. Digests and payloads are made by whoever wants them: a store in the same thread when it reads
 * `spans`, and otherwise the worker to which the batch is posted. So the thread of the traced program pays for posting some
 * texts only.
 */
import type { Dialect } from "../model/dialects/dialect.js";
import { mlflowDialect } from "../model/dialects/mlflow.js";
import { digestSpan } from "../model/digest-span.js";
import type { Span } from "../model/span.js";
import type { Batch, SpanRecord } from "./contract.js";
import { readLines, type UsualFields } from "./span-line.js";

/** What crosses to a worker: the batch, or texts in place of its records. */
export type BatchMessage = Batch | SpanBatch;

/** A batch before its records are made. */
export interface SpanBatch extends Omit<Batch, "spans"> {
  /** Each the lines of some spans, between line breaks. */
  readonly texts: readonly string[];
  /** What these leave out. */
  readonly usual: UsualFields;
}

interface Source {
  readonly spanBatch: SpanBatch;
  readonly dialects: readonly Dialect[];
  records?: readonly SpanRecord[];
}

interface SourcedBatch extends Omit<Batch, "spans"> {
  readonly [source]: Source;
}

const source = Symbol();
/** The conventions that a worker can read: those of the recorder itself. */
const ownDialects: readonly Dialect[] = [mlflowDialect];

/** The batch; its records are made when `spans` is read first, by these conventions or else the recorder's own. */
export function toBatch(spanBatch: SpanBatch, dialects = ownDialects): Batch {
  const { texts: _texts, usual: _usual, ...others } = spanBatch;
  return Object.defineProperties(others, {
    // Not listed, so that a copy of the batch has its records and nothing else.
    [source]: { value: { spanBatch, dialects } satisfies Source },
    spans: { get: readSpans, enumerable: true },
  }) as Omit<Batch, "spans"> as Batch;
}

/** One for all batches: V8 keeps a getter in the hidden class of its object, where it, and all it sees, outlives the object. */
function readSpans(this: SourcedBatch): readonly SpanRecord[] {
  const from = this[source];
  const { texts, usual } = from.spanBatch;
  return (from.records ??= texts
    .flatMap((text) => readLines(text, usual))
    .map((payload) => toRecord(payload, from.dialects)));
}

/** The batch as it is posted. */
export function toBatchMessage(batch: Batch): BatchMessage {
  const from = (batch as Partial<SourcedBatch>)[source];
  return from?.dialects === ownDialects ? from.spanBatch : batch;
}

/** The batch that was posted. */
export function fromBatchMessage(posted: BatchMessage): Batch {
  return "texts" in posted ? toBatch(posted) : posted;
}

// The end of a span is its recorder's second word on it.
function toRecord(payload: string, dialects: readonly Dialect[]): SpanRecord {
  const span = JSON.parse(payload) as Span;
  const version = span.endTimeUnixNano === undefined ? 1 : 2;
  return { digest: digestSpan(span, version, dialects), payload };
}
