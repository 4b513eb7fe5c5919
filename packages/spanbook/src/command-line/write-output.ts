import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { Terminal } from "./terminal.js";

/** Stands for the standard output in the place of a file. */
export const stdoutName = "-";

/**
 * Writes pieces to a file, which is there when all of them are and not before, or to the standard output. Rejects with what the
 * pieces reject with; then a file that was there before is as it was.
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
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(unfinished));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
