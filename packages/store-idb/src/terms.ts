/**
 * The index of exact values: a trace's name, session, user, run, tags, and whether it failed. Each term is followed by the
 * trace's start, so that the traces of one term are sorted newest first, as in the main index.
 */
import type { TraceInfo } from "@spanbook/core/model";
import type { FilterTree } from "@spanbook/core/search";

/** Longer values are distinguished by their beginning only; the filter decides. */
const maxValueLength = 200;

/** The terms of a trace: keys of a multi-entry index. */
export function termsOf(info: TraceInfo, newest: string): string[] {
  const { name, sessionId, userId, runId, state, tags } = info;
  return [
    term("name", name),
    ...(sessionId === undefined ? [] : [term("session", sessionId)]),
    ...(userId === undefined ? [] : [term("user", userId)]),
    ...(runId === undefined ? [] : [term("run", runId)]),
    ...(state === "ERROR" ? [term("state", state)] : []),
    ...Object.entries(tags).map(([key, value]) => term("tag", value, key)),
  ].map((prefix) => prefix + newest);
}

/** A term that every match of the filter has, judging by its clauses outside OR and NOT; a rare one, if there are several. */
export function requiredTerm(filter: FilterTree | undefined): string | undefined {
  const terms = filter ? termsIn(filter) : [];
  return terms.sort((a, b) => a.commonness - b.commonness)[0]?.prefix;
}

interface RequiredTerm {
  readonly prefix: string;
  /** Fewer traces have a session than a name. */
  readonly commonness: number;
}

function termsIn(filter: FilterTree): RequiredTerm[] {
  if (filter.kind === "and") return filter.operands.flatMap(termsIn);
  if (filter.kind !== "comparison" || filter.op !== "=" || typeof filter.value !== "string") return [];
  const { field, value } = filter;
  switch (field.name) {
    case "trace.run_id":
      return [{ prefix: term("run", value), commonness: 2 }];
    case "trace.session_id":
      return [{ prefix: term("session", value), commonness: 1 }];
    case "trace.user_id":
      return [{ prefix: term("user", value), commonness: 3 }];
    case "tag":
      return [{ prefix: term("tag", value, field.key), commonness: 4 }];
    case "trace.name":
      return [{ prefix: term("name", value), commonness: 6 }];
    case "trace.status":
      return value === "ERROR" ? [{ prefix: term("state", value), commonness: 5 }] : [];
    default:
      return [];
  }
}

function term(kind: string, value: string, key = ""): string {
  return [kind, key, value.slice(0, maxValueLength), ""].join("\0");
}
