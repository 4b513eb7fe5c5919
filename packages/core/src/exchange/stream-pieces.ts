/** What a stream gives, read by its reader, because not every browser iterates a ReadableStream. Leaving early cancels it. */
export async function* streamPieces<Chunk>(stream: ReadableStream<Chunk>): AsyncGenerator<Chunk> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Throws where the stream has failed, which the reading has told already.
    await reader.cancel().catch(() => undefined);
  }
}
