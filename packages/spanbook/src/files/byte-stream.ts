/** Bytes as they come, unzipped where they are gzip, and their beginning looked at before the rest is read. */
import { gzipDamage } from "@spanbook/core/files";

export type ByteStream = ReadableStream<Uint8Array>;

export interface PeekedStream {
  /** At least so many bytes as were asked for, unless there are fewer. */
  readonly head: Uint8Array;
  /** All of it, the head included. */
  readonly bytes: ByteStream;
}

/** Reads so much of a stream as tells what it is. */
export async function peek(stream: ByteStream, sizeBytes: number): Promise<PeekedStream> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < sizeBytes) {
    const { done, value } = await reader.read().catch((failure: unknown) => {
      if (length === 0) throw failure;
      return { done: true, value: undefined } as const; // Reading on rejects again, behind what came.
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

/** What is in gzip, and everything else as it is. Reading it rejects with TypeError where the gzip is damaged. */
export async function unzip(stream: ByteStream): Promise<ByteStream> {
  const { head, bytes } = await peek(stream, 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  if (!isGzip) return bytes;
  let sourceFailure: unknown;
  const source = withFailures(bytes, (failure) => (sourceFailure = failure));
  const gunzip = new DecompressionStream("gzip") as TransformStream<Uint8Array, Uint8Array>;
  return withFailures(source.pipeThrough(gunzip), (failure) => sourceFailure ?? gzipDamage(failure));
}

/** The stream, failing with what its failure is made into. */
function withFailures(stream: ByteStream, toFailure: (failure: unknown) => unknown): ByteStream {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          // It waits until all before it was read: what is not is lost where the end is an error, of gzip that was cut off.
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

/** All of a stream at once. Rejects with RangeError, and reads no further, where it is longer than may be. */
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
