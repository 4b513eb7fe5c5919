/** What W3C forbids as ids. */
export const noTraceId = "0".repeat(32);
export const noSpanId = "0".repeat(16);

/** Makes ids: lower-case hex, never all zeros. */
export interface IdSource {
  /** 32 hex digits. */
  traceId(): string;
  /**
   * A trace id for a share of the calls, `ratio` from 0 to 1; undefined for the others. The last 32 bits of the id decide, so
   * that an id within a small share is within every greater one too.
   */
  sampledTraceId(ratio: number): string | undefined;
  /** 16 hex digits. */
  spanId(): string;
}

const poolBytes = 4096;
const digits = "0123456789abcdef";

/**
 * Random ids from a pool that is written as hex all at once: asking the platform for eight bytes at a time costs 2.7 µs, and
 * an id that is put together byte by byte 0.1, which posting it to a worker doubles (Node 20). An id is a part of the
 * pool's text, so one that is kept keeps 8 kB.
 */
export function createIdSource(
  fillRandom: (pool: Uint8Array<ArrayBuffer>) => unknown = fillFromCrypto,
): IdSource {
  const pool = new Uint8Array(poolBytes);
  const view = new DataView(pool.buffer);
  let text = "";
  let next = poolBytes;
  function ensure(byteCount: number): void {
    if (next + byteCount <= poolBytes) return;
    fillRandom(pool);
    text = "";
    next = 0;
  }
  function take(byteCount: number, none: string): string {
    ensure(byteCount);
    // Not where the pool is filled: ids that are only drawn for sampling need no text.
    text ||= maybeHex(pool) ?? toHex(pool);
    const start = next;
    next += byteCount;
    const id = text.slice(2 * start, 2 * next);
    return id === none ? take(byteCount, none) : id;
  }
  const traceId = () => take(16, noTraceId);
  return {
    traceId,
    spanId: () => take(8, noSpanId),
    sampledTraceId(ratio) {
      if (ratio <= 0) return undefined;
      ensure(16);
      if (ratio >= 1 || view.getUint32(next + 12) < ratio * 2 ** 32) return traceId();
      next += 16;
      return undefined;
    },
  };
}

/** By the platform, where it can (ECMAScript 2026): the first pool of a page took a millisecond, in code that had not run before. */
function maybeHex(bytes: Uint8Array & { toHex?: () => string }): string | undefined {
  return bytes.toHex?.();
}

function toHex(bytes: Uint8Array): string {
  const hex = new Uint8Array(2 * bytes.length);
  let end = 0;
  for (const byte of bytes) {
    hex[end++] = digits.charCodeAt(byte >> 4);
    hex[end++] = digits.charCodeAt(byte & 15);
  }
  return new TextDecoder().decode(hex);
}

function fillFromCrypto(pool: Uint8Array<ArrayBuffer>): void {
  globalThis.crypto.getRandomValues(pool);
}

/** MLflow's trace ids have a prefix. Throws TypeError for what is no text, such as the undefined of a trace that is not recorded. */
export function toTraceId(traceId: string): string {
  if (typeof traceId !== "string") throw new TypeError(`traceId must be a string, got ${String(traceId)}`);
  return traceId.replace(/^tr-/, "");
}

const fnvOffset = 0x6c62272e07bb014262b821756295c58dn;
const fnvPrime = 0x1000000000000000000013bn;

/**
 * An id by content, as of a resource or a scope: 32 hex digits, FNV-1a (128 bits, over UTF-16 code units) of its JSON text. It
 * tells values apart and is no protection against forgery. About 60 µs for 300 characters, so callers that meet the same value
 * often keep its id.
 */
export function contentId(value: object): string {
  const text = JSON.stringify(value);
  let hash = fnvOffset;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(text.charCodeAt(i))) * fnvPrime);
  }
  return hash.toString(16).padStart(32, "0");
}
