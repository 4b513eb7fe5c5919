/** Reads text from any kind of input, in pieces, decoded and unzipped. */
import { streamPieces } from "./stream-pieces.js";

/**
 * Text, or bytes of text (UTF-8, or UTF-16 with a byte order mark), whole or in pieces, gzip or not. A URL is fetched;
 * a `file:` URL and a path are read from disk (Node, Deno, Bun). A string is the text itself, never a path.
 */
export type TextInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | URL
  | { readonly path: string };

type Piece = string | Uint8Array;

/**
 * The text in pieces, without a byte order mark. Rejects with TypeError for bad gzip or an input that this platform cannot
 * read, and with the source's own errors.
 */
export async function* textPieces(input: TextInput): AsyncGenerator<string, void> {
  let decoder = new TextDecoder();
  let isFirst = true;
  for await (const piece of unzipped(piecesOf(input))) {
    if (isFirst && typeof piece !== "string") decoder = new TextDecoder(encodingOf(piece));
    const text = typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    if (text === "") continue;
    // For bytes, the decoder removes the mark itself.
    yield isFirst && typeof piece === "string" ? text.replace(/^\uFEFF/, "") : text;
    isFirst = false;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

/**
 * The encoding of text that begins with these bytes: UTF-16 if a byte order mark says so, as Windows PowerShell's `>`
 * writes it.
 */
export function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The error that reading damaged gzip rejects with. */
export function gzipDamage(cause: unknown): TypeError {
  return new TypeError(`${gzipIsDamaged}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

const gzipIsDamaged = "the gzip is damaged";

/** The pieces as far as they can be read: gzip that was cut off just ends there, and `onDamage` is told. */
export async function* untilDamage<Piece>(
  pieces: AsyncIterable<Piece>,
  onDamage: (damage: TypeError) => void,
): AsyncGenerator<Piece, void> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof TypeError && error.message.startsWith(gzipIsDamaged))) throw error;
    onDamage(error);
  }
}

async function* piecesOf(input: TextInput): AsyncGenerator<Piece> {
  if (typeof input === "string") yield input;
  else if (input instanceof Uint8Array) yield input;
  else if (input instanceof ArrayBuffer) yield new Uint8Array(input);
  else if (input instanceof URL) yield* urlPieces(input);
  else if ("path" in input) yield* filePieces(input.path);
  else if ("getReader" in input) yield* streamPieces(input);
  else if (Symbol.asyncIterator in input) yield* input;
  else yield* streamPieces(input.stream());
}

async function* urlPieces(url: URL): AsyncGenerator<Piece> {
  if (url.protocol === "file:") {
    yield* filePieces(url);
    return;
  }
  const response = await fetch(url);
  if (!response.ok || !response.body) {
    throw new TypeError(`expected a file at ${url.href}, got status ${response.status}`);
  }
  yield* streamPieces(response.body);
}

interface FileSystem {
  createReadStream(path: string | URL): AsyncIterable<Uint8Array>;
}

// Looked up at run time, so that browser bundlers find nothing to resolve.
function filePieces(path: string | URL): AsyncIterable<Uint8Array> {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const fs = process?.getBuiltinModule?.("node:fs") as FileSystem | undefined;
  if (!fs) {
    throw new TypeError("expected text, bytes, a Blob, a stream or a URL: this platform cannot read paths");
  }
  return fs.createReadStream(path);
}

/** The pieces as they are, or unzipped if the first two bytes are those of gzip. */
async function* unzipped(pieces: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
  try {
    let head: Piece = new Uint8Array();
    while (typeof head !== "string" && head.length < 2) {
      const { done, value } = await pieces.next();
      if (done) break;
      head = typeof value === "string" ? value : joined(head, value);
    }
    if (typeof head !== "string" && head[0] === 0x1f && head[1] === 0x8b) {
      yield* gunzipped(head, pieces);
    } else {
      yield head;
      yield* pieces;
    }
  } finally {
    await pieces.return(undefined);
  }
}

/** Platforms fail in different ways on bad gzip, so all get one error; the source's own failure is passed through. */
async function* gunzipped(head: Uint8Array, pieces: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
  let failure: { readonly error: unknown } | undefined;
  async function* watched(): AsyncGenerator<Piece> {
    try {
      yield* pieces;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  const unzipped = streamPieces(toStream(head, watched()).pipeThrough(new DecompressionStream("gzip")));
  try {
    for (;;) {
      const next = await unzipped.next().catch((error: unknown) => {
        throw failure ? failure.error : gzipDamage(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await unzipped.return(undefined);
  }
}

function toStream(head: Uint8Array, rest: AsyncGenerator<Piece>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let isFirst = true;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = isFirst ? { done: false, value: head } : await rest.next();
      isFirst = false;
      if (done || value === undefined) {
        // It waits until everything before it was read, which an error at the end would drop.
        controller.enqueue(new Uint8Array());
        controller.close();
      } else controller.enqueue(typeof value === "string" ? encoder.encode(value) : new Uint8Array(value));
    },
  });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
