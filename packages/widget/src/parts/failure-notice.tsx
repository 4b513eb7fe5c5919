import { toAdvice } from "../derive/advice.js";
import { Icon } from "./icon.js";

interface FailureNoticeProps {
  /** What did not work, as a sentence without its full stop. */
  readonly title: string;
  readonly error: Error;
  readonly onRetry: () => void;
}

/** An error where it happened, with what to do. */
export function FailureNotice({ title, error, onRetry }: FailureNoticeProps) {
  return (
    <div class="notice" role="alert">
      <span class="notice-icon state-ERROR">
        <Icon name="error" />
      </span>
      <p class="notice-title">{title}</p>
      <p class="notice-text mono">{`${error.name}: ${error.message}`}</p>
      <p class="notice-text">{toAdvice(error)}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
