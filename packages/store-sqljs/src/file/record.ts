/**
 * A journal's records as bytes: a header with its own checksum, then a body of UTF-8 lines. The first line is JSON; in a batch it
 * has the digests, and each further line is a payload as it came, not escaped again.
 *
 *     "SPBK"   length of the body   CRC-32 of the body   CRC-32 of these 12 bytes   body
 *
 * All numbers are unsigned, 32 bits, little-endian.
 */
import type { SpanDigest } from "@spanbook/core/model";
import { storeError, type Batch } from "@spanbook/core/store";
import { crc32 } from "./crc32.js";

export type JournalRecord = BatchRecord | DeleteRecord;

export interface BatchRecord {
  readonly kind: "batch";
  readonly batch: Omit<Batch, "spans"> & { readonly digests: readonly SpanDigest[] };
  /** UTF-8, one per digest. */
  readonly payloads: readonly Uint8Array[];
}

export interface DeleteRecord {
  readonly kind: "delete";
  /** In the order of deletion. */
  readonly traceIds: readonly string[];
}

/** The first record of every journal. */
export interface JournalStart {
  readonly kind: "journal";
  readonly storeId: string;
  readonly generation: number;
}

/** A record and its bytes. */
export interface EncodedRecord<Content extends JournalRecord = JournalRecord> {
  readonly record: Content;
  readonly bytes: Uint8Array;
}

const headerBytes = 16;
const magic = 0x4b425053;
const lineBreak = 0x0a;

export function encodeBatch({ spans, ...rest }: Batch): EncodedRecord<BatchRecord> {
  const batch = { ...rest, digests: spans.map(({ digest }) => digest) };
  const lines = [JSON.stringify({ kind: "batch", batch })];
  for (const { payload } of spans) lines.push(payload);
  const bytes = frame(lines.join("\n"));
  return { record: { kind: "batch", batch, payloads: readPayloads(bytes.subarray(headerBytes)) }, bytes };
}

export function encodeDelete(traceIds: readonly string[]): EncodedRecord<DeleteRecord> {
  const record = { kind: "delete", traceIds } as const;
  return { record, bytes: frame(JSON.stringify(record)) };
}

export function encodeStart(storeId: string, generation: number): Uint8Array {
  return frame(JSON.stringify({ kind: "journal", storeId, generation } satisfies JournalStart));
}

/** The content of a journal file, up to where it ends or is damaged. */
export interface JournalContent {
  /** Absent if not even the first record is complete. */
  readonly start?: JournalStart;
  readonly records: readonly JournalRecord[];
  /**
   * - whole: every byte belongs to a record
   * - torn: the program was killed while writing the last record, so nobody has been told that it is stored
   * - damaged: there is something else, and what follows is lost
   */
  readonly end: "whole" | "torn" | "damaged";
}

export function decodeJournal(bytes: Uint8Array): JournalContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: JournalRecord[] = [];
  let start: JournalStart | undefined;
  let position = 0;
  const content = (end: JournalContent["end"]) => ({ ...(start && { start }), records, end });
  while (position < buffer.length) {
    const body = readFrame(buffer.subarray(position));
    if (typeof body === "string") return content(body);
    const record = decodeBody(body);
    if (record.kind !== "journal") records.push(record);
    else start ??= record;
    position += headerBytes + body.length;
  }
  return content("whole");
}

function frame(text: string): Uint8Array {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafeSlow(headerBytes + length);
  bytes.write(text, headerBytes, "utf8");
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(headerBytes)), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

/** The body of the first frame in the bytes, or what is wrong with them. */
function readFrame(bytes: Buffer): Buffer | "torn" | "damaged" {
  // A killed program leaves the beginning of a frame; a power failure may leave zeros.
  if (bytes.every((byte) => byte === 0)) return "torn";
  if (bytes.length < headerBytes) return isBeginning(bytes) ? "torn" : "damaged";
  if (bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(12) !== crc32(bytes.subarray(0, 12))) {
    return "damaged";
  }
  const length = bytes.readUInt32LE(4);
  if (bytes.length < headerBytes + length) return "torn";
  const body = bytes.subarray(headerBytes, headerBytes + length);
  return bytes.readUInt32LE(8) === crc32(body) ? body : "damaged";
}

function isBeginning(bytes: Buffer): boolean {
  const magicBytes = Buffer.alloc(4);
  magicBytes.writeUInt32LE(magic);
  const length = Math.min(bytes.length, magicBytes.length);
  return bytes.subarray(0, length).equals(magicBytes.subarray(0, length));
}

function decodeBody(body: Buffer): JournalRecord | JournalStart {
  const lineEnd = body.indexOf(lineBreak);
  const line = body.toString("utf8", 0, lineEnd === -1 ? body.length : lineEnd);
  let record: Omit<BatchRecord, "payloads"> | DeleteRecord | JournalStart;
  try {
    record = JSON.parse(line) as typeof record;
  } catch (cause) {
    throw storeError("StoreCorruptError", "expected JSON in the journal, got other text", { cause });
  }
  return record.kind === "batch" ? { ...record, payloads: readPayloads(body) } : record;
}

/** The lines of a body except the first. */
function readPayloads(body: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let lineEnd = body.indexOf(lineBreak); lineEnd !== -1;) {
    const begin = lineEnd + 1;
    lineEnd = body.indexOf(lineBreak, begin);
    payloads.push(body.subarray(begin, lineEnd === -1 ? body.length : lineEnd));
  }
  return payloads;
}
