import type { TraceState } from "@spanbook/core/model";
import { stateIcons, stateWords } from "../design/states.js";
import { Icon } from "./icon.js";

export function StateBadge({ state }: { readonly state: TraceState }) {
  return (
    <span class={`badge state-${state}`}>
      <Icon name={stateIcons[state]} />
      {stateWords[state]}
    </span>
  );
}
