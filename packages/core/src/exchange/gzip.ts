import { streamPieces } from "./stream-pieces.js";

/** The text as gzip, piece by piece. Rejects with what the text rejects with. */
export async function* gzipped(text: AsyncIterator<string, void>): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await text.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await text.return?.();
    },
  });
  yield* streamPieces(bytes.pipeThrough(new CompressionStream("gzip")));
}
