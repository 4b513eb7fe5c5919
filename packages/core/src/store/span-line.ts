/**
 * Spans as lines of text: the form in which a recorder keeps ended spans and posts them to a store's worker. Posting a
 * text costs a sixth of posting objects, takes half their heap, and the text is joined from its lines at once, without
 * intermediate strings.
 *
 * The lines of a span are its trace's id, its own, its parent's, the name, start, end, the number of attributes, and
 * for each of these the key and the value as JSON text; a line is empty if the span lacks the field. A text value is
 * written as it is, with a mark on its key's line: inputs and outputs are JSON text already, and quoting them again is
 * left to the reader. So is adding what most spans of a recorder have in common. A span that has anything else is one
 * line, its own JSON text.
 */
import type { SpanStatus } from "../model/span.js";
import type { Value } from "../model/values.js";

/** What a recorder's lines leave out, besides kind 1 and, for an ended span, the status {@link usualStatus}. */
export interface UsualFields {
  readonly resourceId: string;
  readonly scopeId: string;
}

/** A line before it is joined into a text. */
export type Line = string | number | boolean;

/** The fields of a usual span. Ids must be hex digits, times decimal, and the name must have no line breaks. */
export interface UsualSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string | undefined;
}

export const usualStatus: SpanStatus = Object.freeze({ code: 1 });

/** The lines that every span has. */
const fixedLines = 7;
/** Stands before the key of a text value. */
const textMark = "=";
/** Lines of keys are cached, since looking one up is faster than making it: at most this many, and no long ones. */
const maxKeys = 1000;
const maxKeyCharacters = 64;

/**
 * Writes the lines of a usual span from index `at` on; returns the index after the last. Texts under MLflow's keys must
 * have no line breaks: checking would cost more than all the rest, because engines keep a long JSON text in pieces.
 */
export type LineWriter = (
  lines: Line[],
  at: number,
  span: UsualSpan,
  attributes: Readonly<Record<string, Value>>,
) => number;

export function createLineWriter(): LineWriter {
  const toTextKey = createKeyLines(textMark);
  const toJsonKey = createKeyLines("");
  return (lines, at, span, attributes) => {
    lines[at] = span.traceId;
    lines[at + 1] = span.spanId;
    lines[at + 2] = span.parentId ?? "";
    lines[at + 3] = span.name;
    lines[at + 4] = span.startTimeUnixNano;
    lines[at + 5] = span.endTimeUnixNano ?? "";
    let next = at + fixedLines;
    // Unlike Object.keys this makes no list.
    for (const key in attributes) {
      if (!Object.hasOwn(attributes, key)) continue;
      const value = attributes[key];
      const isText = typeof value === "string" && (key.startsWith("mlflow.") || !value.includes("\n"));
      lines[next++] = isText ? toTextKey(key) : toJsonKey(key);
      // Booleans and finite numbers are JSON as they are, and a Value has no other numbers.
      const isJson = isText || typeof value === "number" || typeof value === "boolean";
      lines[next++] = isJson ? value : JSON.stringify(value);
    }
    lines[at + 6] = (next - at - fixedLines) / 2;
    return next;
  };
}

function createKeyLines(mark: string): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    let line = known.get(key);
    if (line !== undefined) return line;
    line = mark + JSON.stringify(key);
    if (known.size >= maxKeys) known.clear();
    if (key.length <= maxKeyCharacters) known.set(key, line);
    return line;
  };
}

/** The JSON texts of the spans in a text. */
export function readLines(text: string, { resourceId, scopeId }: UsualFields): string[] {
  const lines = text.split("\n");
  const payloads: string[] = [];
  for (let next = 0; next < lines.length;) {
    const [first = "", spanId, parentId, name, start, end, count] = lines.slice(next, next + fixedLines);
    if (first.startsWith("{")) {
      payloads.push(first);
      next++;
      continue;
    }
    const entries: string[] = [];
    const stop = next + fixedLines + 2 * Number(count);
    for (next += fixedLines; next < stop; next += 2) {
      const [key = "", value = ""] = lines.slice(next, next + 2);
      entries.push(key.startsWith(textMark) ? `${key.slice(1)}:${JSON.stringify(value)}` : `${key}:${value}`);
    }
    // Joined, because a concatenated string keeps its parts alive, and these keep all of the lines.
    const parts = [
      `{"traceId":"${first}","spanId":"${spanId}",`,
      parentId && `"parentSpanId":"${parentId}",`,
      `"name":${JSON.stringify(name)},"kind":1,"startTimeUnixNano":"${start}",`,
      end && `"endTimeUnixNano":"${end}","status":${JSON.stringify(usualStatus)},`,
      `"resourceId":"${resourceId}","scopeId":"${scopeId}","attributes":{${entries.join(",")}}}`,
    ];
    payloads.push(parts.join(""));
  }
  return payloads;
}
