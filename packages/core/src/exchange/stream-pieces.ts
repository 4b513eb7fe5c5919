/**
 * The chunks of a stream, read through its reader, because not every browser can iterate a ReadableStream. Leaving
 * early cancels it.
 */
export async function* streamPieces<Chunk>(stream: ReadableStream<Chunk>): AsyncGenerator<Chunk> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Rejects if the stream has failed, which reading has already reported.
    await reader.cancel().catch(() => undefined);
  }
}
