/** Reads what a Python program gives the widget as traces. */
import { importMlflow, isMlflowJson } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Trace } from "@spanbook/core/model";
import { importOtlp, textPieces } from "@spanbook/core/otlp";
import { readWholeTraces } from "../reading/read-whole-traces.js";

export interface GivenTraces {
  readonly traces: readonly Trace[];
  /** What could not be read although the rest could, each with its place. */
  readonly errors: readonly string[];
}

/**
 * Reads OTLP JSON (a document, or lines) or MLflow trace JSON (a trace, a list, or lines; schema 2 or 3): text, bytes (gzip or
 * not), or parsed; or a list of any of these. Nothing, and an empty list, is no traces.
 *
 * Integers beyond 2^53 are exact in text only: MLflow's times, parsed, may be off by 128 ns. Rejects with TypeError for anything
 * else, and if nothing of it can be read.
 */
export async function readTraces(given: unknown): Promise<GivenTraces> {
  const store = createMemoryStore();
  const errors: string[] = [];
  let understood = 0;
  for await (const { place, text, error } of documentsOf(given ?? [], "traces")) {
    try {
      if (error) throw error;
      const read = isMlflowJson(text) ? importMlflow : importOtlp;
      const { errors: refused } = await read(store, text);
      understood++;
      errors.push(...refused.map(({ line, path, message }) => `${place}, line ${line}: ${path} ${message}`));
    } catch (failure) {
      errors.push(`${place}: ${(failure as Error).message}`);
    }
  }
  if (understood === 0 && errors[0] !== undefined) throw new TypeError(errors[0]);
  return { ...(await readWholeTraces(store, Infinity)), errors };
}

/** A document as text, or why it is not one, and its place: `traces[2]`. */
interface Document {
  readonly place: string;
  readonly text: string;
  readonly error?: Error;
}

async function* documentsOf(given: unknown, place: string): AsyncGenerator<Document> {
  if (Array.isArray(given)) {
    for (const [index, item] of given.entries()) yield* documentsOf(item, `${place}[${index}]`);
  } else if (ArrayBuffer.isView(given) || given instanceof ArrayBuffer) {
    yield* documentsOf(await decode(given), place);
  } else if (typeof given === "string") {
    const list = maybeList(given);
    // As a single text, because its numbers are exact.
    const isWhole = list === undefined || (list.length > 0 && list.every(isMlflowTrace));
    if (isWhole) yield { place, text: given };
    else yield* documentsOf(list, place);
  } else if (isMlflowTrace(given)) {
    // A document is recognised by its first field.
    yield { place, text: JSON.stringify({ info: given.info, data: given.data }) };
  } else if (typeof given === "object" && given !== null) {
    yield { place, text: JSON.stringify(given) };
  } else {
    yield { place, text: "", error: new TypeError(`${expectation}, got ${JSON.stringify(given)}`) };
  }
}

const expectation = "expected OTLP JSON or MLflow trace JSON (text, bytes or parsed), or a list of these";

async function decode(bytes: ArrayBufferView | ArrayBuffer): Promise<string> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const pieces: string[] = [];
  for await (const piece of textPieces(view)) pieces.push(piece);
  return pieces.join("");
}

function maybeList(text: string): readonly unknown[] | undefined {
  if (!/^\uFEFF?\s*\[/.test(text)) return undefined;
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as readonly unknown[];
  } catch {
    return undefined; // Its reader will say what is wrong with it.
  }
}

function isMlflowTrace(value: unknown): value is { readonly info: unknown; readonly data: unknown } {
  return typeof value === "object" && value !== null && "info" in value && "data" in value;
}
