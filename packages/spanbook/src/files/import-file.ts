import { importMlflow } from "@spanbook/core/files";
import { exportOtlp, importOtlp, type ImportOptions, type ImportResult } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { TraceStore } from "@spanbook/core/store";
import { openSnapshot } from "@spanbook/store-sqljs/snapshot";
import { importReport } from "@spanbook/widget/import-report";
import { peek, readWhole, unzip, type ByteStream } from "./byte-stream.js";
import { headBytes, recognise, type FileKind } from "./recognise.js";

export interface ImportFileOptions extends ImportOptions {
  /** Reads SQLite as WebAssembly, if it is not on the disk beside sql.js; called only for a database. */
  readonly readSqlite?: () => Promise<ArrayBuffer>;
}

/** The result of importing a file, and the file's kind. */
export interface ImportedFile extends ImportResult {
  readonly kind: FileKind;
}

/** Protobuf, and a database from a stream or on a page, must fit in memory; a few bytes of gzip may unpack to anything. */
const maxWholeBytes = 2 ** 30;

/**
 * Imports the traces of any file that Spanbook reads into a store: OTLP JSON, JSON lines, protobuf, MLflow trace JSON, a report,
 * or a database; gzip or not; recognised by content. What can be read is kept, and `errors` lists the rest.
 *
 * Rejects with TypeError if nothing of it can be read, with RangeError if it is too large for memory, with AbortError, and with
 * the errors of the store and the stream.
 */
export async function importFile(
  store: TraceStore,
  stream: ByteStream,
  { readSqlite, ...options }: ImportFileOptions = {},
): Promise<ImportedFile> {
  const { head, bytes } = await peek(await unzip(stream), headBytes);
  const kind = recognise(head);
  switch (kind) {
    case "otlp":
      return { kind, ...(await importOtlp(store, bytes, options)) };
    case "protobuf": {
      const document = decodeOtlpProtobuf(await readWhole(bytes, maxWholeBytes));
      return { kind, ...(await importOtlp(store, JSON.stringify(document), options)) };
    }
    case "mlflow":
      return { kind, ...(await importMlflow(store, bytes, options)) };
    case "report":
      return { kind, ...(await importReport(store, bytes, options)) };
    case "database": {
      const sqlite = await readSqlite?.();
      const database = await openSnapshot(await readWhole(bytes, maxWholeBytes), sqlite && { sqlite });
      try {
        return { kind, ...(await copyTraces(database, store, options)) };
      } finally {
        await database.close();
      }
    }
  }
}

/**
 * Copies one store's content into another, as an export and import would: spans, tags, metadata, and whatever else files carry.
 */
export function copyTraces(from: TraceStore, to: TraceStore, options?: ImportOptions): Promise<ImportResult> {
  return importOtlp(to, exportOtlp(from, { format: "jsonl" }), options);
}
