/** Text, or UTF-8 bytes, at once or in pieces. */
export type TextInput = string | Uint8Array | Blob | AsyncIterable<string | Uint8Array>;

/** The lines of the input, without their ends (`\n` or `\r\n`) and without a byte order mark. */
export async function* linesOf(input: TextInput): AsyncGenerator<string> {
  // A line may come in very many pieces: they are joined once, when its end has come.
  let parts: string[] = [];
  let isFirst = true;
  for await (const piece of piecesOf(input)) {
    const [head = "", ...tail] = (isFirst ? piece.replace(/^\uFEFF/, "") : piece).split("\n");
    isFirst &&= piece === "";
    parts.push(head);
    for (const next of tail) {
      yield withoutReturn(parts.join(""));
      parts = [next];
    }
  }
  const rest = parts.join("");
  if (rest !== "") yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

async function* piecesOf(input: TextInput): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const decode = (piece: string | Uint8Array) =>
    typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  if (typeof input === "string" || input instanceof Uint8Array) {
    yield decode(input);
  } else if (Symbol.asyncIterator in input) {
    for await (const piece of input) yield decode(piece);
  } else {
    yield* streamPieces(input.stream(), decode);
  }
  yield decoder.decode();
}

// By reader, because not every browser iterates a ReadableStream.
async function* streamPieces(
  stream: ReadableStream<Uint8Array>,
  decode: (piece: Uint8Array) => string,
): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decode(value);
    }
  } finally {
    await reader.cancel();
  }
}
