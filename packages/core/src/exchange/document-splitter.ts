/**
 * Cuts text that holds JSON documents, one over many lines or one a line, into parts that fit in memory: a document's
 * `resourceSpans` come one element at a time, so a document of any length passes. Only brackets and strings are looked at;
 * whether a part is JSON is for its reader to say.
 *
 * Where the first document is whole at the end of its line, the text is JSON lines: then every line stands for itself, and a
 * broken one does not spoil the next.
 */

export type DocumentPart =
  /** An element of `resourceSpans`. */
  | { readonly kind: "element"; readonly line: number; readonly index: number; readonly text: string }
  /** A document that has ended, by the names of its fields. */
  | {
      readonly kind: "end";
      readonly line: number;
      readonly keys: readonly string[];
      readonly hasElements: boolean;
    }
  /** A value that is no object, or its beginning. */
  | { readonly kind: "value"; readonly line: number; readonly text: string }
  /** A document, or a line, that stops in the middle. */
  | { readonly kind: "broken"; readonly line: number; readonly text: string };

export interface DocumentSplitter {
  /** Throws RangeError for a single element over 2^28 characters. */
  push(text: string): DocumentPart[];
  /** The input has ended. */
  end(): DocumentPart[];
}

const maxElementLength = 2 ** 28;
/** As much of a bad line as an error message needs. */
const maxSampleLength = 200;
const maxKeys = 20;
const maxKeyLength = 100;

export function createDocumentSplitter(): DocumentSplitter {
  let parts: DocumentPart[] = [];
  let line = 1;
  let startLine = 1;
  let isJsonLines: boolean | undefined;
  let hasEnded = false; // whether a document has ended on this line
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Of the document's fields. */
  let keys: string[] = [];
  let key: string | undefined;
  let isKey = false;
  let inElements = false;
  let hasElements = false;
  let elementIndex = 0;
  /** Begun in an earlier piece of text; `from` is where the rest begins in this one. */
  let captured: string[] = [];
  let capturedLength = 0;
  let from = -1;
  let sample = "";
  let isScalar = false;
  // Here, because a sticky expression remembers where it is.
  const plainInString = /[^"\\\n]*/y;
  const plainOutside = /[^"{}[\]\n]*/y;

  function capture(text: string, end: number): void {
    if (from < 0) return;
    captured.push(text.slice(from, end));
    capturedLength += end - from;
    if (capturedLength > maxElementLength) {
      throw new RangeError(`an element is longer than ${maxElementLength} characters`);
    }
    from = 0;
  }

  function takeCaptured(text: string, end: number): string {
    capture(text, end);
    const whole = captured.join("");
    captured = [];
    capturedLength = 0;
    from = -1;
    return whole;
  }

  function startDocument(): void {
    startLine = line;
    keys = [];
    key = undefined;
    isKey = true;
    inElements = hasElements = false;
    elementIndex = 0;
  }

  function reset(): void {
    depth = 0;
    inString = isEscaped = inElements = isScalar = false;
    captured = [];
    capturedLength = 0;
    from = -1;
    sample = "";
  }

  function endLine(): void {
    if (isScalar) {
      parts.push({ kind: "value", line: startLine, text: sample });
      reset();
    } else if (depth > 0 && isJsonLines === true) {
      parts.push({ kind: "broken", line: startLine, text: sample });
      reset();
    } else if (depth > 0) {
      isJsonLines = false;
    }
    if (hasEnded) isJsonLines ??= true;
    hasEnded = false;
    line++;
  }

  function open(at: number, bracket: string): void {
    depth++;
    if (depth === 1) startDocument();
    else if (depth === 2) {
      inElements = bracket === "[" && (key === "resourceSpans" || key === "resource_spans");
    } else if (depth === 3 && inElements && bracket === "{") from = at;
    if (depth === 2 && inElements) hasElements = true;
  }

  function close(text: string, at: number): void {
    if (depth === 3 && inElements && from >= 0) {
      parts.push({
        kind: "element",
        line: startLine,
        index: elementIndex++,
        text: takeCaptured(text, at + 1),
      });
    }
    if (depth === 2) inElements = false;
    depth--;
    if (depth > 0) return;
    parts.push({ kind: "end", line: startLine, keys, hasElements });
    reset();
    hasEnded = true;
  }

  function endString(text: string, at: number): void {
    inString = false;
    if (depth !== 1 || !isKey) return;
    const raw = takeCaptured(text, at);
    key = decodeKey(raw);
    if (keys.length < maxKeys) keys.push(key.slice(0, maxKeyLength));
    isKey = false;
  }

  /** Behind the characters from there on that change nothing: most of them. */
  function skipPlain(text: string, at: number): number {
    const plain = inString ? plainInString : depth > 1 ? plainOutside : undefined;
    if (!plain || isEscaped) return at;
    plain.lastIndex = at;
    plain.test(text);
    const end = plain.lastIndex;
    if (sample.length < maxSampleLength) sample += text.slice(at, Math.min(end, at + maxSampleLength));
    return end;
  }

  function scan(text: string): void {
    if (from > 0) from = 0;
    for (let at = 0; at < text.length; at++) {
      at = skipPlain(text, at);
      if (at >= text.length) break;
      const char = text[at] ?? "";
      if (char === "\n") {
        if (sample !== "" && sample.length < maxSampleLength) sample += char;
        endLine();
        continue;
      }
      if (depth > 0 || isScalar) {
        if (sample.length < maxSampleLength) sample += char;
      }
      if (isScalar) continue;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (char === "\\") isEscaped = true;
        else if (char === '"') endString(text, at);
      } else if (char === '"' && depth > 0) {
        inString = true;
        if (depth === 1 && isKey) from = at + 1;
      } else if (char === "{" || (char === "[" && depth > 0)) {
        if (depth === 0) sample = char;
        open(at, char);
      } else if ((char === "}" || char === "]") && depth > 0) {
        close(text, at);
      } else if (depth === 1 && char === ",") {
        isKey = true;
      } else if (depth === 0 && !/\s/.test(char)) {
        isScalar = true;
        startLine = line;
        sample = char;
      }
    }
    capture(text, text.length);
  }

  return {
    push(text) {
      scan(text);
      const taken = parts;
      parts = [];
      return taken;
    },
    end() {
      if (isScalar) parts.push({ kind: "value", line: startLine, text: sample });
      else if (depth > 0) parts.push({ kind: "broken", line: startLine, text: sample });
      reset();
      const taken = parts;
      parts = [];
      return taken;
    },
  };
}

function decodeKey(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // a key with a bad escape is no key of ours
  }
}
