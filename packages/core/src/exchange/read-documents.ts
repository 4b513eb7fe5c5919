import { createDocumentSplitter, type DocumentPart, type DocumentUnit } from "./document-splitter.js";
import type { ImportWriter } from "./import-records.js";
import type { ReadErrors } from "./read-errors.js";
import { textPieces, untilDamage, type TextInput } from "./text-input.js";

export interface DocumentReader {
  /** Such as "OTLP". */
  readonly format: string;
  readonly unit: DocumentUnit;
  /** Reads some parts, adds those that are not in the format to `errors`, and resolves with how many are. */
  readonly read: (parts: readonly DocumentPart[]) => Promise<number>;
  readonly errors: ReadErrors;
  /** Checked before each piece of the input, to stop if aborted. */
  readonly writer: Pick<ImportWriter, "checkAborted">;
}

/**
 * Reads all documents of an input. Gzip that was cut off is read as far as it goes, and noted in `errors`. Rejects with
 * TypeError if there is something in the input but nothing in the format, and with what the input, `read` and the
 * writer fail with.
 */
export async function readDocuments(
  input: TextInput,
  { format, unit, read, errors, writer }: DocumentReader,
): Promise<void> {
  const splitter = createDocumentSplitter(unit);
  let understood = 0;
  let line = 0;
  let damage: TypeError | undefined;

  async function readParts(parts: readonly DocumentPart[]): Promise<void> {
    understood += await read(parts);
    line = parts.at(-1)?.line ?? line;
  }

  for await (const text of untilDamage(textPieces(input), (error) => (damage = error))) {
    writer.checkAborted();
    await readParts(splitter.push(text));
  }
  await readParts(splitter.end());
  if (damage && understood === 0) throw damage;
  if (damage) errors.add({ line, path: "", message: damage.message });
  const [first] = errors.list;
  if (first && understood === 0) {
    throw new TypeError(`not ${format} JSON: line ${first.line}: ${first.message}`);
  }
}
