import type { TraceState } from "@spanbook/core/model";
import { stateIcons, stateWords } from "../design/states.js";
import { Icon } from "./icon.js";

export function StateIcon({ state }: { readonly state: TraceState }) {
  return (
    <span class={`state state-${state}`} title={stateWords[state]}>
      <Icon name={stateIcons[state]} label={stateWords[state]} />
    </span>
  );
}
