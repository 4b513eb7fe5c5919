/** Text, compressed with gzip, as base64: what a report carries its data in. No character of it means anything to HTML. */
export async function toPackedText(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** The text again. Rejects where it is damaged, or of more bytes than that. */
export async function fromPackedText(packed: string, maxBytes = Infinity): Promise<string> {
  const binary = atob(packed);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked.pipeThrough(limitTo(maxBytes))).text();
}

function limitTo(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let sizeBytes = 0;
  return new TransformStream({
    transform(piece, controller) {
      sizeBytes += piece.length;
      if (sizeBytes > maxBytes) throw new RangeError(`expected at most ${maxBytes} bytes`);
      controller.enqueue(piece);
    },
  });
}

/** String.fromCharCode takes its characters as arguments, of which there is a limit. A multiple of 3 needs no padding. */
const chunkBytes = 3 * 8192;

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + chunkBytes))));
  }
  return parts.join("");
}
