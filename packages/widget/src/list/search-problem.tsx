import type { FilterSyntaxError } from "@spanbook/core/search";
import { toVisibleText } from "../derive/visible-text.js";

interface SearchProblemProps {
  readonly draft: string;
  readonly problem: FilterSyntaxError;
}

/** Where a filter is wrong, with a little of what stands before and behind it, and what was expected there. */
export function SearchProblem({ draft, problem: { position, expected } }: SearchProblemProps) {
  const [, wrong = "", behind = ""] = /^(\S{0,24})(.{0,24})/.exec(draft.slice(position)) ?? [];
  return (
    <p class="search-problem" role="alert">
      <span class="mono">
        {toVisibleText(draft.slice(Math.max(0, position - 24), position))}
        <mark>{toVisibleText(wrong) || " "}</mark>
        {toVisibleText(behind)}
      </span>
      expected {expected.slice(0, 8).join(", ")}
    </p>
  );
}
