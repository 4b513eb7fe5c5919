import { digestSpan } from "../model/describe-span.js";
import { createIdSource } from "../model/ids.js";
import type { Span } from "../model/span.js";
import type { TraceStore } from "../store/contract.js";
import { storeError } from "../store/errors.js";
import { createSpanReader, type ReadError } from "./otlp-read.js";
import { linesOf, type TextInput } from "./text-input.js";

/** What an import tells, and by what it can be stopped. */
export interface ImportOptions {
  /** Told after each batch. */
  readonly onProgress?: (progress: { readonly spans: number; readonly lines: number }) => void;
  /** Stops between two batches, and rejects with AbortError; what was imported stays. */
  readonly signal?: AbortSignal;
}

/** How many traces and spans are in the store now, and what could not be read. */
export interface ImportResult {
  readonly traces: number;
  readonly spans: number;
  /** Lines of other signals (metrics, logs). */
  readonly skipped: number;
  readonly errors: readonly ReadError[];
}

const spansPerBatch = 500;

/**
 * Reads OTLP JSON, one document or JSON lines, into a store. What is good is kept; what is not is told in `errors` by line
 * and place. Spans that the store has already stay as they are, so importing a file twice changes nothing.
 *
 * Rejects with TypeError where the input is no OTLP JSON at all, with AbortError when aborted (what was written stays), and
 * with the store's errors.
 */
export async function importOtlp(
  store: TraceStore,
  input: TextInput,
  { onProgress, signal }: ImportOptions = {},
): Promise<ImportResult> {
  const ids = createIdSource();
  const recorderId = `import-${ids.traceId()}`;
  const reader = createSpanReader();
  const traceIds = new Set<string>();
  let spanCount = 0;
  let line = 0;

  async function write(): Promise<void> {
    const { spans, resources, scopes } = reader.take();
    for (let start = 0; start < spans.length; start += spansPerBatch) {
      if (signal?.aborted) throw storeError("AbortError", "the import was aborted");
      const part = spans.slice(start, start + spansPerBatch);
      await store.write({
        id: ids.traceId(),
        recorderId,
        spans: part.map(toRecord),
        patches: [],
        origins: { resources, scopes },
        final: true,
      });
      for (const { traceId } of part) traceIds.add(traceId);
      spanCount += part.length;
      onProgress?.({ spans: spanCount, lines: line });
    }
  }

  const refused: ReadError[] = [];
  let understood = 0;
  for await (const { text, number } of documentsOf(input)) {
    line = number;
    try {
      reader.read(JSON.parse(text) as unknown, number);
      understood++;
    } catch (error) {
      refused.push({ line: number, path: "", message: (error as Error).message });
    }
    await write();
  }
  const [first] = refused;
  if (first && understood === 0) throw new TypeError(`not OTLP JSON: line ${first.line}: ${first.message}`);
  return {
    traces: traceIds.size,
    spans: spanCount,
    skipped: reader.skipped,
    errors: [...refused, ...reader.errors].sort((a, b) => a.line - b.line),
  };
}

// Version 0 is below every recorder's: a span that a store has from its recorder stays as it is.
function toRecord(span: Span): { digest: ReturnType<typeof digestSpan>; payload: string } {
  return { digest: digestSpan(span, 0), payload: JSON.stringify(span) };
}

interface NumberedText {
  readonly text: string;
  readonly number: number;
}

// JSON lines if the first line is a document of its own; else the whole is one, or lines of which the first is bad.
async function* documentsOf(input: TextInput): AsyncGenerator<NumberedText> {
  const held: NumberedText[] = [];
  let isJsonLines: boolean | undefined;
  let number = 0;
  for await (const text of linesOf(input)) {
    number++;
    if (text.trim() === "") continue;
    isJsonLines ??= isJson(text);
    if (isJsonLines) yield { text, number };
    else held.push({ text, number });
  }
  if (held.length === 0) return;
  const whole = held.map(({ text }) => text).join("\n");
  if (isJson(whole) || !held.some(({ text }) => isJson(text) && text.trimStart().startsWith("{"))) {
    yield { text: whole, number: 1 };
  } else {
    yield* held;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
