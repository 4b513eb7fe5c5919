/** The database file itself: reading it whole, and replacing it whole. */
import {
  closeSync,
  fstatSync,
  fsync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  type BigIntStats,
} from "node:fs";
import { open, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { storeError } from "@spanbook/core/store";
import { allocateRoom, bytesInRoom } from "../database/room.js";
import { syncFolder, toFileFailure } from "./durable.js";
import { modeAt, snapshotPath } from "./paths.js";

/** Identifies a file as the one that was read or written. */
export type FileIdentity = Pick<BigIntStats, "dev" | "ino" | "size" | "mtimeNs">;

export interface Snapshot {
  readonly bytes: Uint8Array;
  readonly identity: FileIdentity;
}

const magic = "SQLite format 3\0";
const headerBytes = 100;
const rollbackJournalMagic = Buffer.from("d9d505f920a163d7", "hex");
const walHeaderBytes = 32;

/** Node reads at most 2 GiB at once. */
const maxReadBytes = 2 ** 30;

/**
 * Reads a database file; undefined if there is none, or an empty one. Throws StoreCorruptError if it is not a complete SQLite
 * file, StoreConflictError if another program has left changes beside it, and the system's errors.
 */
export function readSnapshot(path: string): Snapshot | undefined {
  if (!isThere(path)) return undefined;
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const identity = fstatSync(fd, { bigint: true });
    const bytes = readWhole(fd, Number(identity.size));
    if (bytes.length === 0) return undefined;
    checkWhole(bytes, path);
    checkAlone(path);
    return { bytes: withoutWal(bytes), identity };
  } catch (failure) {
    throw toFileFailure(failure, `cannot read ${path}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The bytes of a file, with spare room after them. */
function readWhole(fd: number, size: number): Uint8Array {
  const memory = allocateRoom(size);
  let length = 0;
  for (let count = -1; count !== 0 && length < size; length += count) {
    count = readSync(fd, memory, length, Math.min(size - length, maxReadBytes), length);
  }
  return bytesInRoom(memory, length);
}

/** Whether there is a file at that path. Throws if there is anything else, such as a folder. */
export function isThere(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) {
    throw new Error(
      `cannot open ${path}: expected a file, got a ${stats.isDirectory() ? "folder" : "device"}`,
    );
  }
  return stats !== undefined;
}

/** The identity of the file at that path, or undefined if there is none. */
export function identityAt(path: string): FileIdentity | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/**
 * Writes the bytes beside the file and then renames them into its place, with its permissions, so that there is one whole file at
 * every moment. `known` is the file that may be replaced; undefined if there should be none. Rejects with StoreConflictError if
 * there is another, which it leaves as it is, with QuotaExceededError, and with the system's errors.
 */
export async function replaceSnapshot(
  path: string,
  bytes: Uint8Array,
  known: FileIdentity | undefined,
): Promise<FileIdentity> {
  const temporary = snapshotPath(path);
  try {
    await expectSpace(path, bytes.length + spareBytes);
    const mode = modeAt(path);
    const file = await open(temporary, "w", mode);
    let identity: FileIdentity;
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(bytes);
      await promisify(fsync)(file.fd); // file.sync does not exist under Yarn's Plug'n'Play
      identity = await file.stat({ bigint: true });
    } finally {
      await file.close();
    }
    const present = identityAt(path);
    if (present && present.size > 0n && !(known && isSameFile(present, known))) {
      throw storeError("StoreConflictError", `${path} was changed by another program`);
    }
    syncFolder(path, () => renameSync(temporary, path));
    return identity;
  } catch (failure) {
    rmSync(temporary, { force: true });
    throw toFileFailure(failure, `cannot write ${path}`);
  }
}

/** Left free for the journal, which is written at the same time. */
const spareBytes = 512 * 1024;

/** Throws ENOSPC beforehand: finding out by filling the disk would take the journal's space until the attempt is undone. */
async function expectSpace(path: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(dirname(path));
  const isKnown = blocks > 0;
  if (!isKnown || bavail * bsize >= bytes) return;
  const message = `ENOSPC: no space left on device, expected ${bytes} bytes, got ${bavail * bsize}`;
  throw Object.assign(new Error(message), { code: "ENOSPC" });
}

function checkWhole(file: Uint8Array, path: string): void {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.toString("latin1", 0, magic.length) !== magic) {
    throw storeError("StoreCorruptError", `${path} must be an SQLite database, got another kind of file`);
  }
  if (bytes.length < headerBytes) {
    throw storeError(
      "StoreCorruptError",
      `${path} is cut off: expected at least ${headerBytes} bytes, got ${bytes.length}`,
    );
  }
  // Source: sqlite.org/fileformat.html, 1.3. The page count is valid only if the two versions agree.
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16);
  const isCountValid = bytes.readUInt32BE(24) === bytes.readUInt32BE(92);
  const expected = pageSize * bytes.readUInt32BE(28);
  if (isCountValid && bytes.length < expected) {
    throw storeError(
      "StoreCorruptError",
      `${path} is cut off: expected ${expected} bytes, got ${bytes.length}`,
    );
  }
}

/** Throws if the file is incomplete without a rollback journal or a write-ahead log beside it. */
function checkAlone(path: string): void {
  const isJournalHot = readStart(`${path}-journal`, rollbackJournalMagic.length).equals(rollbackJournalMagic);
  const isLogUsed = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > walHeaderBytes;
  if (!isJournalHot && !isLogUsed) return;
  const beside = `${path}-${isJournalHot ? "journal" : "wal"}`;
  throw storeError(
    "StoreConflictError",
    `${path} has unfinished changes of another program in ${beside}: open and close it there first`,
  );
}

function readStart(path: string, length: number): Buffer {
  if (!statSync(path, { throwIfNoEntry: false })) return Buffer.alloc(0);
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
  } finally {
    closeSync(fd);
  }
}

/** sql.js has no write-ahead log, so a file that another program switched to WAL mode is read as one without. */
function withoutWal(bytes: Uint8Array): Uint8Array {
  bytes.fill(1, 18, 20);
  return bytes;
}
