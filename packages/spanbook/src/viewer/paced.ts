import type { ByteStream } from "../files/byte-stream.js";

/** How much is read before the page may draw again. */
const pieceBytes = 65_536;
const maxBusyMs = 12;

/**
 * The bytes in small pieces, with pauses in which the page can draw and respond, because their reader runs in the page's thread.
 */
export function paced(stream: ByteStream): ByteStream {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  let pausedMs = performance.now();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (performance.now() - pausedMs > maxBusyMs) {
          await new Promise((resolve) => setTimeout(resolve));
          pausedMs = performance.now();
        }
        if (rest.length === 0) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          rest = new Uint8Array(value);
        }
        controller.enqueue(rest.subarray(0, pieceBytes));
        rest = rest.subarray(pieceBytes);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
