/** The reader's search as a filter. It includes the parser, so it is loaded at the first search. */
import type { Trace } from "@spanbook/core/model";
import {
  compileFilter,
  filterNeeds,
  parseFilter,
  type FilterClause,
  type FilterNeeds,
  type FilterSyntaxError,
  type FilterTree,
} from "@spanbook/core/search";
import { toFilterSubject } from "./filter-subject.js";
import type { ListQuery } from "./list-query.js";

/** A query ready for a store, or for a trace that was read. */
export interface CompiledQuery {
  readonly filter: FilterTree;
  /** What `matches` needs of a trace. */
  readonly needs: FilterNeeds;
  matches(trace: Trace): boolean;
}

/** Throws FilterSyntaxError for text that is meant as a filter but is not one. */
export function compileQuery({ text, time }: ListQuery): CompiledQuery {
  const terms = [toTextFilter(text), ...(time ? [within("<", time.toMs), within(">=", time.fromMs)] : [])];
  const filter = all(terms.flatMap((term) => term ?? []));
  const matches = compileFilter(filter);
  return { filter, needs: filterNeeds(filter), matches: (trace) => matches(toFilterSubject(trace)) === true };
}

/** Why a text cannot be read as the filter it is meant to be; undefined if it can, and for plain text. */
export function maybeProblem(text: string): FilterSyntaxError | undefined {
  try {
    toTextFilter(text);
    return undefined;
  } catch (error) {
    return error as FilterSyntaxError;
  }
}

/** What makes a text an unfinished filter rather than words to search for; words count only in capitals, or before a value. */
const filterSign = /[=<>]|\b(?:[IR]?LIKE|IN|IS)\b|\b(?:[ir]?like\s*['"]|in\s*\(|is\s+(?:not\s+)?null\b)/;

function toTextFilter(text: string): FilterTree | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const [, quoted] = /^"([^"]+)"$/.exec(trimmed) ?? [];
  if (quoted !== undefined || !filterSign.test(trimmed)) return toPlainFilter(quoted ?? trimmed);
  return parseFilter(text);
}

/** Searches names, ids, and the content of spans. LIKE, which stores run fastest, cannot escape its two wildcards. */
function toPlainFilter(text: string): FilterTree {
  const pattern = /[%_]/.test(text)
    ? { op: "RLIKE" as const, value: `(?i)${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}` }
    : { op: "ILIKE" as const, value: `%${text}%` };
  const contains = (name: "trace.name" | "trace.session_id" | "span.name" | "trace.text"): FilterClause => ({
    kind: "comparison",
    field: { name },
    ...pattern,
  });
  return {
    kind: "or",
    operands: [
      contains("trace.name"),
      contains("trace.session_id"),
      { kind: "comparison", field: { name: "trace.request_id" }, op: "=", value: text.toLowerCase() },
      contains("span.name"),
      contains("trace.text"),
    ],
  };
}

function within(op: "<" | ">=", value: number): FilterClause {
  return { kind: "comparison", field: { name: "trace.timestamp_ms" }, op, value };
}

function all(terms: readonly FilterTree[]): FilterTree {
  const [only, ...others] = terms;
  return only && others.length === 0 ? only : { kind: "and", operands: terms };
}
