import type { TraceInfo } from "@spanbook/core/model";
import type { SpanGroup } from "@spanbook/core/store";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import type * as SearchParts from "./search-parts.js";
import { SearchProblem } from "./search-problem.js";
import { SuggestionList, type Suggestion } from "./suggestion-list.js";

interface SearchBoxProps {
  readonly field: RefObject<HTMLInputElement | null>;
  /** The search of the list, or the one that is under way. */
  readonly text: string;
  readonly isSearching: boolean;
  readonly recent: readonly string[];
  /** Suggested values come from these. */
  readonly traces: readonly TraceInfo[];
  readonly spanGroups: readonly SpanGroup[];
  readonly onSearch: (text: string) => void;
  readonly onCancel: () => void;
  /** Moves the focus on to the traces. */
  readonly onLeave: () => void;
}

type Parts = typeof SearchParts;

const listId = "search-suggestions";

/** The search: in words, or in the filter language, with help to write it. */
export function SearchBox(props: SearchBoxProps) {
  const { field, text, isSearching, recent, traces, spanGroups, onSearch, onCancel, onLeave } = props;
  const [draft, setDraft] = useState(text);
  const [caret, setCaret] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const [activeIndex, setActiveIndex] = useState(-1);
  const [parts, setParts] = useState<Parts | undefined>(undefined);
  const caretNext = useRef<number | undefined>(undefined);

  useEffect(() => setDraft(text), [text]);
  useLayoutEffect(() => {
    const { current: next } = caretNext;
    caretNext.current = undefined;
    if (next !== undefined) field.current?.setSelectionRange(next, next);
  }, [draft]);

  const known = useMemo(
    () => (isOpen ? parts?.toKnownValues(traces, spanGroups) : undefined),
    [isOpen, parts, traces, spanGroups],
  );
  const completion = known && parts?.completeQuery(draft, caret, known);
  const problem = useMemo(() => parts?.maybeProblem(draft), [parts, draft]);
  // At the end it is not a mistake yet, but a filter that is not finished.
  const isProblemShown = problem !== undefined && (isRefused || problem.position < draft.trimEnd().length);
  const meant = known && parts?.maybeColonFilter(draft, known);
  const suggestions: readonly Suggestion[] = [
    ...(meant === undefined ? [] : [{ kind: "filter" as const, text: meant }]),
    ...(draft === "" ? recent.map((value) => ({ kind: "recent" as const, text: value })) : []),
    ...(completion?.choices ?? []),
  ];

  async function load(): Promise<Parts | undefined> {
    if (parts) return parts;
    try {
      const loaded = await import("./search-parts.js");
      setParts(loaded);
      return loaded;
    } catch {
      return undefined; // One can search without help; the search itself reports what is missing.
    }
  }

  function change(next: string, at: number): void {
    setDraft(next);
    setCaret(at);
    setRefused(false);
    setActiveIndex(-1);
  }

  async function submit(wanted: string): Promise<void> {
    const loaded = await load();
    if (loaded?.maybeProblem(wanted)) {
      setRefused(true);
      setOpen(true);
      return;
    }
    setOpen(false);
    setDraft(wanted);
    onSearch(wanted);
  }

  function take(suggestion: Suggestion): void {
    if (suggestion.kind === "recent" || suggestion.kind === "filter") {
      void submit(suggestion.text);
      return;
    }
    if (!parts || !completion) return;
    const next = parts.applyChoice(draft, caret, completion.from, suggestion);
    caretNext.current = next.caret;
    change(next.text, next.caret);
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const active = isOpen ? suggestions[activeIndex] : undefined;
    const { key } = event;
    if (key === "Enter") {
      if (active) take(active);
      else void submit(draft);
    } else if (key === "Tab" && active) take(active);
    else if (key === "ArrowDown" && isOpen && suggestions.length > 0) move(1);
    else if (key === "ArrowUp" && isOpen && suggestions.length > 0) move(-1);
    else if (key === "ArrowDown" && (draft === "" || event.altKey)) setOpen(true);
    else if (key === "ArrowDown") onLeave();
    else if (key === "Escape" && isOpen) setOpen(false);
    else if (key === "Escape" && isSearching) onCancel();
    else if (key === "Escape" && draft !== "") clear();
    else if (key === "Escape") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function move(step: 1 | -1): void {
    const count = suggestions.length;
    // One more position than there are suggestions: none, from which Enter searches.
    setActiveIndex(((activeIndex + 1 + step + count + 1) % (count + 1)) - 1);
  }

  function clear(): void {
    change("", 0);
    if (text !== "" || isSearching) onSearch("");
    field.current?.focus();
  }

  const isSuggesting = isOpen && suggestions.length > 0;
  return (
    <div
      class="search"
      role="search"
      aria-label="Traces"
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) setOpen(false);
      }}
    >
      <span class={`search-field${isProblemShown ? " mistaken" : ""}`}>
        <Icon name={isSearching ? "running" : "search"} />
        <input
          ref={field}
          type="text"
          role="combobox"
          spellcheck={false}
          autocomplete="off"
          placeholder="Search or filter"
          aria-label="Search traces by words or by a filter"
          aria-expanded={isSuggesting}
          aria-controls={isSuggesting ? listId : undefined}
          aria-activedescendant={activeIndex >= 0 ? `${listId}-${activeIndex}` : undefined}
          aria-invalid={isProblemShown}
          value={draft}
          onFocus={() => void load()}
          onInput={({ currentTarget: { value, selectionStart } }) => {
            change(value, selectionStart ?? value.length);
            setOpen(true);
          }}
          onClick={({ currentTarget: { selectionStart } }) => setCaret(selectionStart ?? draft.length)}
          onKeyUp={({ currentTarget: { selectionStart } }) => setCaret(selectionStart ?? draft.length)}
          onKeyDown={onKeyDown}
        />
        {isSearching ? (
          <button type="button" class="link cancel" onClick={onCancel}>
            Cancel
          </button>
        ) : (
          draft !== "" && <IconButton icon="close" label="Clear the search" onClick={clear} />
        )}
        <Popover icon="info" label="What you can search for" onOpen={() => void load()}>
          {parts ? <parts.SearchHelp onTry={(example) => void submit(example)} /> : <span>…</span>}
        </Popover>
      </span>
      {isOpen && (isSuggesting || isProblemShown) && (
        <div class="search-panel">
          {isProblemShown && <SearchProblem draft={draft} problem={problem} />}
          <SuggestionList id={listId} suggestions={suggestions} activeIndex={activeIndex} onTake={take} />
        </div>
      )}
    </div>
  );
}
