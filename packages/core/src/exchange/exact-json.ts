/**
 * JSON.parse for files whose integers may have more digits than a double holds, such as nanoseconds: integers of 16
 * digits and more are returned as decimal text. So are NaN and Infinity, which are not JSON but which Python writes.
 * Throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(
  text: string,
  // Most files write such integers as strings: this quick look saves the scan.
  mayHaveLongNumbers = /[[:,]\s*-?\d{16}/.test(text),
): unknown {
  if (mayHaveLongNumbers) return JSON.parse(quoteNumbers(text)) as unknown;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(quoteNumbers(text)) as unknown;
  }
}

const noDouble = /-?(?:\d{16,}(?![\d.eE])|NaN|Infinity)/y;

function quoteNumbers(text: string): string {
  let quoted = "";
  let done = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at + 1);
    } else if (code === minus || isDigit(code) || code === letterN || code === letterI) {
      noDouble.lastIndex = at;
      const found = noDouble.exec(text)?.[0];
      if (found !== undefined) {
        quoted += `${text.slice(done, at)}"${found}"`;
        done = at + found.length;
      }
      at = found === undefined ? endOfNumber(text, at + 1) : done;
    } else {
      at++;
    }
  }
  return quoted + text.slice(done);
}

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const letterN = 0x4e;
const letterI = 0x49;

/** The position after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  while (at < text.length && /[\d.eE+-]/.test(text.charAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
