/**
 * A batch of spans as text. Digests and payloads are made where they are needed: by a store in the same thread when it
 * reads `spans`, otherwise in the worker that the batch is posted to. So the traced program's thread only pays for
 * posting some texts.
 */
import type { Dialect } from "../model/dialects/dialect.js";
import { mlflowDialect } from "../model/dialects/mlflow.js";
import { digestSpan } from "../model/digest-span.js";
import type { Span } from "../model/span.js";
import type { Batch, SpanRecord } from "./contract.js";
import { readLines, type UsualFields } from "./span-line.js";

/** What is posted to a worker: the batch, or texts instead of its records. */
export type BatchMessage = Batch | SpanBatch;

/** A batch before its records are made. */
export interface SpanBatch extends Omit<Batch, "spans"> {
  /** Each holds the lines of some spans, separated by line breaks. */
  readonly texts: readonly string[];
  /** The fields that these leave out. */
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

/** The batch; its records are made when `spans` is first read, by these conventions or else the recorder's own. */
export function toBatch(spanBatch: SpanBatch, dialects = ownDialects): Batch {
  const { texts: _texts, usual: _usual, ...others } = spanBatch;
  return Object.defineProperties(others, {
    // Not enumerable, so that a copy of the batch has only its records.
    [source]: { value: { spanBatch, dialects } satisfies Source },
    spans: { get: readSpans, enumerable: true },
  }) as Omit<Batch, "spans"> as Batch;
}

/**
 * One function for all batches: V8 keeps a getter in its object's hidden class, where it, and all it can see, outlives
 * the object.
 */
function readSpans(this: SourcedBatch): readonly SpanRecord[] {
  const from = this[source];
  const { texts, usual } = from.spanBatch;
  return (from.records ??= texts
    .flatMap((text) => readLines(text, usual))
    .map((payload) => toRecord(payload, from.dialects)));
}

/** The batch in the form to post. */
export function toBatchMessage(batch: Batch): BatchMessage {
  const from = (batch as Partial<SourcedBatch>)[source];
  return from?.dialects === ownDialects ? from.spanBatch : batch;
}

/** The batch that was posted. */
export function fromBatchMessage(posted: BatchMessage): Batch {
  return "texts" in posted ? toBatch(posted) : posted;
}

// A recorder writes a span at most twice: version 1 is open, version 2 ended.
function toRecord(payload: string, dialects: readonly Dialect[]): SpanRecord {
  const span = JSON.parse(payload) as Span;
  const version = span.endTimeUnixNano === undefined ? 1 : 2;
  return { digest: digestSpan(span, version, dialects), payload };
}
