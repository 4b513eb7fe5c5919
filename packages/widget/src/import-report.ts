import type { Trace } from "@spanbook/core/model";
import {
  exportOtlp,
  importOtlp,
  textPieces,
  type ImportOptions,
  type ImportResult,
  type TextInput,
} from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { fromBase64 } from "./report/packing.js";
import { dataElementId } from "./report/page.js";

/**
 * Imports the traces of a report, the page made by `createReport`, into a store: from its text, a `Blob` or `File`, a stream, a
 * URL, or `{ path }`. Otherwise like `importOtlp`, also for spans that the store has already.
 *
 * Rejects with TypeError if the input is not a report or its data is damaged, with RangeError if the page or its data has over
 * 2^28 characters, with AbortError when aborted, and with the errors of the store and of the input.
 */
export async function importReport(
  store: TraceStore,
  input: TextInput,
  options?: ImportOptions,
): Promise<ImportResult> {
  const traces = await readTraces(await wholeText(input));
  return importOtlp(store, linesOf(traces), options);
}

/** What can reasonably be held in memory at once: a few bytes of gzip may unpack to anything. */
const maxTextLength = 2 ** 28;

async function wholeText(input: TextInput): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of textPieces(input)) {
    length += piece.length;
    if (length > maxTextLength) throw new RangeError(`the report is longer than ${maxTextLength} characters`);
    pieces.push(piece);
  }
  return pieces.join("");
}

// The data has no characters special to HTML, and no text in the page can contain a tag.
const dataPattern = new RegExp(`<script type="application/gzip" id="${dataElementId}">([^<]*)</script>`);

async function readTraces(page: string): Promise<readonly Trace[]> {
  const packed = dataPattern.exec(page)?.[1];
  if (packed === undefined) throw new TypeError("expected a Spanbook report, got a page without its data");
  try {
    const traces = JSON.parse(await wholeText(fromBase64(packed))) as readonly Trace[];
    const isWhole = traces.every(({ info, data }) => typeof info === "object" && Array.isArray(data.spans));
    if (isWhole) return traces;
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw damaged(cause);
  }
  throw damaged(new TypeError("expected traces"));
}

/** The traces' fields have not been checked before this. */
async function* linesOf(traces: readonly Trace[]): AsyncGenerator<string> {
  try {
    yield* exportOtlp(traces, { format: "jsonl" });
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause: unknown): TypeError {
  return new TypeError(`the data of the report is damaged: ${(cause as Error).message}`, { cause });
}
