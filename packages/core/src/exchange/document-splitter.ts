/**
 * Cuts text with JSON documents, one over many lines or one per line, one after another or in a list, into parts that
 * fit in memory: whole documents, or the elements of their `resourceSpans`, so that a document of any length passes. It
 * looks only at brackets and strings; whether a part is valid JSON is for its reader to find out.
 *
 * If the first document is complete at the end of its line, the text is JSON lines: then each line is read on its own,
 * and a broken one does not spoil the next.
 */
import { createCapturedText } from "./captured-text.js";
import { stringEndsIn } from "./string-end.js";

/** What a part normally is: an element of `resourceSpans`, or a whole document. */
export type DocumentUnit = "resourceSpans" | "document";

export type DocumentPart =
  /** The requested unit. */
  | {
      readonly kind: "element";
      readonly line: number;
      readonly index: number;
      readonly text: string;
      /** False if no number in it has 16 digits, which may be more than a double holds. */
      readonly mayHaveLongNumbers: boolean;
    }
  /** The end of a document, with the names of its fields. */
  | {
      readonly kind: "end";
      readonly line: number;
      readonly keys: readonly string[];
      readonly hasElements: boolean;
    }
  /** A value that is not an object, as documents are, or its beginning. */
  | { readonly kind: "value"; readonly line: number; readonly text: string }
  /** A document, or a line, that stops in the middle. */
  | { readonly kind: "broken"; readonly line: number; readonly text: string };

export interface DocumentSplitter {
  /** Throws RangeError for a single element over 2^28 characters. */
  push(text: string): DocumentPart[];
  /** The input has ended. */
  end(): DocumentPart[];
}

/** The message for what is broken. */
export const brokenDocument = "the JSON that begins here is cut off, or a bracket or quote is missing";

const maxElementLength = 2 ** 28;
/** How much of a bad line an error message needs. */
const maxSampleLength = 200;
const maxKeys = 20;
const maxKeyLength = 100;

