import { formatCount, formatPlural } from "../derive/format.js";

interface ProgressProps {
  /** What is being done, in a word or two. */
  readonly words: string;
  readonly doneCount: number;
  readonly totalCount: number;
  /** What is counted, one of it. */
  readonly unit: string;
  readonly onCancel: () => void;
}

/** How far a long job is, and the way to give it up. */
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
