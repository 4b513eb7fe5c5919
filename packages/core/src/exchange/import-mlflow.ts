import type { TraceStore } from "../store/contract.js";
import { parseExactJson } from "./exact-json.js";
import { createImportWriter, type ImportOptions, type ImportResult } from "./import-records.js";
import { readMlflowTrace } from "./mlflow-read.js";
import { createReadErrors } from "./read-errors.js";
import { linesOf, maxLineLength, type TextInput } from "./text-input.js";

/**
 * Reads MLflow trace JSON, schema 2 or 3, into a store: one trace, a list of traces, or a trace a line; gzip or not. Otherwise
 * like {@link importOtlp}. A file that is not JSON lines is held in memory while it is read.
 *
 * Rejects with TypeError where there is no MLflow trace in the input, with AbortError when aborted (what was written stays),
 * and with the errors of the store and of the input.
 */
export async function importMlflow(
  store: TraceStore,
  input: TextInput,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const writer = createImportWriter(store, options);
  const errors = createReadErrors();
  let understood = 0;

  async function read(document: unknown, line: number): Promise<void> {
    const { spans, operations, errors: refused } = readMlflowTrace(document, line);
    refused.forEach(errors.add);
    understood++;
    // What is said of the trace goes with its first span.
    spans.forEach((span, index) => writer.add({ span, operations: index === 0 ? operations : [] }));
    await writer.write({ resources: {}, scopes: {} }, line);
  }

  for await (const { text, line } of documentsOf(input)) {
    try {
      const document = parseExactJson(text);
      for (const trace of Array.isArray(document) ? (document as unknown[]) : [document]) {
        await read(trace, line);
      }
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
      errors.add({ line, path: "", message: error.message });
    }
  }
  const [first] = errors.list;
  if (first && understood === 0) throw new TypeError(`not MLflow JSON: line ${first.line}: ${first.message}`);
  return { ...writer.counts, skipped: 0, errors: errors.list };
}

/** What a line takes besides its characters, in as many characters. */
const lineOverhead = 32;

/** Lines, where the first is JSON by itself; else all of it. */
async function* documentsOf(input: TextInput): AsyncGenerator<{ text: string; line: number }> {
  const held: string[] = [];
  let heldLength = 0;
  let isJsonLines: boolean | undefined;
  let line = 0;
  for await (const text of linesOf(input)) {
    line++;
    if (text.trim() === "") continue;
    isJsonLines ??= isJson(text);
    if (isJsonLines) yield { text, line };
    else {
      held.push(text);
      heldLength += text.length + lineOverhead;
      if (heldLength > maxLineLength) {
        throw new RangeError(`the file is longer than ${maxLineLength} characters`);
      }
    }
  }
  if (held.length > 0) yield { text: held.join("\n"), line: 1 };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
