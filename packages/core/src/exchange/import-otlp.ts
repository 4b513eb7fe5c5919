import type { TraceStore } from "../store/contract.js";
import { brokenDocument, createDocumentSplitter, type DocumentPart } from "./document-splitter.js";
import { parseExactJson } from "./exact-json.js";
import {
  createImportWriter,
  spansPerBatch,
  type ImportOptions,
  type ImportResult,
} from "./import-records.js";
import { createSpanReader } from "./otlp-read.js";
import { textPieces, untilDamage, type TextInput } from "./text-input.js";
import { takeCarried } from "./trace-carrier.js";

/** Spans may be large: at this many characters of text a batch is written, even if it has fewer than 500 spans. */
const maxWaitingLength = 2 ** 23;

/**
 * Reads OTLP JSON, one document or JSON lines, gzip or not, into a store, in memory that does not grow with the file. What is
 * good is kept; what is not is told in `errors` by line and place. Spans that the store has already stay as they are, so
 * importing a file twice changes nothing. Tags and metadata that {@link exportOtlp} wrote are the trace's again; what the
 * store's user has set wins over them.
 *
 * Rejects with TypeError where the input is no OTLP JSON at all, with AbortError when aborted (what was written stays), and
 * with the errors of the store and of the input.
 */
export async function importOtlp(
  store: TraceStore,
  input: TextInput,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const writer = createImportWriter(store, options);
  const reader = createSpanReader((span) => writer.add(takeCarried(span)));
  const splitter = createDocumentSplitter();
  let understood = 0;
  let line = 0;
  /** Of the elements whose spans wait to be written. */
  let waitingLength = 0;

  async function write(): Promise<void> {
    waitingLength = 0;
    await writer.write(reader.takeOrigins(), line);
  }

  async function read(parts: readonly DocumentPart[]): Promise<void> {
    for (const part of parts) {
      line = part.line;
      if (readPart(part, reader)) understood++;
      waitingLength += part.kind === "element" ? part.text.length : 0;
      const isFull = writer.pending >= spansPerBatch || waitingLength >= maxWaitingLength;
      if (part.kind === "end" || isFull) await write();
    }
  }

  let damage: TypeError | undefined;
  for await (const text of untilDamage(textPieces(input), (error) => (damage = error))) {
    writer.checkAborted();
    await read(splitter.push(text));
  }
  await read(splitter.end());
  await write();
  if (damage && understood === 0) throw damage;
  if (damage) reader.refuse({ line, path: "", message: damage.message });
  const [first] = reader.errors;
  if (first && understood === 0) throw new TypeError(`not OTLP JSON: line ${first.line}: ${first.message}`);
  return {
    ...writer.counts,
    skipped: reader.skipped,
    errors: [...reader.errors].sort((a, b) => a.line - b.line),
  };
}

type SpanReader = ReturnType<typeof createSpanReader>;

/** Whether the part was OTLP, of whatever signal. */
function readPart(part: DocumentPart, reader: SpanReader): boolean {
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
    reader.refuse({ line, path, message: (error as Error).message });
    return false;
  }
}
