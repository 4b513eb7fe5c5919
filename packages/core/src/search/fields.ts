import type { FieldName, FilterField, FilterOp } from "./tree.js";
import { traceSynonyms } from "./trace-synonyms.js";

/** "any": a text or a number, like the value it is compared with. "content": many texts to search in. */
export type FieldType = "text" | "number" | "any" | "content" | readonly string[];

/** What has to be read of a trace to decide a field: its info, its spans' digests, or its whole spans. */
export type FilterNeeds = "info" | "digests" | "spans";

export interface FieldFacts {
  readonly type: FieldType;
  readonly needs: FilterNeeds;
  /** Whether a key follows the name. */
  readonly hasKey: boolean;
}

const traceStates = ["OK", "ERROR", "IN_PROGRESS", "UNFINISHED"];
const spanStatuses = ["OK", "ERROR", "UNSET"];

const facts: Readonly<Record<FieldName, FieldFacts>> = {
  "trace.request_id": field("text", "info"),
  "trace.name": field("text", "info"),
  "trace.status": field(traceStates, "info"),
  "trace.timestamp_ms": field("number", "info"),
  "trace.end_time_ms": field("number", "info"),
  "trace.execution_time_ms": field("number", "info"),
  "trace.client_request_id": field("text", "info"),
  "trace.run_id": field("text", "info"),
  "trace.session_id": field("text", "info"),
  "trace.user_id": field("text", "info"),
  "trace.experiment": field("text", "info"),
  "trace.span_count": field("number", "info"),
  "trace.total_tokens": field("number", "info"),
  "trace.total_cost": field("number", "info"),
  "trace.text": field("content", "spans"),
  tag: field("text", "info", true),
  metadata: field("text", "info", true),
  feedback: field("any", "info", true),
  expectation: field("any", "info", true),
  "span.name": field("text", "digests"),
  "span.type": field("text", "digests"),
  "span.status": field(spanStatuses, "digests"),
  "span.duration_ms": field("number", "digests"),
  "span.model": field("text", "digests"),
  "span.content": field("content", "spans"),
  "span.attributes": field("any", "spans", true),
};

/** The canonical names of all fields. */
export const fieldNames = Object.keys(facts) as readonly FieldName[];

const tracePrefixes = ["trace", "attribute", "attributes"];
const keyedNames: ReadonlyMap<string, FieldName> = new Map([
  ["tag", "tag"],
  ["tags", "tag"],
  ["metadata", "metadata"],
  ["request_metadata", "metadata"],
  ["feedback", "feedback"],
  ["expectation", "expectation"],
]);

/** The keys under which MLflow keeps what is a field here: its users look for it there. */
const fieldsByKey: ReadonlyMap<string, FieldName> = new Map([
  ["tag.mlflow.traceName", "trace.name"],
  ["metadata.mlflow.sourceRun", "trace.run_id"],
  ["metadata.mlflow.trace.session", "trace.session_id"],
  ["metadata.mlflow.trace.user", "trace.user_id"],
]);

export function factsOf({ name }: FilterField): FieldFacts {
  return facts[name];
}

export function isFieldName(name: unknown): name is FieldName {
  return typeof name === "string" && Object.hasOwn(facts, name);
}

/**
 * The operators that a field takes. Content is only searched, not compared as a whole; a field with a few fixed texts
 * has no order and no patterns.
 */
export function operatorsOf({ type }: FieldFacts): readonly FilterOp[] {
  const nulls = ["IS NULL", "IS NOT NULL"] as const;
  const patterns = ["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE", "RLIKE", "NOT RLIKE"] as const;
  const equals = ["=", "!=", "IN", "NOT IN"] as const;
  const orders = ["<", "<=", ">", ">="] as const;
  if (type === "content") return patterns;
  if (type === "number") return [...equals, ...orders, ...nulls];
  return type === "text" || type === "any"
    ? [...equals, ...orders, ...patterns, ...nulls]
    : [...equals, ...nulls];
}

/** The field for the parts of a name, including MLflow's spellings, or undefined. A key may have dots. */
export function resolveField([first = "", ...rest]: readonly string[]): FilterField | undefined {
  const keyed = keyedNames.get(first);
  if (keyed) {
    const key = rest.join(".");
    const field = fieldsByKey.get(`${keyed}.${key}`);
    return field ? { name: field } : rest.length > 0 ? { name: keyed, key } : undefined;
  }
  if (first === "span" && rest[0] === "attributes") {
    return rest.length > 1 ? { name: "span.attributes", key: rest.slice(1).join(".") } : undefined;
  }
  const isTrace = tracePrefixes.includes(first) && rest.length > 0;
  const last = rest.length === 0 || isTrace ? [...rest, first][0] : undefined;
  const name = last === undefined ? [first, ...rest].join(".") : `trace.${traceSynonyms.get(last) ?? last}`;
  const isWhole = rest.length <= 1 && isFieldName(name) && !facts[name].hasKey;
  return isWhole ? { name } : undefined;
}

/** Fields that people look for by words that are not in their names. */
const calledOtherwise: ReadonlyMap<string, FieldName> = new Map([
  ["duration", "trace.execution_time_ms"],
  ["latency", "trace.execution_time_ms"],
  ["started", "trace.timestamp_ms"],
  ["error", "trace.status"],
  ["errors", "trace.status"],
]);

/**
 * The field, of those without a key, that other tools call by that name, or whose name contains the word; undefined if there is
 * none.
 */
export function maybeMeantField(unknown: string): FieldName | undefined {
  const word = unknown.toLowerCase();
  const isPart = (name: FieldName) => !facts[name].hasKey && name.split(/[._]/).includes(word);
  return calledOtherwise.get(word) ?? fieldNames.find(isPart);
}

/** The known field that an unknown one means, or is spelled most like, for an error message. */
export function nearestField(unknown: string): string {
  const word = unknown.slice(0, 40).toLowerCase();
  const meant = maybeMeantField(word);
  if (meant !== undefined) return meant;
  const head = word.split(".", 1).join("");
  const ofHead = fieldNames.filter((name) => word.startsWith(`${head}.`) && name.startsWith(`${head}.`));
  const candidates = (ofHead.length > 0 ? ofHead : fieldNames).map((name) => {
    if (facts[name].hasKey && !name.includes(".")) {
      return { name: `${name}.<key>`, distance: editDistance(head, name) + Number(!word.includes(".")) };
    }
    const short = name.replace("trace.", "");
    const distance = Math.min(editDistance(word, name), editDistance(word, short));
    return { name: facts[name].hasKey ? `${name}.<key>` : name, distance };
  });
  return candidates.reduce((best, next) => (next.distance < best.distance ? next : best)).name;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function field(type: FieldType, needs: FilterNeeds, hasKey = false): FieldFacts {
  return { type, needs, hasKey };
}
