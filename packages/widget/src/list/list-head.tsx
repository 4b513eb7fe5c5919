import type { RefObject } from "preact";
import type { ColumnName } from "../derive/columns.js";
import { formatCount, formatError, formatTimeSpan } from "../derive/format.js";
import { isNarrowing } from "../derive/list-query.js";
import type { ExplorerState } from "../explorer-state.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { maybeFigures } from "../state/figure-state.js";
import type { GroupActions } from "../state/group-state.js";
import { isListPartial, listedTraces, type ListActions } from "../state/list-state.js";
import { ColumnChoice } from "./column-choice.js";
import { GroupChoice, isInGroup, OrderChoice } from "./list-choices.js";
import { SearchBox } from "./search-box.js";

interface ListHeadProps {
  readonly state: ExplorerState;
  readonly actions: ListActions & GroupActions;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly isTable: boolean;
  /** It is beside an open trace. */
  readonly isAside: boolean;
  readonly shownColumns: readonly ColumnName[];
  readonly usefulColumns: readonly ColumnName[];
  readonly isChoosing: boolean;
  readonly isPlotShown: boolean;
  readonly onChoosing: (isChoosing: boolean) => void;
  /** Absent if there are no plots. */
  readonly onPlot: ((isShown: boolean) => void) | undefined;
  readonly onHelp: () => void;
  readonly onLeave: () => void;
}

/** Above the list: which traces, in which order, and how they are shown. */
export function ListHead(props: ListHeadProps) {
  const { state, actions, searchField, isTable, isAside, isChoosing, isPlotShown, onPlot } = props;
  const { order, pending, query, recent, groupBy, figures, liveError } = state;
  const traces = listedTraces(state);
  const shown = pending?.query ?? query;
  const hasMore = isListPartial(state);
  const counted = hasMore ? maybeFigures(state)?.part.traceCount : undefined;
  const hasSome = traces.length > 0 || isNarrowing(shown);
  const canGroup = groupBy !== undefined || traces.some(isInGroup);
  return (
    <header
      class={`pane-head list-head${isTable ? "" : isAside || groupBy !== undefined ? " narrow tight" : " narrow"}`}
    >
      <h2 class="pane-title">Traces</h2>
      {hasSome && (
        <span class="count" role="status">
          {formatCount(counted ?? traces.length) + (hasMore && counted === undefined ? "+" : "")}
          {isNarrowing(query) && <span class="unseen"> found</span>}
        </span>
      )}
      {liveError && (
        <span class="live-error state-UNFINISHED" title={formatError(liveError)}>
          not live
        </span>
      )}
      {hasSome ? (
        <SearchBox
          field={searchField}
          text={shown.text}
          isSearching={pending !== undefined}
          recent={recent}
          traces={traces}
          spanGroups={figures && "value" in figures ? (figures.value?.whole.spanGroups ?? []) : []}
          onSearch={(text) => void actions.search({ text })}
          onCancel={actions.cancelSearch}
          onLeave={props.onLeave}
        />
      ) : (
        <span class="grow" />
      )}
      {shown.time && (
        <button
          type="button"
          class="time-chip"
          title="Show the whole time"
          onClick={() => void actions.search({ time: undefined })}
        >
          {formatTimeSpan(shown.time)}
          <Icon name="close" />
        </button>
      )}
      <span class="head-tools">
        {canGroup && <GroupChoice groupBy={groupBy} onChoose={actions.groupBy} />}
        {traces.length > 1 && !isTable && (
          <OrderChoice order={order} onChoose={(next) => void actions.setOrder(next)} />
        )}
        {traces.length > 0 && !isTable && (
          <IconButton
            icon="choose"
            label="Select traces"
            isPressed={isChoosing}
            onClick={() => props.onChoosing(!isChoosing)}
          />
        )}
        {traces.length > 0 && isTable && (
          <ColumnChoice
            shown={props.shownColumns}
            available={props.usefulColumns}
            onChoose={actions.chooseColumns}
          />
        )}
        {onPlot && (traces.length > 1 || isNarrowing(shown)) && (
          <IconButton
            icon="chart"
            label={isPlotShown ? "Hide the plots" : "Show the plots"}
            isPressed={isPlotShown}
            onClick={() => onPlot(!isPlotShown)}
          />
        )}
        {!isAside && <IconButton icon="help" label="Keys" onClick={props.onHelp} />}
      </span>
    </header>
  );
}
