import type { RefObject } from "preact";
import { useMemo } from "preact/hooks";
import { toShownLevels, type Folding } from "../derive/folding.js";
import { formatCount, formatPlural, formatRoundDuration } from "../derive/format.js";
import {
  countTypes,
  isFiltering,
  noFilter,
  toLeastDurations,
  type SpanFilter,
} from "../derive/span-filter.js";
import type { SpanTree } from "../derive/span-tree.js";
import { toTypeLabel } from "../derive/type-label.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";

interface TraceToolsProps {
  readonly tree: SpanTree;
  readonly durationMs: number;
  readonly filter: SpanFilter;
  /** How many spans match; undefined if there is no search. */
  readonly matchCount: number | undefined;
  /** From 1; undefined while no match is selected. */
  readonly matchNumber: number | undefined;
  readonly folding: Folding;
  readonly isPathMarked: boolean;
  readonly isFlame: boolean;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onFilter: (filter: SpanFilter) => void;
  readonly onNext: (step: 1 | -1) => void;
  readonly onLevels: (levels: number) => void;
  readonly onMarkPath: (isMarked: boolean) => void;
  /** Absent if there is no flame graph. */
  readonly onFlame?: () => void;
  /** Moves the focus on to the spans. */
  readonly onLeave: () => void;
}

const maxLevelChoices = 8;

/** Shown above the spans: the search among them, and how deep they are shown. */
export function TraceTools(props: TraceToolsProps) {
  const { tree, durationMs, filter, matchCount, folding, isPathMarked } = props;
  const { field, onFilter, onNext, onLevels, onMarkPath, onLeave } = props;
  const types = useMemo(() => countTypes(tree), [tree]);
  const levels = tree.shape.levelCount;
  const shownLevels = toShownLevels(tree, folding);
  const minDurations = useMemo(() => toLeastDurations(durationMs), [durationMs]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter") onNext(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape" && isFiltering(filter)) onFilter(noFilter);
    else if (event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
  }

  return (
    <div class="tools" role="search" aria-label="Spans of this trace">
      <span class="search-field">
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          spellcheck={false}
          placeholder="Search spans"
          aria-label="Search spans by name, type, model or content"
          value={filter.text}
          onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
          onKeyDown={onKeyDown}
        />
        <span class="match-count" role="status">
          {matchCount !== undefined && toCountText(matchCount, props.matchNumber)}
        </span>
        {matchCount !== undefined && (
          <>
            <IconButton icon="previous" label="Previous match" onClick={() => onNext(-1)} />
            <IconButton icon="next" label="Next match" onClick={() => onNext(1)} />
            <IconButton
              icon="close"
              label="Show all spans"
              onClick={() => {
                onFilter(noFilter);
                field.current?.focus();
              }}
            />
          </>
        )}
      </span>
      <span class="choices">
        {types.length > 1 && (
          <select
            class={filter.type === undefined ? "choice" : "choice chosen"}
            aria-label="Type of span"
            value={filter.type ?? ""}
            onChange={({ currentTarget: { value } }) => {
              const { type: _, ...others } = filter;
              onFilter(value === "" ? others : { ...others, type: value });
            }}
          >
            <option value="">Type</option>
            {types.map(([type, count]) => (
              <option key={type} value={type}>{`${toTypeLabel(type)} (${formatCount(count)})`}</option>
            ))}
          </select>
        )}
        <select
          class={filter.minDurationMs === 0 ? "choice" : "choice chosen"}
          aria-label="Minimum duration"
          value={String(filter.minDurationMs)}
          onChange={(event) => onFilter({ ...filter, minDurationMs: Number(event.currentTarget.value) })}
        >
          <option value="0">Duration</option>
          {minDurations.map((ms) => (
            <option key={ms} value={String(ms)}>{`≥ ${formatRoundDuration(ms)}`}</option>
          ))}
        </select>
        <IconButton
          icon="error"
          label="Only failed spans"
          isPressed={filter.hasFailed}
          onClick={() => onFilter({ ...filter, hasFailed: !filter.hasFailed })}
        />
        <IconButton
          icon="path"
          label="Mark the critical path: what the trace waited for"
          isPressed={isPathMarked}
          onClick={() => onMarkPath(!isPathMarked)}
        />
        {props.onFlame && (
          <IconButton icon="flame" label="Flame graph" isPressed={props.isFlame} onClick={props.onFlame} />
        )}
        {levels > 1 && !props.isFlame && (
          <select
            class="choice"
            aria-label="Levels shown"
            value={shownLevels === undefined ? "" : String(shownLevels)}
            onChange={({ currentTarget: { value } }) => value !== "" && onLevels(Number(value))}
          >
            {shownLevels === undefined && <option value="">Levels</option>}
            <option value={String(levels)}>{shownLevels === levels ? "Levels" : "All levels"}</option>
            {Array.from({ length: Math.min(maxLevelChoices, levels - 1) }, (_, index) => (
              <option key={index} value={String(index + 1)}>
                {formatPlural(index + 1, "level")}
              </option>
            ))}
          </select>
        )}
      </span>
    </div>
  );
}

function toCountText(count: number, number: number | undefined): string {
  if (count === 0) return "no span";
  return number === undefined
    ? formatPlural(count, "span")
    : `${formatCount(number)} of ${formatCount(count)}`;
}
