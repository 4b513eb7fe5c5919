import { formatPlural } from "../derive/format.js";
import { FailureNotice } from "../parts/failure-notice.js";

interface MoreTracesProps {
  readonly isLoadingMore: boolean;
  /** Why the last attempt failed. */
  readonly moreError?: Error | undefined;
  /** There are no more traces to read. */
  readonly isWhole: boolean;
  /** How many were read. */
  readonly count: number;
  readonly onLoadMore: () => void;
}

/** Shown below the last trace read. */
export function MoreTraces({ isLoadingMore, moreError, isWhole, count, onLoadMore }: MoreTracesProps) {
  if (moreError) {
    return <FailureNotice title="More traces could not be read" error={moreError} onRetry={onLoadMore} />;
  }
  if (isLoadingMore) return <p class="list-end">Loading more …</p>;
  if (!isWhole) {
    return (
      <button type="button" class="list-end button" onClick={onLoadMore}>
        Load more
      </button>
    );
  }
  return count > 20 ? <p class="list-end">{formatPlural(count, "trace")}</p> : null;
}
