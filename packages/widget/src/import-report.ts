import type { Trace } from "@spanbook/core/model";
import {
  exportOtlp,
  importOtlp,
  textOf,
  type ImportOptions,
  type ImportResult,
  type TextInput,
} from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { fromPackedText } from "./report/packing.js";
import { dataElementId } from "./report/page.js";

/**
 * Takes the traces of a report, the page that `createReport` makes, into a store again: from its text, a `Blob` or `File`, a
 * stream, a URL, or `{ path }`. Otherwise as `importOtlp`, also what it does with spans that the store has already.
 *
 * Rejects with TypeError where the input is no report or its data is damaged, with AbortError when aborted, and with the
 * errors of the store and of the input.
 */
export async function importReport(
  store: TraceStore,
  input: TextInput,
  options?: ImportOptions,
): Promise<ImportResult> {
  const traces = await readTraces(await readPage(input));
  return importOtlp(store, linesOf(traces), options);
}

/** What memory can be asked to hold at once: so many characters of the page, and so many bytes of its data. */
const maxLength = 2 ** 28;

async function readPage(input: TextInput): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of textOf(input)) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxLength) {
      throw new TypeError(`expected a report of Spanbook, got a page of more than ${maxLength} characters`);
    }
  }
  return pieces.join("");
}

// The data has no character that means anything to HTML, and no text of a page can hold a tag.
const dataPattern = new RegExp(`<script type="application/gzip" id="${dataElementId}">([^<]*)</script>`);

async function readTraces(page: string): Promise<readonly Trace[]> {
  const packed = dataPattern.exec(page)?.[1];
  if (packed === undefined) throw new TypeError("expected a report of Spanbook, got a page without its data");
  try {
    const traces = JSON.parse(await fromPackedText(packed, maxLength)) as readonly Trace[];
    const isWhole = traces.every(({ info, data }) => typeof info === "object" && Array.isArray(data.spans));
    if (isWhole) return traces;
  } catch (cause) {
    throw damaged(cause);
  }
  throw damaged(new TypeError("expected traces"));
}

/** Of traces whose fields nobody has looked at yet. */
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
