/** Writes that are on the disk when they return, and the errors when they fail. */
import { closeSync, existsSync, fdatasyncSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { storeError } from "@spanbook/core/store";

/** Writes all of the bytes at a position of the file and waits until the disk has them. */
export function writeDurably(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
  if (canSync()) fdatasyncSync(fd);
}

/** Under Node's `--permission` only the store's own thread can: what a leaving program writes, the system writes to the disk later. */
function canSync(): boolean {
  return (process as Partial<NodeJS.Process>).permission === undefined;
}

/**
 * Creates a folder and any missing ones above it. Node's own recursive mkdir never returns if the system says ENOENT for a folder
 * that exists, as Linux does in /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder);
  } catch (failure) {
    // Another process may have created it just now.
    if ((failure as NodeJS.ErrnoException).code !== "EEXIST") throw failure;
  }
}

/**
 * Waits until the disk has the names of the files in the folder that the file is in, after `change`, which gives or takes a name. A
 * folder that cannot be opened, because the process has too many files open, throws before that.
 */
export function syncFolder(file: string, change = () => {}): void {
  // Windows cannot open a folder; there the names are written with the files.
  if (process.platform === "win32" || !canSync()) return change();
  const fd = openSync(path.dirname(file), "r");
  try {
    change();
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Disk full, user's quota used up, process's limit on file size. */
const noSpace = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * The failure as the caller sees it: QuotaExceededError if there is no space, else the system's own, with code and path, in one
 * line that begins with what was to be done.
 */
export function toFileFailure(failure: unknown, intent: string): Error {
  const error = failure instanceof Error ? failure : new Error(String(failure));
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const message = `${intent}: ${error.message}`;
  if (noSpace.has(code)) return storeError("QuotaExceededError", message, { cause: error });
  return Object.assign(new Error(message, { cause: error }), { code });
}
