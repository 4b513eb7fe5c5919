/**
 * Turns a span's JSON text into the text of an OTLP span, without an object in between: ids, times and texts with all
 * their escapes are the same in both, and are copied.
 */
import { plainPattern, stringPattern } from "../model/json-pattern.js";

/** The text of an OTLP span, and the ids of its resource and scope, which a file describes elsewhere. */
export interface OtlpSpanText {
  readonly text: string;
  readonly resourceId?: string | undefined;
  readonly scopeId?: string | undefined;
}

/**
 * Turns a payload, as JSON.stringify writes a Span, into the text of the OTLP span.
 *
 * Undefined if the payload has to be parsed: because of tagged values, numbers that are not plainly an integer or a
 * fraction, over a million characters of text, or anything not written as JSON.stringify writes it.
 */
export function writeSpanText(payload: string): OtlpSpanText | undefined {
  if (payload.length > maxLength) return undefined;
  const reader: Reader = { payload, at: 0, depth: 0, resourceId: undefined, scopeId: undefined };
  try {
    const text = `{${listOf(reader, openBrace, closeBrace, spanFields)}}`;
    const { resourceId, scopeId } = reader;
    return reader.at === payload.length ? { text, resourceId, scopeId } : undefined;
  } catch (error) {
    if (error instanceof NotPlainError) return undefined;
    throw error;
  }
}

/** The state of reading a payload. */
interface Reader {
  readonly payload: string;
  at: number;
  depth: number;
  resourceId: string | undefined;
  scopeId: string | undefined;
}

/** On longer texts, a regular expression may need stack space for each character. */
const maxLength = 2 ** 20;
const maxDepth = 100;

/** Thrown if the payload must be parsed. */
class NotPlainError extends Error {}

const { raw } = String;
const integerPattern = raw`(?:0|-?[1-9]\d{0,14})(?![\d.eE])`;
const fractionPattern = raw`-?(?:0|[1-9]\d{0,14})\.\d{0,20}[1-9](?![\deE])`;
const scalarPattern = `${stringPattern}|true|false|${integerPattern}|${fractionPattern}`;
/** A field that is the same in both; some have a place of their own. */
const flatField = raw`"(?!attributes"|resourceId"|scopeId")[a-zA-Z]+":(?:${stringPattern}|${integerPattern})`;
const plainField = raw`(?:${flatField}|"status":\{${flatField}(?:,${flatField})*\})`;

// Sticky: each begins at `lastIndex`. None captures: returning parts costs more than finding them.
const plainFields = new RegExp(`${plainField}(?:,${plainField})*`, "y");
const fieldName = /"[a-zA-Z]+":/y;
const originId = new RegExp(`"(?:resource|scope)Id":"${plainPattern}"`, "y");
const scalar = new RegExp(scalarPattern, "y");
// A name that begins with "$" was escaped, or is the tag of a value.
const attributeName = new RegExp(raw`(?!"\$)${stringPattern}:`, "y");
/** Matches most attributes in one go. The first quote and colon in it end the name. */
const plainAttribute = new RegExp(raw`"(?!\$)${plainPattern}":(?:${scalarPattern})`, "y");

const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [comma, quote, letterF, letterT] = [0x2c, 0x22, 0x66, 0x74];

/** Returns what the pattern matches here, if it does, and moves past it. */
function take(reader: Reader, pattern: RegExp): string | undefined {
  const { payload, at } = reader;
  pattern.lastIndex = at;
  if (!pattern.test(payload)) return undefined;
  reader.at = pattern.lastIndex;
  return payload.slice(at, reader.at);
}

function isAt(reader: Reader, code: number): boolean {
  return reader.payload.charCodeAt(reader.at) === code;
}

function skip(reader: Reader, code: number): boolean {
  if (!isAt(reader, code)) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, code: number): void {
  if (!skip(reader, code)) throw new NotPlainError();
}

/** The items between two brackets, joined by commas, without empty ones. */
function listOf(reader: Reader, open: number, close: number, next: (reader: Reader) => string): string {
  expect(reader, open);
  if (skip(reader, close)) return "";
  if (++reader.depth > maxDepth) throw new NotPlainError();
  let list = next(reader);
  while (skip(reader, comma)) {
    const item = next(reader);
    list = list === "" || item === "" ? list + item : `${list},${item}`;
  }
  expect(reader, close);
  reader.depth--;
  return list;
}

function spanFields(reader: Reader): string {
  const origin = take(reader, originId);
  if (origin === undefined) return fields(reader);
  const id = origin.slice(origin.indexOf(":") + 2, -1);
  if (origin.startsWith('"resource')) reader.resourceId = id;
  else reader.scopeId = id;
  return "";
}

/** A status, an event or a link: like OTLP's except for the attributes. */
function message(reader: Reader): string {
  return `{${listOf(reader, openBrace, closeBrace, fields)}}`;
}

function fields(reader: Reader): string {
  return take(reader, plainFields) ?? otherField(reader);
}

function otherField(reader: Reader): string {
  const name = take(reader, fieldName);
  if (name === undefined) throw new NotPlainError();
  if (name === '"attributes":') return `${name}[${attributes(reader)}]`;
  if (isAt(reader, openBrace)) return name + message(reader);
  return `${name}[${listOf(reader, openBracket, closeBracket, message)}]`;
}

function attributes(reader: Reader): string {
  return listOf(reader, openBrace, closeBrace, attribute);
}

function attribute(reader: Reader): string {
  const plain = take(reader, plainAttribute);
  if (plain !== undefined) {
    const nameEnd = plain.indexOf('":') + 1;
    return `{"key":${plain.slice(0, nameEnd)},"value":${scalarText(plain.slice(nameEnd + 1))}}`;
  }
  const name = take(reader, attributeName);
  if (name === undefined) throw new NotPlainError();
  return `{"key":${name.slice(0, -1)},"value":${value(reader)}}`;
}

function value(reader: Reader): string {
  const found = take(reader, scalar);
  if (found !== undefined) return scalarText(found);
  if (reader.payload.startsWith("null", reader.at)) {
    reader.at += 4;
    return "{}";
  }
  if (isAt(reader, openBrace)) return `{"kvlistValue":{"values":[${attributes(reader)}]}}`;
  return `{"arrayValue":{"values":[${listOf(reader, openBracket, closeBracket, value)}]}}`;
}

function scalarText(found: string): string {
  const first = found.charCodeAt(0);
  if (first === quote) return `{"stringValue":${found}}`;
  if (first === letterT || first === letterF) return `{"boolValue":${found}}`;
  return found.includes(".") ? `{"doubleValue":${found}}` : `{"intValue":"${found}"}`;
}
