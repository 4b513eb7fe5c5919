import type { TraceStore } from "../store/contract.js";
import { brokenDocument, type DocumentPart } from "./document-splitter.js";
import { parseExactJson } from "./exact-json.js";
import { createImportWriter, type ImportOptions, type ImportResult } from "./import-records.js";
import { readMlflowTrace } from "./mlflow-read.js";
import { readDocuments } from "./read-documents.js";
import { createReadErrors } from "./read-errors.js";
import type { TextInput } from "./text-input.js";

/**
 * Reads MLflow trace JSON, schema 2 or 3, into a store: one trace, a list of traces, or one after another; gzip or not.
 * Otherwise like {@link importOtlp}.
 *
 * Rejects with TypeError if there is no MLflow trace in the input, with AbortError when aborted (what was written stays), and
 * with the errors of the store and of the input.
 */
export async function importMlflow(
  store: TraceStore,
  input: TextInput,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const writer = createImportWriter(store, options);
  const errors = createReadErrors();

  async function read(parts: readonly DocumentPart[]): Promise<number> {
    let understood = 0;
    for (const part of parts) {
      if (part.kind === "end") continue;
      const { line } = part;
      try {
        if (part.kind === "broken") throw new TypeError(brokenDocument);
        const document = part.kind === "element" ? parseExactJson(part.text) : part.text;
        const { spans, operations, errors: refused } = readMlflowTrace(document, line);
        refused.forEach(errors.add);
        understood++;
        // What is said about the trace goes with its first span.
        spans.forEach((span, index) => writer.add({ span, operations: index === 0 ? operations : [] }));
        await writer.write({ resources: {}, scopes: {} }, line);
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
        errors.add({ line, path: "", message: error.message });
      }
    }
    return understood;
  }

  await readDocuments(input, { format: "MLflow", unit: "document", read, errors, writer });
  return { ...writer.counts, skipped: 0, errors: errors.list };
}
