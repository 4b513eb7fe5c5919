/**
 * Which clauses refer to the same span.
 *
 * A filter finds a trace if there is a span for which it is true: so `span.type = 'LLM' AND span.status = 'ERROR'`
 * wants one span that is both, and AND and OR may be rearranged as in arithmetic. NOT closes off what it negates: `NOT
 * f` finds exactly the traces that `f` does not, so `NOT span.name = 'x'` is "no span is named x", while `span.name !=
 * 'x'` is "some span has another name".
 */
import { factsOf, type FilterNeeds } from "./fields.js";
import type { FilterClause, FilterTree } from "./tree.js";

/**
 * A filter with "some span" made explicit, around as little as possible. Under `someSpan`, `span.*` clauses refer to
 * that span, except inside a further `someSpan`.
 */
export type ScopedFilter =
  | { readonly kind: "and" | "or"; readonly operands: readonly ScopedFilter[] }
  | { readonly kind: "not" | "someSpan"; readonly operand: ScopedFilter }
  | FilterClause;

/** Pure; equal trees give equal results. For compilers: each `someSpan` is an EXISTS over the trace's spans. */
export function scopeFilter(tree: FilterTree): ScopedFilter {
  switch (tree.kind) {
    case "not":
      return { kind: "not", operand: scopeFilter(tree.operand) };
    case "or":
      return { kind: "or", operands: tree.operands.map(scopeFilter) };
    case "and": {
      const operands = flattenAnd(tree);
      const ofSpan = operands.filter(isOfSpan);
      const ofTrace = operands.filter((operand) => !isOfSpan(operand)).map(scopeFilter);
      const [only] = ofSpan;
      if (!only) return { kind: "and", operands: ofTrace };
      const inSpan = ofSpan.length === 1 ? scopeFilter(only) : someSpan(ofSpan);
      return ofTrace.length === 0 ? inSpan : { kind: "and", operands: [...ofTrace, inSpan] };
    }
    default:
      return isOfSpan(tree) ? { kind: "someSpan", operand: tree } : tree;
  }
}

/** What has to be read of a trace, at most, to decide the filter. */
export function filterNeeds(tree: FilterTree | ScopedFilter): FilterNeeds {
  if ("field" in tree) return factsOf(tree.field).needs;
  const needs = ("operands" in tree ? tree.operands : [tree.operand]).map(filterNeeds);
  return needs.includes("spans") ? "spans" : needs.includes("digests") ? "digests" : "info";
}

/** Cheap ones first, so that they decide if they can. */
export function inOrderOfNeeds(filters: readonly ScopedFilter[]): ScopedFilter[] {
  const cost = { info: 0, digests: 1, spans: 2 };
  return [...filters].sort((a, b) => cost[filterNeeds(a)] - cost[filterNeeds(b)]);
}

/** Whether it has a clause about a span outside every NOT. */
function isOfSpan(tree: FilterTree): boolean {
  if ("field" in tree) return tree.field.name.startsWith("span.");
  return tree.kind !== "not" && tree.operands.some(isOfSpan);
}

function someSpan(operands: readonly FilterTree[]): ScopedFilter {
  return { kind: "someSpan", operand: { kind: "and", operands: operands.map(insideSpan) } };
}

function insideSpan(tree: FilterTree): ScopedFilter {
  if ("field" in tree) return tree;
  if (tree.kind === "not") return scopeFilter(tree);
  return { kind: tree.kind, operands: tree.operands.map(insideSpan) };
}

function flattenAnd(tree: FilterTree): readonly FilterTree[] {
  return tree.kind === "and" ? tree.operands.flatMap(flattenAnd) : [tree];
}
