import type { TraceStore } from "../store/contract.js";
import { brokenDocument, type DocumentPart } from "./document-splitter.js";
import { parseExactJson } from "./exact-json.js";
import {
  createImportWriter,
  spansPerBatch,
  type ImportOptions,
  type ImportResult,
} from "./import-records.js";
import { createSpanReader, type SpanReader } from "./otlp-read.js";
import { readDocuments } from "./read-documents.js";
import { createReadErrors, type ReadErrors } from "./read-errors.js";
import type { TextInput } from "./text-input.js";
import { takeCarried } from "./trace-carrier.js";

/** Spans may be large: at this many characters of text a batch is written, even if it has fewer than 500 spans. */
const maxWaitingLength = 2 ** 23;

/**
 * Reads OTLP JSON, one document or JSON lines, gzip or not, into a store, in memory that does not grow with the file. What can
 * be read is kept; what cannot is listed in `errors` by line and place. Spans that the store already has stay as they are, so
 * importing a file twice changes nothing. Tags and metadata that {@link exportOtlp} wrote belong to the trace again; those that
 * were set in this store win over them.
 *
 * Rejects with TypeError if the input is not OTLP JSON at all, with AbortError when aborted (what was written stays), and with
 * the errors of the store and of the input.
 */
export async function importOtlp(
  store: TraceStore,
  input: TextInput,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const writer = createImportWriter(store, options);
  const errors = createReadErrors();
  const reader = createSpanReader((span) => writer.add(takeCarried(span)), errors);
  let line = 0;
  /** The length of the elements whose spans wait to be written. */
  let waitingLength = 0;

  async function write(): Promise<void> {
    waitingLength = 0;
    await writer.write(reader.takeOrigins(), line);
  }

  async function read(parts: readonly DocumentPart[]): Promise<number> {
    let understood = 0;
    for (const part of parts) {
      line = part.line;
      if (readPart(part, reader, errors)) understood++;
      waitingLength += part.kind === "element" ? part.text.length : 0;
      const isFull = writer.pending >= spansPerBatch || waitingLength >= maxWaitingLength;
      if (part.kind === "end" || isFull) await write();
    }
    return understood;
  }

  await readDocuments(input, { format: "OTLP", unit: "resourceSpans", read, errors, writer });
  await write();
  return {
    ...writer.counts,
    skipped: reader.skipped,
    errors: [...errors.list].sort((a, b) => a.line - b.line),
  };
}

/** Whether the part was OTLP, of whatever signal. */
function readPart(part: DocumentPart, reader: SpanReader, errors: ReadErrors): boolean {
  const { line } = part;
  const path = part.kind === "element" ? `resourceSpans[${part.index}]` : "";
  try {
    switch (part.kind) {
      case "element":
        reader.readGroup(parseExactJson(part.text, part.mayHaveLongNumbers), line, path);
        return true;
      case "end":
        return part.hasElements || reader.readOther(part.keys);
      case "value":
        throw new TypeError(`expected an object with resourceSpans, got ${part.text.slice(0, 60)}`);
      case "broken":
        throw new TypeError(brokenDocument);
    }
  } catch (error) {
    errors.add({ line, path, message: (error as Error).message });
    return false;
  }
}
