import type { GroupField } from "@spanbook/core/store";
import { withMembers } from "./members.js";
import type { SliceContext } from "./slice.js";

/** How the list is grouped. */
export interface GroupState {
  readonly groupBy?: GroupField;
  /** The ids of the groups whose traces are listed. */
  readonly openGroups: ReadonlySet<string>;
}

/** What can be done with groups. */
export interface GroupActions {
  /** undefined for a plain list. */
  groupBy(field: GroupField | undefined): void;
  /** Opens groups, reading the traces of them that the list lacks, or closes them. */
  setGroupOpen(ids: readonly string[], isOpen: boolean): Promise<void>;
}

export function initialGroupState(): GroupState {
  return { openGroups: new Set<string>() };
}

/** At most this many are opened together, by "open all". */
const maxRead = 50;

export interface GroupNeeds {
  readonly loadGroup: (field: GroupField, id: string) => Promise<void>;
  /** Called when the grouping changes, or ends. */
  readonly onOther: () => void;
}

export function createGroupSlice(
  { state, set }: SliceContext<GroupState>,
  { loadGroup, onOther }: GroupNeeds,
): GroupActions {
  return {
    groupBy(groupBy) {
      set({ groupBy, openGroups: new Set<string>() });
      onOther();
    },
    async setGroupOpen(ids, isOpen) {
      set({ openGroups: withMembers(state().openGroups, ids, isOpen) });
      for (const id of isOpen ? ids.slice(0, maxRead) : []) {
        const { groupBy, openGroups } = state();
        if (groupBy && openGroups.has(id)) await loadGroup(groupBy, id);
      }
    },
  };
}
