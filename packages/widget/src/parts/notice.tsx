import type { ComponentChildren } from "preact";
import { Icon } from "./icon.js";

interface NoticeProps {
  /** A sentence without a full stop. */
  readonly title: string;
  readonly isFailure?: boolean;
  /** What the reader can do, by button text. */
  readonly actions?: Readonly<Record<string, () => void>>;
  readonly children?: ComponentChildren;
}

/** Shown in place of what cannot be shown: why, and what to do. */
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
