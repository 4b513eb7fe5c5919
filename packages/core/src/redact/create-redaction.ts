import { isRecord } from "../model/objects.js";
import type { TracePatch } from "../model/patch.js";
import { isTagged, type Attributes } from "../model/values.js";
import type { Redaction } from "../record/redaction.js";
import { personalTexts, secretKeys, secretTexts, type SensitiveText } from "./patterns.js";

/** What {@link createRedaction} removes. */
export interface RedactionOptions {
  /** Keys, tokens, passwords, cookies; default true. */
  readonly secrets?: boolean | undefined;
  /** Email and network addresses, telephone, bank and card numbers; default false. */
  readonly personalData?: boolean | undefined;
  /** More texts to take out, wherever they occur: each pattern is matched globally. */
  readonly patterns?: readonly RegExp[] | undefined;
  /** More keys whose values are taken out, compared ignoring case, `-` and `_`. */
  readonly keys?: readonly string[] | undefined;
}

/**
 * Hooks for the recorder's `redact` that take out what can be recognised by its form, and the values of keys such as
 * `password`, before anything is stored: in names, attributes, inputs and outputs, events, status messages, tags, previews and
 * assessments, in resources, and in the keys of objects. Ids and times of traces and spans stay.
 *
 *     init({ store, redact: createRedaction({ personalData: true }) });
 *
 * It finds only what it knows: not, for example, a password of ordinary words in a sentence.
 */
export function createRedaction(options: RedactionOptions = {}): Redaction {
  const { secrets = true, personalData = false, patterns = [], keys = [] } = options;
  const texts: readonly SensitiveText[] = [
    ...(secrets ? secretTexts : []),
    ...(personalData ? personalTexts : []),
    ...patterns.map((pattern) => ({ kind: "pattern", pattern: toGlobal(pattern) })),
  ];
  const hidden = new Set([...(secrets ? secretKeys : []), ...keys].map(toComparable));
  const isHidden = (key: string) => hidden.has(toComparable(key.slice(key.lastIndexOf(".") + 1)));

  /** Returns the value itself if nothing is removed from it. */
  function redact(value: unknown, depth = 0): unknown {
    if (typeof value === "string") return redactText(value, depth);
    if (typeof value === "number") return redactNumber(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth > maxDepth) return replacement;
    const members = Object.entries(value as Readonly<Record<string, unknown>>);
    const kept = members.map(([key, member]) => redactMember(key, member, depth + 1));
    if (Array.isArray(value)) return isSame(members, kept) ? value : kept.map(([, member]) => member);
    if (isSame(members, kept)) return value;
    // The value has a tag saying that it is a number or bytes, which a redacted text is not.
    return isTagged(value) ? kept[0]?.[1] : Object.fromEntries(withOwnKeys(kept));
  }

  function redactMember(key: string, value: unknown, depth: number): Member {
    const isKept = !isHidden(key) || isSchema(value) || value === null;
    return [redactForms(key), isKept ? redact(value, depth) : replacement];
  }

  /** A bare number can only be a card number. */
  function redactNumber(value: number): unknown {
    const text = String(value);
    const kept = text.length < shortestCardNumber ? text : redactForms(text);
    return kept === text ? value : kept;
  }

  function redactText(text: string, depth = 0): string {
    const json = parseJson(text);
    if (json !== undefined) {
      const kept = redact(json, depth);
      return kept === json ? text : JSON.stringify(kept); // because integers beyond a double's range would change
    }
    return redactForms(text);
  }

  function redactForms(text: string): string {
    return texts.reduce(
      (rest, { kind, pattern, isOne }) =>
        rest.replace(pattern, (match) => (isOne?.(match) === false ? match : `[redacted: ${kind}]`)),
      text,
    );
  }

  const redactAttributes = (attributes: Attributes) => redact(attributes) as Attributes;
  /** For an event or a link. */
  const redactPart = <Part extends { readonly name?: string; readonly attributes?: Attributes }>(
    part: Part,
  ) => ({
    ...part,
    ...(part.name !== undefined && { name: redactText(part.name) }),
    ...(part.attributes && { attributes: redactAttributes(part.attributes) }),
  });

  /** Redacts an assessment's JSON text, except the ids in it. */
  function redactAssessment(text: string): string {
    const assessment = parseJson(text);
    if (!isRecord(assessment)) return redactText(text);
    const { spanId, overrides, ...said } = assessment;
    return JSON.stringify({ ...(redact(said) as object), spanId, overrides });
  }

  function redactTrace(patch: TracePatch): TracePatch {
    switch (patch.op) {
      case "setTag":
      case "setMetadata": {
        const value = isHidden(patch.key) ? replacement : redactText(patch.value);
        return { ...patch, key: redactForms(patch.key), value };
      }
      case "deleteTag":
        return { ...patch, key: redactForms(patch.key) };
      case "setField":
        return { ...patch, value: redactText(patch.value) };
      case "setAssessment":
        return { ...patch, value: redactAssessment(patch.value) };
      case "deleteAssessment":
        return patch;
    }
  }

  return {
    span: ({ status, events, links, ...span }) => ({
      ...span,
      name: redactText(span.name),
      attributes: redactAttributes(span.attributes),
      ...(events && { events: events.map(redactPart) }),
      ...(links && { links: links.map(redactPart) }),
      ...(status && {
        status: { ...status, ...(status.message && { message: redactText(status.message) }) },
      }),
    }),
    patch: redactTrace,
    resource: (resource) => ({ ...resource, attributes: redactAttributes(resource.attributes) }),
  };
}

/** A pattern that is not global would leave the second match in place. */
function toGlobal(pattern: RegExp): RegExp {
  return new RegExp(pattern, `${pattern.flags.replace(/[gy]/g, "")}g`);
}

type Member = readonly [key: string, value: unknown];

function isSame(members: readonly Member[], kept: readonly Member[]): boolean {
  return members.every(([key, value], index) => key === kept[index]?.[0] && value === kept[index]?.[1]);
}

/** Keys that became the same are numbered, so that no value takes another's place. */
function withOwnKeys(members: readonly Member[]): Member[] {
  const counts = new Map<string, number>();
  return members.map(([key, value]) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return [count === 1 ? key : `${key} ${count}`, value];
  });
}

const replacement = "[redacted]";

/** Deeper than any real data, and far from a stack overflow; anything deeper is removed. */
const maxDepth = 300;

/** No network issues shorter ones, though ISO/IEC 7812-1 allows 8 digits. */
const shortestCardNumber = 13;

/**
 * Tools describe their parameters by schemas, in which `password` is just a name and `{ "type": "string" }` not a
 * secret.
 */
function isSchema(value: unknown): boolean {
  return isRecord(value) && typeof value["type"] === "string";
}

/** Parses the JSON text of an object, list or string; inputs and outputs are such texts, and may contain others. */
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
