import { formatError } from "../derive/format.js";
import { toAdvice } from "../derive/advice.js";
import { Notice } from "./notice.js";

interface FailureNoticeProps {
  /** What did not work, as a sentence without a full stop. */
  readonly title: string;
  readonly error: Error;
  /** Absent if retrying is pointless. */
  readonly onRetry?: () => void;
}

/** An error shown where it happened, with advice. */
export function FailureNotice({ title, error, onRetry }: FailureNoticeProps) {
  return (
    <Notice title={title} isFailure actions={onRetry ? { "Try again": onRetry } : {}}>
      <p class="notice-text mono">{formatError(error)}</p>
      <p class="notice-text">{toAdvice(error)}</p>
    </Notice>
  );
}