export function createDocumentSplitter(unit: DocumentUnit): DocumentSplitter {
  const isWhole = unit === "document";
  let parts: DocumentPart[] = [];
  let line = 1;
  let startLine = 1;
  let isJsonLines: boolean | undefined;
  let hasEnded = false; // whether a document has ended on this line
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** The names of the document's fields. */
  let keys: string[] = [];
  let key: string | undefined;
  let isKey = false;
  let inElements = false;
  let hasElements = false;
  let elementIndex = 0;
  /** An element, or the name of a field. */
  const captured = createCapturedText(isWhole ? "a document" : "an element", maxElementLength);
  let mayHaveLongNumbers = false;
  /** The document's beginning, as far as it was in earlier pieces, and where it continues in this one. */
  let sample = "";
  let sampleFrom = 0;
  let isScalar = false;
  /** The value is a literal, such as null in a list, which ends before the next comma. */
  let isLiteral = false;

  function startDocument(at: number): void {
    start(at);
    keys = [];
    key = undefined;
    isKey = !isWhole;
    inElements = hasElements = false;
    elementIndex = 0;
    if (isWhole) startElement(at);
  }

  function startElement(at: number): void {
    captured.begin(at);
    mayHaveLongNumbers = false;
  }

  function extendSample(text: string, end: number): void {
    sample += text.slice(sampleFrom, end).slice(0, maxSampleLength - sample.length);
  }

  /** Refuses what was begun: a value that is not a document, or a document that stops here. */
  function refuse(): void {
    parts.push({ kind: isScalar ? "value" : "broken", line: startLine, text: sample });
    depth = 0;
    inString = isEscaped = inElements = isScalar = false;
    captured.drop();
  }

  function endLine(text: string, at: number): void {
    if (isScalar || (depth > 0 && isJsonLines)) {
      extendSample(text, at);
      refuse();
    } else if (depth > 0) {
      isJsonLines = false;
    }
    if (hasEnded) isJsonLines ??= true;
    hasEnded = false;
    line++;
  }

  function start(at: number): void {
    startLine = line;
    sample = "";
    sampleFrom = at;
  }

  function open(at: number, bracket: number): void {
    depth++;
    if (depth === 1) startDocument(at);
    else if (depth === 2) {
      inElements = bracket === openBracket && (key === "resourceSpans" || key === "resource_spans");
      hasElements ||= inElements;
    } else if (depth === 3 && inElements && bracket === openBrace) startElement(at);
  }

  function close(text: string, at: number): void {
    if (isWhole ? depth === 1 : depth === 3 && inElements && captured.isOpen()) {
      parts.push({
        kind: "element",
        line: startLine,
        index: elementIndex++,
        text: captured.take(text, at + 1),
        mayHaveLongNumbers,
      });
    }
    if (depth === 2) inElements = false;
    depth--;
    if (depth > 0) return;
    parts.push({ kind: "end", line: startLine, keys, hasElements });
    hasEnded = true;
  }

  function endString(text: string, at: number): void {
    inString = false;
    if (depth !== 1 || !isKey) return;
    const raw = captured.take(text, at);
    key = decodeKey(raw);
    if (keys.length < maxKeys) keys.push(key.slice(0, maxKeyLength));
    isKey = false;
  }

  /**
   * Skips what changes nothing for the document: the inside of a string, or of its elements. That is most of a file, so
   * it is a loop over local variables. {@link scan} handles the character at which it stops.
   */
  function skip(text: string, start: number, endOfString: (start: number) => number): number {
    if (isEscaped) return start;
    let at = start;
    let isInside = inString;
    let levels = depth;
    let isLong = false;
    for (; at < text.length; at++) {
      if (isInside) {
        at = endOfString(at);
        if (text.charCodeAt(at) !== quote || levels < 2) break;
        isInside = false;
        continue;
      }
      const code = text.charCodeAt(at);
      if (levels < 2 || code === newline) {
        break;
      } else if (code === quote) {
        isInside = true;
      } else if (code === openBrace || code === openBracket) {
        if (levels === 2) break;
        levels++;
      } else if (code === closeBrace || code === closeBracket) {
        if (levels < 4) break;
        levels--;
      } else if (isDigit(code)) {
        const first = at;
        while (isDigit(text.charCodeAt(at + 1))) at++;
        // Or it may continue in the next piece.
        isLong ||= at - first >= 15 || at + 1 === text.length;
      }
    }
    inString = isInside;
    depth = levels;
    mayHaveLongNumbers ||= isLong;
    return at;
  }

  function scan(text: string): void {
    sampleFrom = 0;
    const endOfString = stringEndsIn(text);
    for (let at = 0; at < text.length; at++) {
      at = skip(text, at, endOfString);
      if (at >= text.length) break;
      const code = text.charCodeAt(at);
      if (code === newline) {
        endLine(text, at);
      } else if (isScalar) {
        if (!isLiteral || (code !== comma && code !== closeBracket)) continue;
        extendSample(text, at);
        refuse();
      } else if (inString) {
        if (isEscaped) isEscaped = false;
        else if (code === backslash) isEscaped = true;
        else if (code === quote) endString(text, at);
      } else if (code === quote && depth > 0) {
        inString = true;
        if (depth === 1 && isKey) captured.begin(at + 1);
      } else if (code === openBrace || (code === openBracket && depth > 0)) {
        open(at, code);
      } else if ((code === closeBrace || code === closeBracket) && depth > 0) {
        close(text, at);
      } else if (depth === 1 && code === comma) {
        isKey = !isWhole;
      } else if (depth === 0 && !isBetween(text, at)) {
        isScalar = true;
        isLiteral = /[\w-]/.test(text.charAt(at));
        start(at);
      }
    }
    extendSample(text, text.length);
    captured.extend(text, text.length);
  }

  function takeParts(): DocumentPart[] {
    const taken = parts;
    parts = [];
    return taken;
  }

  return {
    push(text) {
      scan(text);
      return takeParts();
    },
    end() {
      if (isScalar || depth > 0) refuse();
      return takeParts();
    },
  };
}

const [newline, quote, comma, backslash] = [0x0a, 0x22, 0x2c, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether the character may stand between documents: those in a list are read like those on lines. */
function isBetween(text: string, at: number): boolean {
  return /[\s,[\]]/.test(text.charAt(at));
}

function decodeKey(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // a key with a bad escape is no key of ours
  }
}
