import type { RefObject } from "preact";
import { orderChoices, type ColumnName } from "../derive/columns.js";
import { formatCount, formatTimeSpan } from "../derive/format.js";
import type { GroupField } from "@spanbook/core/store";
import { groupTitles } from "../derive/groups.js";
import { isNarrow } from "../derive/list-query.js";
import type { ExplorerState } from "../explorer-state.js";
import { IconButton } from "../parts/icon-button.js";
import { Icon } from "../parts/icon.js";
import { maybeFigures } from "../state/figure-state.js";
import type { GroupActions } from "../state/group-state.js";
import { listedTraces, type ListActions } from "../state/list-state.js";
import { ColumnChoice } from "./column-choice.js";
import { SearchBox } from "./search-box.js";

interface ListHeadProps {
  readonly state: ExplorerState;
  readonly actions: ListActions & GroupActions;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly isTable: boolean;
  /** It stands beside an open trace. */
  readonly isAside: boolean;
  readonly shownColumns: readonly ColumnName[];
  readonly usefulColumns: readonly ColumnName[];
  readonly isChoosing: boolean;
  readonly isPlotShown: boolean;
  readonly onChoosing: (isChoosing: boolean) => void;
  /** Absent where there are no plots. */
  readonly onPlot: ((isShown: boolean) => void) | undefined;
  readonly onHelp: () => void;
  readonly onLeave: () => void;
}

const groupFields = Object.keys(groupTitles) as readonly GroupField[];

/** Above the list: which traces, in which order, and how they are shown. */
export function ListHead(props: ListHeadProps) {
  const { state, actions, searchField, isTable, isAside, isChoosing, isPlotShown, onPlot } = props;
  const { list, order, pending, query, recent, groupBy, figures, liveError } = state;
  const traces = listedTraces(state);
  const shown = pending?.query ?? query;
  const hasMore = list.status === "ready" && list.value.nextPageToken !== undefined;
  const counted = hasMore ? maybeFigures(state)?.part.traceCount : undefined;
  const hasSome = traces.length > 0 || isNarrow(shown);
  const canGroup = groupBy !== undefined || traces.some(isInGroup);
  return (
    <header
      class={`pane-head list-head${isTable ? "" : isAside || groupBy !== undefined ? " narrow tight" : " narrow"}`}
    >
      <h2 class="pane-title">Traces</h2>
      {hasSome && (
        <span class="count" role="status">
          {formatCount(counted ?? traces.length) + (hasMore && counted === undefined ? "+" : "")}
          {isNarrow(query) && <span class="unseen"> found</span>}
        </span>
      )}
      {liveError && (
        <span class="live-error state-UNFINISHED" title={`${liveError.name}: ${liveError.message}`}>
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
          title="Show all of the time"
          onClick={() => void actions.search({ time: undefined })}
        >
          {formatTimeSpan(shown.time)}
          <Icon name="close" />
        </button>
      )}
      <span class="head-tools">
        {canGroup && (
          <select
            class={groupBy === undefined ? "choice" : "choice chosen"}
            aria-label="Group by"
            value={groupBy ?? ""}
            onChange={({ currentTarget: { value } }) =>
              actions.groupBy(groupFields.find((field) => field === value))
            }
          >
            <option value="">{groupBy === undefined ? "Group" : "No groups"}</option>
            {groupFields.map((field) => (
              <option key={field} value={field}>
                By {groupTitles[field].toLowerCase()}
              </option>
            ))}
          </select>
        )}
        {traces.length > 1 && !isTable && (
          <select
            class="choice"
            aria-label="Order"
            value={`${order.field} ${order.descending}`}
            onChange={({ currentTarget: { selectedIndex } }) => {
              const choice = orderChoices[Math.floor(selectedIndex / 2)];
              if (choice) void actions.setOrder({ field: choice.field, descending: selectedIndex % 2 === 0 });
            }}
          >
            {orderChoices.flatMap(({ field, title }) =>
              [true, false].map((descending) => (
                <option key={`${field} ${descending}`} value={`${field} ${descending}`}>
                  {`${title} ${descending ? "↓" : "↑"}`}
                </option>
              )),
            )}
          </select>
        )}
        {traces.length > 0 && !isTable && (
          <IconButton
            icon="choose"
            label="Choose traces"
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
        {onPlot && (traces.length > 1 || isNarrow(shown)) && (
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

function isInGroup({ sessionId, runId, experimentId }: ReturnType<typeof listedTraces>[number]): boolean {
  return sessionId !== undefined || runId !== undefined || experimentId !== undefined;
}
