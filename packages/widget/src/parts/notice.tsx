import type { ComponentChildren } from "preact";
import { Icon } from "./icon.js";

interface NoticeProps {
  /** A sentence without its full stop. */
  readonly title: string;
  readonly isFailure?: boolean;
  /** The ways on, by what their buttons say. */
  readonly actions?: Readonly<Record<string, () => void>>;
  readonly children?: ComponentChildren;
}

/** What stands in place of what cannot be shown: why, and what to do. */
export function Notice({ title, isFailure = false, actions = {}, children }: NoticeProps) {
  return (
    <div class="notice" role={isFailure ? "alert" : undefined}>
      {isFailure && (
        <span class="notice-icon state-ERROR">
          <Icon name="error" />
        </span>
      )}
      <p class="notice-title">{title}</p>
      {children}
      <span class="notice-actions">
        {Object.entries(actions).map(([label, act]) => (
          <button key={label} type="button" class="button" onClick={act}>
            {label}
          </button>
        ))}
      </span>
    </div>
  );
}
