import type { FilterSyntaxError } from "@spanbook/core/search";
import { toVisibleText } from "../derive/visible-text.js";

interface SearchProblemProps {
  readonly draft: string;
  readonly problem: FilterSyntaxError;
}

/** How much is shown of what stands before the mistake, of the mistake, and of what stands behind it. */
const aroundLength = 24;
const maxExpected = 8;

/** Where a filter is wrong, and what was expected there. */
export function SearchProblem({ draft, problem: { position, expected } }: SearchProblemProps) {
  const before = draft.slice(Math.max(0, position - aroundLength), position);
  const wrong = /^\S*/.exec(draft.slice(position, position + aroundLength))?.[0] ?? "";
  const behindAt = position + wrong.length;
  const behind = draft.slice(behindAt, behindAt + aroundLength);
  return (
    <p class="search-problem" role="alert">
      <span class="mono">
        {toVisibleText(before)}
        <mark>{toVisibleText(wrong) || " "}</mark>
        {toVisibleText(behind)}
      </span>
      expected {expected.slice(0, maxExpected).join(", ")}
    </p>
  );
}
