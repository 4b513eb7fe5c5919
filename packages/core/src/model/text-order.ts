/**
 * Orders two texts by code point: negative, zero, positive. That is the order of their UTF-8 bytes, which SQLite compares;
 * `<` compares UTF-16 code units and puts "😀" (U+1F600) before "～" (U+FF5E). Half a surrogate pair is a code point too.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return rankAt(a, i) - rankAt(b, i);
  }
  return a.length - b.length;
}

/**
 * A code unit's rank in the order of code points: those of a surrogate pair, which stands for U+10000 or more, come
 * last.
 */
function rankAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  const isPaired =
    (isHigh(unit) && isLow(text.charCodeAt(index + 1))) ||
    (isLow(unit) && isHigh(text.charCodeAt(index - 1)));
  return isPaired ? unit + 0x10000 : unit;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
