import { importMlflow } from "@spanbook/core/files";
import { exportOtlp, importOtlp, type ImportOptions, type ImportResult } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { TraceStore } from "@spanbook/core/store";
import { openSnapshot } from "@spanbook/store-sqljs/snapshot";
import { importReport } from "@spanbook/widget/import-report";
import { peek, readWhole, unzip, type ByteStream } from "./byte-stream.js";
import { headBytes, recognise, type FileKind } from "./recognise.js";

export interface ImportFileOptions extends ImportOptions {
  /** Gives SQLite as WebAssembly, where it is not on the disk beside sql.js; asked for when a database comes. */
  readonly readSqlite?: () => Promise<ArrayBuffer>;
}

/** What came of a file, and what it was. */
export interface ImportedFile extends ImportResult {
  readonly kind: FileKind;
}

/** Protobuf, and a database that comes as a stream or to a page, are in memory whole; few bytes of gzip may unpack to anything. */
const maxWholeBytes = 2 ** 30;

/**
 * Takes the traces of any file that Spanbook reads into a store: OTLP JSON, JSON lines, protobuf, MLflow trace JSON, a report,
 * a database; gzip or not; told apart by their content. What can be read is kept, and `errors` tells of the rest.
 *
 * Rejects with TypeError where nothing of it can be read, with RangeError where it is too large for memory, with AbortError, and
 * with the errors of the store and the stream.
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

/** Copies what a store holds into another, as an export and import would: spans, tags, metadata, and what else files carry. */
export function copyTraces(from: TraceStore, to: TraceStore, options?: ImportOptions): Promise<ImportResult> {
  return importOtlp(to, exportOtlp(from, { format: "jsonl" }), options);
}
