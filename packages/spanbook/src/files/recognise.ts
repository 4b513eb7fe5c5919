import { encodingOf, isMlflowJson } from "@spanbook/core/files";

/** What a file is, told by how it begins, whatever it is called. */
export type FileKind = "otlp" | "mlflow" | "report" | "database";

/** So much of a file is enough to tell. */
export const headBytes = 4096;

/**
 * From the first {@link headBytes}, unzipped. What is JSON and not MLflow's is taken for OTLP, and so is nothing at all: JSON lines of
 * no traces. Throws TypeError for anything else.
 */
export function recognise(head: Uint8Array): FileKind {
  const text = new TextDecoder(encodingOf(head)).decode(head);
  if (text.startsWith("SQLite format 3\0")) return "database";
  if (/^\uFEFF?\s*<(!doctype|html)/i.test(text)) return "report";
  if (isMlflowJson(text)) return "mlflow";
  if (/^\uFEFF?\s*([{[]|$)/.test(text)) return "otlp";
  throw new TypeError(
    "expected OTLP JSON, MLflow JSON, a report or a database of Spanbook, got something else",
  );
}
