import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { realpath, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { printable } from "@spanbook/widget/parts";
import { isDatabase } from "./sources.js";
import type { Terminal } from "./terminal.js";

/** Given in place of a file: the standard output. */
export const stdoutName = "-";

/**
 * Writes pieces to a file, which appears only once all of them are written; or to a device, a pipe or the standard output.
 * Rejects with what the pieces reject with, and then leaves an existing file as it was. Refuses to overwrite a database: it may
 * be the one being read.
 */
export async function writeOutput(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { stdout }: Terminal,
): Promise<void> {
  if (file === stdoutName) {
    for await (const piece of pieces) if (!stdout.write(piece)) await once(stdout, "drain");
    return;
  }
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`cannot write ${printable(file)}: it is a folder`);
  // A device or pipe, such as /dev/null, must not be replaced by a file.
  if (there && !there.isFile()) {
    return pipeline(Readable.from(pieces), createWriteStream(file)).catch((error: unknown) => {
      throw toFailure(error, file, file);
    });
  }
  if (there && (await isDatabase(file))) {
    throw new Error(
      `${printable(file)} is a database, which is never overwritten: to add traces to one, use import`,
    );
  }
  // Replaces the target of a link, not the link.
  await replaceFile(there ? await realpath(file) : file, pieces);
}

async function replaceFile(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(unfinished));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw toFailure(error, unfinished, file);
  }
}

/** What the pieces reject with stays as it is; that `target` cannot be written is said of the file that was asked for. */
function toFailure(error: unknown, target: string, file: string): unknown {
  const { path: failed, syscall, code = "" } = error as NodeJS.ErrnoException;
  if (failed !== target && syscall !== "write") return error;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `there is no folder ${printable(path.dirname(file))}`,
    ENOSPC: "the disk is full",
  };
  return new Error(`cannot write ${printable(file)}: ${reasons[code] ?? code}`, { cause: error });
}
