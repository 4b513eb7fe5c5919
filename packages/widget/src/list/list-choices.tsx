import type { TraceInfo } from "@spanbook/core/model";
import type { GroupField } from "@spanbook/core/store";
import { orderChoices } from "../derive/columns.js";
import { groupTitles } from "../derive/groups.js";
import type { TraceOrder } from "../derive/trace-list.js";

interface GroupChoiceProps {
  readonly groupBy: GroupField | undefined;
  readonly onChoose: (field: GroupField | undefined) => void;
}

const groupFields = Object.keys(groupTitles) as readonly GroupField[];

/** By what the list is grouped. */
export function GroupChoice({ groupBy, onChoose }: GroupChoiceProps) {
  return (
    <select
      class={groupBy === undefined ? "choice" : "choice chosen"}
      aria-label="Group by"
      value={groupBy ?? ""}
      onChange={({ currentTarget: { value } }) => onChoose(groupFields.find((field) => field === value))}
    >
      <option value="">{groupBy === undefined ? "Group" : "No groups"}</option>
      {groupFields.map((field) => (
        <option key={field} value={field}>
          By {groupTitles[field].toLowerCase()}
        </option>
      ))}
    </select>
  );
}

/** Whether a trace would be in a group of any of the fields. */
export function isInGroup({ sessionId, runId, experimentId }: TraceInfo): boolean {
  return sessionId !== undefined || runId !== undefined || experimentId !== undefined;
}

interface OrderChoiceProps {
  readonly order: TraceOrder;
  readonly onChoose: (order: TraceOrder) => void;
}

/** In which order the list is, where it has no columns to click on. */
export function OrderChoice({ order, onChoose }: OrderChoiceProps) {
  const choices = orderChoices.flatMap(({ field, title }) => [
    { field, descending: true, title: `${title} ↓` },
    { field, descending: false, title: `${title} ↑` },
  ]);
  return (
    <select
      class="choice"
      aria-label="Order"
      value={`${order.field} ${order.descending}`}
      onChange={({ currentTarget: { selectedIndex } }) => {
        const { field, descending } = choices[selectedIndex] ?? order;
        onChoose({ field, descending });
      }}
    >
      {choices.map(({ field, descending, title }) => (
        <option key={`${field} ${descending}`} value={`${field} ${descending}`}>
          {title}
        </option>
      ))}
    </select>
  );
}
