import type { ComponentChildren } from "preact";
import { toVisibleText } from "../derive/visible-text.js";
import { CopyButton } from "../parts/copy-button.js";

export interface Fact {
  readonly name: string;
  /** Left out when undefined. */
  readonly value: ComponentChildren | undefined;
  /** Shown in a fixed-width font, with a copy button. */
  readonly isId?: boolean;
  readonly title?: string;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="fact-list">
      {facts
        .filter(({ value }) => value !== undefined && value !== "")
        .map(({ name, value, isId, title }) => (
          <div key={name} class={isId ? "fact-pair whole" : "fact-pair"}>
            <dt>{name}</dt>
            <dd class={isId ? "mono" : ""} title={title}>
              {typeof value === "string" ? toVisibleText(value) : value}
              {isId && <CopyButton what={name.toLowerCase()} toText={() => String(value)} />}
            </dd>
          </div>
        ))}
    </dl>
  );
}
