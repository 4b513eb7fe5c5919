import type { TraceState } from "@spanbook/core/model";
import type { IconName } from "./icons.js";

/** The icons of a trace's states: they differ in shape, not by colour alone. */
export const stateIcons: Readonly<Record<TraceState, IconName>> = {
  OK: "ok",
  ERROR: "error",
  IN_PROGRESS: "running",
  UNFINISHED: "unfinished",
};

/** The names of the states. */
export const stateWords: Readonly<Record<TraceState, string>> = {
  OK: "OK",
  ERROR: "Failed",
  IN_PROGRESS: "Running",
  UNFINISHED: "Unfinished",
};
