import { isRecord } from "../model/json.js";
import type { Redaction } from "../record/redaction.js";
import { personalTexts, secretKeys, secretTexts, type SensitiveText } from "./patterns.js";

/** What {@link createRedaction} takes out. */
export interface RedactionOptions {
  /** Keys, tokens, passwords, cookies; default true. */
  readonly secrets?: boolean;
  /** Addresses of mail, telephone, network, bank and card numbers; default false. */
  readonly personalData?: boolean;
  /** More texts that are not kept. A global pattern is applied everywhere, any other to the first that matches of each text. */
  readonly patterns?: readonly RegExp[];
  /** More keys whose values are not kept, compared without case, `-` and `_`. */
  readonly keys?: readonly string[];
}

/**
 * Hooks for the recorder's `redact` that take out what can be told by its form, and what stands under keys such as `password`,
 * before anything is stored: in names, attributes, inputs and outputs, events, status messages, tags, previews and assessments.
 *
 *     init({ store, redact: createRedaction({ personalData: true }) });
 *
 * It finds what it knows. A secret without a form, in a sentence, it does not.
 */
export function createRedaction(options: RedactionOptions = {}): Redaction {
  const { secrets = true, personalData = false, patterns = [], keys = [] } = options;
  const texts: readonly SensitiveText[] = [
    ...(secrets ? secretTexts : []),
    ...(personalData ? personalTexts : []),
    ...patterns.map((pattern) => ({ kind: "pattern", pattern })),
  ];
  const hidden = new Set([...(secrets ? secretKeys : []), ...keys].map(toComparable));
  const isHidden = (key: string) => hidden.has(toComparable(key.slice(key.lastIndexOf(".") + 1)));

  /** The value itself where nothing is taken out of it. */
  function redact(value: unknown, depth = 0): unknown {
    if (typeof value === "string") return redactText(value, depth);
    if (typeof value !== "object" || value === null) return value;
    if (depth > maxDepth) return replacement;
    const members = Object.entries(value as Readonly<Record<string, unknown>>);
    const kept = members.map(([key, member]) => redactMember(key, member, depth + 1));
    if (members.every(([, member], index) => member === kept[index])) return value;
    return Array.isArray(value)
      ? kept
      : Object.fromEntries(members.map(([key], index) => [key, kept[index]]));
  }

  function redactMember(key: string, value: unknown, depth: number): unknown {
    if (structuralKeys.has(key)) return value;
    return isHidden(key) && !isSchema(value) && value !== null ? replacement : redact(value, depth);
  }

  function redactText(text: string, depth: number): unknown {
    const json = parseJson(text);
    if (json !== undefined) {
      const kept = redact(json, depth);
      return kept === json ? text : JSON.stringify(kept); // or integers beyond a double's would change
    }
    return texts.reduce(
      (rest, { kind, pattern, isOne }) =>
        rest.replace(pattern, (match) => (isOne?.(match) === false ? match : `[redacted: ${kind}]`)),
      text,
    );
  }

  return {
    span: (span) => redact(span) as typeof span,
    patch(patch) {
      const isOfHiddenKey = "key" in patch && "value" in patch && isHidden(patch.key);
      return isOfHiddenKey ? { ...patch, value: replacement } : (redact(patch) as typeof patch);
    },
  };
}

const replacement = "[redacted]";

/** Deeper than any data is meant to be, and far from where the stack ends; what lies deeper is not kept. */
const maxDepth = 300;

/** What holds a trace together: digits and times, which could look like a number of a card. */
const structuralKeys = new Set([
  ...["traceId", "spanId", "span_id", "parentSpanId", "resourceId", "scopeId"],
  ...["startTimeUnixNano", "endTimeUnixNano", "timeUnixNano"],
]);

/** A tool's parameters are described by schemas, where `password` is a name and `{ "type": "string" }` no secret. */
function isSchema(value: unknown): boolean {
  return isRecord(value) && typeof value["type"] === "string";
}

/** What the text of an object or a list says; inputs and outputs are such texts, and may hold others. */
function parseJson(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a sentence that begins with a bracket, or a text that was cut
  }
}

function toComparable(key: string): string {
  return key.toLowerCase().replace(/[_-]/g, "");
}
