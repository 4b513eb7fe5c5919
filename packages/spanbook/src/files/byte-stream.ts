/** Byte streams: unzips them if they are gzip, and looks at their beginning before the rest is read. */
import { gzipDamage } from "@spanbook/core/files";

export type ByteStream = ReadableStream<Uint8Array>;

export interface PeekedStream {
  /** At least as many bytes as asked for, unless the stream has fewer. */
  readonly head: Uint8Array;
  /** The whole stream, including the head. */
  readonly bytes: ByteStream;
}

/** Reads just enough of a stream to tell what it is. */
export async function peek(stream: ByteStream, sizeBytes: number): Promise<PeekedStream> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < sizeBytes) {
    const { done, value } = await reader.read().catch((failure: unknown) => {
      if (length === 0) throw failure;
      return { done: true, value: undefined } as const; // Reading on rejects again, after what came.
    });
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  const head = joined(pieces);
  const bytes = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = pieces.shift() ?? (await reader.read()).value;
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, bytes };
}

/** The content of gzip, or anything else as it is. Reading it rejects with TypeError if the gzip is damaged. */
export async function unzip(stream: ByteStream): Promise<ByteStream> {
  const { head, bytes } = await peek(stream, 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  if (!isGzip) return bytes;
  let sourceFailure: unknown;
  const source = withFailures(bytes, (failure) => (sourceFailure = failure));
  const gunzip = new DecompressionStream("gzip") as TransformStream<Uint8Array, Uint8Array>;
  return withFailures(source.pipeThrough(gunzip), (failure) => sourceFailure ?? gzipDamage(failure));
}

/** The stream, with its failure replaced by `toFailure` of it. */
function withFailures(stream: ByteStream, toFailure: (failure: unknown) => unknown): ByteStream {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          // Waits until everything before it was read: an error at the end, of gzip that was cut off, discards what was not.
          controller.enqueue(new Uint8Array());
          controller.close();
        } else controller.enqueue(value);
      } catch (failure) {
        controller.error(toFailure(failure));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** A whole stream at once. Rejects with RangeError, and stops reading, if it is longer than `maxBytes`. */
export async function readWhole(stream: ByteStream, maxBytes: number): Promise<Uint8Array> {
  const { head, bytes } = await peek(stream, maxBytes + 1);
  await bytes.cancel();
  if (head.length > maxBytes) throw new RangeError(`expected at most ${maxBytes} bytes, unzipped`);
  return head;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
