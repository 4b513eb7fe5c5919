import type { TraceStore } from "../store/contract.js";
import { brokenDocument, createDocumentSplitter, type DocumentPart } from "./document-splitter.js";
import { parseExactJson } from "./exact-json.js";
import { createImportWriter, type ImportOptions, type ImportResult } from "./import-records.js";
import { readMlflowTrace } from "./mlflow-read.js";
import { createReadErrors } from "./read-errors.js";
import { textPieces, untilDamage, type TextInput } from "./text-input.js";

/**
 * Reads MLflow trace JSON, schema 2 or 3, into a store: one trace, a list of traces, or one behind another; gzip or not. Otherwise
 * like {@link importOtlp}.
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
  const splitter = createDocumentSplitter("document");
  let understood = 0;
  let line = 0;

  async function readTrace(document: unknown, line: number): Promise<void> {
    const { spans, operations, errors: refused } = readMlflowTrace(document, line);
    refused.forEach(errors.add);
    understood++;
    // What is said of the trace goes with its first span.
    spans.forEach((span, index) => writer.add({ span, operations: index === 0 ? operations : [] }));
    await writer.write({ resources: {}, scopes: {} }, line);
  }

  async function read(parts: readonly DocumentPart[]): Promise<void> {
    for (const part of parts) {
      line = part.line;
      try {
        if (part.kind === "broken") throw new TypeError(brokenDocument);
        if (part.kind === "value") await readTrace(part.text, line);
        if (part.kind === "element") await readTrace(parseExactJson(part.text), line);
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
        errors.add({ line, path: "", message: error.message });
      }
    }
  }

  let damage: TypeError | undefined;
  for await (const text of untilDamage(textPieces(input), (error) => (damage = error))) {
    await read(splitter.push(text));
  }
  await read(splitter.end());
  if (damage && understood === 0) throw damage;
  if (damage) errors.add({ line, path: "", message: damage.message });
  const [first] = errors.list;
  if (first && understood === 0) throw new TypeError(`not MLflow JSON: line ${first.line}: ${first.message}`);
  return { ...writer.counts, skipped: 0, errors: errors.list };
}
