/** The ids that W3C forbids. */
export const noTraceId = "0".repeat(32);
export const noSpanId = "0".repeat(16);

/** Makes ids: lower-case hex, never all zeros. */
export interface IdSource {
  /** 32 hex digits. */
  traceId(): string;
  /**
   * A trace id for a share of the calls, `ratio` from 0 to 1; undefined for the others. The last 32 bits of the id
   * decide, so that an id in a small share is in every larger one too.
   */
  sampledTraceId(ratio: number): string | undefined;
  /** 16 hex digits. */
  spanId(): string;
}

const poolBytes = 4096;
const digits = "0123456789abcdef";

/**
 * Random ids from a pool that is converted to hex all at once: asking the platform for eight bytes at a time costs 2.7
 * µs, and building an id byte by byte 0.1, which posting it to a worker doubles (Node 20). An id is a slice of the
 * pool's text, so keeping one keeps 8 kB in memory.
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
    // Not when the pool is filled: ids drawn only for sampling need no text.
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

/**
 * By the platform, if it can (ECMAScript 2026): our own code, not yet warmed up, took a millisecond for a page's first
 * pool.
 */
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

/**
 * Removes the prefix of MLflow's trace ids. Throws TypeError for anything but a string, such as the undefined of an
 * unrecorded trace.
 */
export function toTraceId(traceId: string): string {
  if (typeof traceId !== "string") throw new TypeError(`traceId must be a string, got ${String(traceId)}`);
  return traceId.replace(/^tr-/, "");
}

const fnvOffset = 0x6c62272e07bb014262b821756295c58dn;
const fnvPrime = 0x1000000000000000000013bn;

/**
 * An id made from content, such as a resource or a scope: 32 hex digits, FNV-1a (128 bits, over UTF-16 code units) of
 * its JSON text. It tells values apart, but does not protect against forgery. Takes about 60 µs for 300 characters, so
 * callers that often meet the same value keep its id.
 */
export function contentId(value: object): string {
  const text = JSON.stringify(value);
  let hash = fnvOffset;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(text.charCodeAt(i))) * fnvPrime);
  }
  return hash.toString(16).padStart(32, "0");
}
