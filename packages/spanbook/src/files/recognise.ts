import { encodingOf, isMlflowJson } from "@spanbook/core/files";

/** What a file is, judged by how it begins and not by its name. */
export type FileKind = "otlp" | "protobuf" | "mlflow" | "report" | "database";

/** Enough of a file to recognise it. */
export const headBytes = 4096;

/**
 * Takes the first {@link headBytes}, unzipped. JSON that is not MLflow's counts as OTLP, and so does an empty file: JSON lines of
 * no traces. Throws TypeError for anything else.
 */
export function recognise(head: Uint8Array): FileKind {
  const text = new TextDecoder(encodingOf(head)).decode(head);
  if (text.startsWith("SQLite format 3\0")) return "database";
  if (/^\uFEFF?\s*<(!doctype|html)/i.test(text)) return "report";
  if (isMlflowJson(text)) return "mlflow";
  if (/^\uFEFF?\s*([{[]|$)/.test(text)) return "otlp";
  const isText = !/[^\P{Cc}\s]|\ufffd/u.test(text.slice(0, 100));
  if (!isText && head[0] === resourceSpansTag) return "protobuf";
  throw new TypeError(
    `expected OTLP, MLflow JSON, a report or a Spanbook database, got ${inWords(text, isText)}`,
  );
}

/** The first byte of OTLP as protobuf: the tag of its first field. */
const resourceSpansTag = 0x0a;

function inWords(text: string, isText: boolean): string {
  if (text.startsWith("PK\u0003\u0004")) return "a zip archive, which must be unpacked first";
  return isText ? `text that begins with ${JSON.stringify(text.slice(0, 40))}` : "bytes that are not text";
}
