import type { ListGroup, ListRow } from "../derive/groups.js";
import type { RowFocus } from "../parts/use-row-focus.js";
import type { Choosing } from "./use-choosing.js";

/** The list that gets key presses. */
export interface KeyedList {
  readonly rows: readonly ListRow[];
  readonly focus: Pick<RowFocus, "activeIndex" | "goTo" | "toMove">;
  readonly choosing: Choosing;
  readonly onOpen: (traceId: string) => void;
  readonly onToggle: (group: ListGroup) => void;
  readonly onOpenGroups: () => void;
  /** Shows a group's traces as a conversation; undefined if groups are not conversations. */
  readonly onRead: ((group: ListGroup) => void) | undefined;
}

/** Handles a key: in the active row, in the list, or to move to another row, whichever applies first. */
export function toKeyHandler(list: KeyedList): (event: KeyboardEvent) => void {
  const { rows, focus, choosing, onOpen, onToggle, onOpenGroups, onRead } = list;

  function actOnTrace(
    { key, shiftKey }: KeyboardEvent,
    { info, group }: ListRow & { readonly kind: "trace" },
  ): boolean {
    if (key === "Enter") onOpen(info.traceId);
    else if (key === " ") choosing.check(info.traceId, shiftKey);
    else if (key === "ArrowLeft" && group) focus.goTo(rows.findIndex((row) => isHeadOf(row, group)));
    else return false;
    return true;
  }

  function actOnGroup(
    { key }: KeyboardEvent,
    { group, isOpen }: ListRow & { readonly kind: "group" },
  ): boolean {
    if (key === "Enter" || key === " ") onToggle(group);
    else if (key === "ArrowRight" && !isOpen) onToggle(group);
    else if (key === "ArrowLeft" && isOpen) onToggle(group);
    else if (key === "ArrowRight") focus.goTo(focus.activeIndex + 1);
    else if (key === "r" && onRead) onRead(group);
    else if (key === "*") onOpenGroups();
    else return false;
    return true;
  }

  function choose({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (key === "Escape" && choosing.chosen !== "none") choosing.checkAll(false);
    else if (key === "a" && (ctrlKey || metaKey)) choosing.checkAll(true);
    else return false;
    return true;
  }

  function move({ key, shiftKey }: KeyboardEvent, active: ListRow): boolean {
    const index = focus.toMove(key);
    const target = index === undefined ? undefined : rows[index];
    if (index === undefined || target === undefined) return false;
    focus.goTo(index);
    if (shiftKey) choosing.extend(active, target);
    return true;
  }

  return (event) => {
    const active = rows[focus.activeIndex];
    if (active === undefined || isInHead(event.target)) return;
    const isDone = active.kind === "group" ? actOnGroup(event, active) : actOnTrace(event, active);
    if (isDone || choose(event) || move(event, active)) event.preventDefault();
  };
}

function isInHead(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=columnheader], button") !== null;
}

function isHeadOf(row: ListRow, { id }: ListGroup): boolean {
  return row.kind === "group" && row.group.id === id;
}
