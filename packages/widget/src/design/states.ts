import type { TraceState } from "@spanbook/core/model";
import type { IconName } from "./icons.js";

/** How the states of a trace are drawn: told apart by shape, not by colour alone. */
export const stateIcons: Readonly<Record<TraceState, IconName>> = {
  OK: "ok",
  ERROR: "error",
  IN_PROGRESS: "running",
  UNFINISHED: "unfinished",
};

/** What the states are called. */
export const stateWords: Readonly<Record<TraceState, string>> = {
  OK: "OK",
  ERROR: "Failed",
  IN_PROGRESS: "Running",
  UNFINISHED: "Unfinished",
};
