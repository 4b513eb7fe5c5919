/** Text, compressed with gzip, as base64: the form of a report's data. None of its characters is special in HTML. */
export async function toPackedText(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** The text again. Rejects if it is damaged. */
export async function fromPackedText(packed: string): Promise<string> {
  const zipped = new Blob([fromBase64(packed)]).stream();
  return new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Throws if it is damaged. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** String.fromCharCode takes characters as arguments, whose number is limited. A multiple of 3 needs no padding. */
const chunkBytes = 3 * 8192;

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + chunkBytes))));
  }
  return parts.join("");
}
