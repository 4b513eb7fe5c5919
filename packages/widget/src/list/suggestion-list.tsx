import type { Choice } from "../derive/complete-query.js";
import { toVisibleText } from "../derive/visible-text.js";

/** A possible completion, a recent search, or the filter that the text seems to mean. */
export type Suggestion =
  | Choice
  | { readonly kind: "recent"; readonly text: string }
  | { readonly kind: "filter"; readonly text: string };

interface SuggestionListProps {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  /** -1 for none. */
  readonly activeIndex: number;
  readonly onTake: (suggestion: Suggestion) => void;
}

const kindWords: Readonly<Record<Suggestion["kind"], string>> = {
  recent: "searched before",
  filter: "as a filter",
  field: "field",
  operator: "",
  value: "value",
  word: "",
};

/** Shown below the search box: what may come next. The focus stays in the box. */
export function SuggestionList({ id, suggestions, activeIndex, onTake }: SuggestionListProps) {
  if (suggestions.length === 0) return null;
  return (
    <ul class="suggestions" role="listbox" aria-label="Suggestions" id={id}>
      {suggestions.map((suggestion, index) => (
        <li
          key={`${suggestion.kind} ${suggestion.text}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === activeIndex}
          // Before the box would lose the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(suggestion);
          }}
        >
          <span class="mono">{toVisibleText(suggestion.text)}</span>
          <span class="faint">{kindWords[suggestion.kind]}</span>
        </li>
      ))}
    </ul>
  );
}
