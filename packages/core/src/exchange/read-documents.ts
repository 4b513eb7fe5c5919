import { createDocumentSplitter, type DocumentPart, type DocumentUnit } from "./document-splitter.js";
import type { ImportWriter } from "./import-records.js";
import type { ReadErrors } from "./read-errors.js";
import { textPieces, untilDamage, type TextInput } from "./text-input.js";

export interface DocumentReader {
  /** Such as "OTLP". */
  readonly format: string;
  readonly unit: DocumentUnit;
  /** Reads some parts, tells `errors` of those that are none of the format, and resolves with how many are. */
  readonly read: (parts: readonly DocumentPart[]) => Promise<number>;
  readonly errors: ReadErrors;
  /** Stops it before a piece of the input, where it was aborted. */
  readonly writer: Pick<ImportWriter, "checkAborted">;
}

/**
 * Has all documents of an input read. Gzip that was cut off is read to where it ends, and told in `errors`. Rejects with TypeError
 * where nothing is of the format and something should have been, and with what the input, `read` and the writer fail with.
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
