import type { TraceState } from "@spanbook/core/model";
import { Icon } from "./icon.js";

const iconOf = { OK: "ok", ERROR: "error", IN_PROGRESS: "running", UNFINISHED: "unfinished" } as const;

const wordOf: Readonly<Record<TraceState, string>> = {
  OK: "OK",
  ERROR: "Failed",
  IN_PROGRESS: "Running",
  UNFINISHED: "Unfinished",
};

export function StateIcon({ state }: { readonly state: TraceState }) {
  return (
    <span class={`state state-${state}`}>
      <Icon name={iconOf[state]} label={wordOf[state]} />
    </span>
  );
}

export function StateBadge({ state }: { readonly state: TraceState }) {
  return (
    <span class={`badge state-${state}`}>
      <Icon name={iconOf[state]} />
      {wordOf[state]}
    </span>
  );
}
