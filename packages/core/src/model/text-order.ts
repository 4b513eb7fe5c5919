const firstSurrogate = 0xd800;
const firstBehindSurrogates = 0xe000;

/**
 * Orders two texts by code point: negative, zero, positive. That is the order of their UTF-8 bytes, which SQLite compares;
 * `<` compares UTF-16 code units and puts "😀" (U+1F600) before "～" (U+FF5E).
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return toRank(x) - toRank(y);
  }
  return a.length - b.length;
}

/** Puts surrogates, which stand for code points from U+10000 on, behind all other code units. */
function toRank(unit: number): number {
  return unit >= firstSurrogate && unit < firstBehindSurrogates ? unit + 0x10000 : unit;
}
