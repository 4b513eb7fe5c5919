/** A span's JSON text as the text of an OTLP span. */
import { plainPattern, stringPattern } from "../model/json-pattern.js";

/** The text of an OTLP span, and what a file says of its resource and scope in another place. */
export interface OtlpSpanText {
  readonly text: string;
  readonly resourceId?: string | undefined;
  readonly scopeId?: string | undefined;
}

/** A regular expression may need room for each sign of a longer text. */
const maxLength = 2 ** 20;
const maxDepth = 100;

const { raw } = String;
const integer = raw`(?:0|-?[1-9]\d{0,14})(?![\d.eE])`;
const fraction = raw`-?(?:0|[1-9]\d{0,14})\.\d{0,20}[1-9](?![\deE])`;
/** A field that is the same in both, but for those that have a place of their own. */
const plainField = raw`"(?!attributes"|resourceId"|scopeId")[a-zA-Z]+":(?:${stringPattern}|${integer})`;
const scalar = `(${stringPattern})|(true|false)|(${integer})|(${fraction})`;
/** A name that begins with "$" was escaped, or is the tag of a value. */
const attributeName = raw`(?!"\$)(${stringPattern}):`;

const notPlain = new Error("a payload must be parsed");

/**
 * What turns a payload, as JSON.stringify writes a Span, into the text of the OTLP span, with no object in between: ids, times and
 * texts with all their escapes are the same in both, and are copied.
 *
 * Undefined where the payload has to be parsed: values that are tagged, numbers that are not plainly an integer or a fraction,
 * text of over a million characters, and whatever is not written as JSON.stringify writes it.
 */
export function createSpanTextWriter(): (payload: string) => OtlpSpanText | undefined {
  let text = "";
  let at = 0;
  let depth = 0;
  let resourceId: string | undefined;
  let scopeId: string | undefined;
  // Here, because a sticky expression remembers where it is.
  const plainFields = new RegExp(`${plainField}(?:,${plainField})*`, "y");
  const fieldName = /"[a-zA-Z]+":/y;
  const originId = new RegExp(`"(?:resource|scope)Id":"(${plainPattern})"`, "y");
  const scalarAttribute = new RegExp(`${attributeName}(?:${scalar})`, "y");
  const otherAttribute = new RegExp(attributeName, "y");
  const scalarValue = new RegExp(scalar, "y");

  function skip(sign: string): boolean {
    if (!text.startsWith(sign, at)) return false;
    at += sign.length;
    return true;
  }

  function expect(sign: string): void {
    if (!skip(sign)) throw notPlain;
  }

  function maybe(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  }

  function maybeText(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return undefined;
    const start = at;
    at = pattern.lastIndex;
    return text.slice(start, at);
  }

  /** What stands between two brackets, with commas between; what is empty is left out. */
  function listOf(open: string, close: string, next: () => string): string {
    expect(open);
    if (skip(close)) return "";
    if (++depth > maxDepth) throw notPlain;
    let list = next();
    while (skip(",")) {
      const item = next();
      list = list === "" || item === "" ? list + item : `${list},${item}`;
    }
    expect(close);
    depth--;
    return list;
  }

  /** A span, a status, an event or a link: like OTLP's but for the attributes. */
  function message(): string {
    return `{${listOf("{", "}", fields)}}`;
  }

  function fields(): string {
    return maybeText(plainFields) ?? otherField();
  }

  function otherField(): string {
    const name = maybeText(fieldName);
    if (name === undefined) throw notPlain;
    if (name === '"attributes":') return `${name}[${attributes()}]`;
    if (text.startsWith("{", at)) return name + message();
    return `${name}[${listOf("[", "]", message)}]`;
  }

  function attributes(): string {
    return listOf("{", "}", attribute);
  }

  function attribute(): string {
    const found = maybe(scalarAttribute);
    if (found) return `{"key":${found[1]},"value":${scalarText(found, 2)}}`;
    const [, name] = maybe(otherAttribute) ?? [];
    if (name === undefined) throw notPlain;
    return `{"key":${name},"value":${otherValue()}}`;
  }

  function value(): string {
    const found = maybe(scalarValue);
    return found ? scalarText(found, 1) : otherValue();
  }

  function otherValue(): string {
    if (skip("null")) return "{}";
    if (text.startsWith("{", at)) return `{"kvlistValue":{"values":[${attributes()}]}}`;
    return `{"arrayValue":{"values":[${listOf("[", "]", value)}]}}`;
  }

  /** `first` is the place of {@link scalar}'s first part in what was found. */
  function scalarText(found: RegExpExecArray, first: number): string {
    const [string, flag, whole, fractional] = [
      found[first],
      found[first + 1],
      found[first + 2],
      found[first + 3],
    ];
    if (string !== undefined) return `{"stringValue":${string}}`;
    if (whole !== undefined) return `{"intValue":"${whole}"}`;
    return flag === undefined ? `{"doubleValue":${fractional}}` : `{"boolValue":${flag}}`;
  }

  function spanFields(): string {
    const isResource = text.startsWith('"resourceId":', at);
    if (!isResource && !text.startsWith('"scopeId":', at)) return fields();
    const [, id] = maybe(originId) ?? [];
    if (id === undefined) throw notPlain;
    if (isResource) resourceId = id;
    else scopeId = id;
    return "";
  }

  return (payload) => {
    if (payload.length > maxLength) return undefined;
    text = payload;
    at = depth = 0;
    resourceId = scopeId = undefined;
    try {
      const span = `{${listOf("{", "}", spanFields)}}`;
      return at === text.length ? { text: span, resourceId, scopeId } : undefined;
    } catch (error) {
      if (error === notPlain) return undefined;
      throw error;
    }
  };
}
