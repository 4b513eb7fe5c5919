import { formatCount, formatPlural } from "../derive/format.js";

interface ProgressProps {
  /** What is being done, in a word or two. */
  readonly words: string;
  readonly doneCount: number;
  readonly totalCount: number;
  /** What is counted, in the singular. */
  readonly unit: string;
  readonly onCancel: () => void;
}

/** The progress of a long job, and a button to cancel it. */
export function Progress({ words, doneCount, totalCount, unit, onCancel }: ProgressProps) {
  return (
    <span class="progress-line" role="status">
      <span>
        {words} {formatCount(doneCount)} of {formatPlural(totalCount, unit)} …
      </span>
      <progress max={Math.max(1, totalCount)} value={doneCount} aria-hidden />
      <button type="button" class="link" onClick={onCancel}>
        Cancel
      </button>
    </span>
  );
}
