import type { GroupField } from "../derive/groups.js";
import { withMembers } from "./members.js";
import type { SliceContext } from "./slice.js";

/** How the list is put together. */
export interface GroupState {
  readonly groupBy?: GroupField;
  /** The ids of the groups whose traces are listed. */
  readonly openGroups: ReadonlySet<string>;
}

/** What can be done with groups. */
export interface GroupActions {
  /** undefined for a plain list. */
  groupBy(field: GroupField | undefined): void;
  setGroupOpen(ids: readonly string[], isOpen: boolean): void;
}

export function initialGroupState(): GroupState {
  return { openGroups: new Set<string>() };
}

export function createGroupSlice({ state, set }: SliceContext<GroupState>): GroupActions {
  return {
    groupBy: (groupBy) => set({ groupBy, openGroups: new Set<string>() }),
    setGroupOpen: (ids, isOpen) => set({ openGroups: withMembers(state().openGroups, ids, isOpen) }),
  };
}
