import { formatPlural } from "../derive/format.js";
import { FailureNotice } from "../parts/failure-notice.js";
import type { ListState } from "../state/list-state.js";

interface MoreTracesProps {
  readonly list: ListState["list"];
  /** There is nothing more to ask for. */
  readonly isWhole: boolean;
  readonly onLoadMore: () => void;
}

/** What stands below the last trace that was read. */
export function MoreTraces({ list, isWhole, onLoadMore }: MoreTracesProps) {
  if (list.status !== "ready") return null;
  const { moreError, isLoadingMore, traces } = list.value;
  if (moreError) {
    return <FailureNotice title="More could not be read" error={moreError} onRetry={onLoadMore} />;
  }
  if (isLoadingMore) return <p class="list-end">Loading more …</p>;
  if (!isWhole) {
    return (
      <button type="button" class="list-end button" onClick={onLoadMore}>
        Load more
      </button>
    );
  }
  return traces.length > 20 ? <p class="list-end">{formatPlural(traces.length, "trace")}</p> : null;
}
