import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatCount, formatError, formatPlural } from "../derive/format.js";
import { IconButton } from "../parts/icon-button.js";
import { Progress } from "../parts/progress.js";
import type { Job } from "../state/job-state.js";

interface SelectionBarProps {
  readonly count: number;
  /** They are all that were read so far, but there are more. */
  readonly isAllSoFar: boolean;
  readonly job: Job | undefined;
  readonly canDelete: boolean;
  /** Absent unless two traces are chosen. */
  readonly onCompare?: (() => void) | undefined;
  readonly onExport: () => void;
  readonly onDelete: () => void;
  readonly onCancel: () => void;
  readonly onClear: () => void;
}

/** What can be done with the chosen traces, in place of the list's head. */
export function SelectionBar(props: SelectionBarProps) {
  const { count, isAllSoFar, job, canDelete, onCompare, onExport, onDelete, onCancel, onClear } = props;
  const [isAsking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const wasAsking = useRef(false);
  useLayoutEffect(() => {
    if (isAsking) keep.current?.focus();
    else if (wasAsking.current) bar.current?.querySelector<HTMLElement>('[aria-label="Delete"]')?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  if (job?.error) {
    return (
      <div class="pane-head selection-bar" role="alert">
        <span class="state-ERROR grow" title={formatError(job.error)}>
          {formatError(job.error).slice(0, 300)}
        </span>
        <IconButton icon="close" label="Dismiss" onClick={onCancel} />
      </div>
    );
  }
  if (job) {
    return (
      <div class="pane-head selection-bar">
        <Progress
          words={job.kind === "export" ? "Exporting" : "Deleting"}
          doneCount={job.doneCount}
          totalCount={job.totalCount}
          unit="trace"
          onCancel={onCancel}
        />
      </div>
    );
  }
  if (isAsking) {
    return (
      <div
        class="pane-head selection-bar"
        role="alertdialog"
        aria-label="Delete traces"
        onKeyDown={(event) => {
          if (event.key === "Escape") setAsking(false);
        }}
      >
        <span class="grow">Delete {formatPlural(count, "trace")} for good?</span>
        <button type="button" class="button danger" onClick={onDelete}>
          Delete
        </button>
        <button ref={keep} type="button" class="button" onClick={() => setAsking(false)}>
          Keep
        </button>
      </div>
    );
  }
  return (
    <div class="pane-head selection-bar" ref={bar}>
      <span class="grow" role="status">
        {isAllSoFar ? `All ${formatCount(count)} read so far selected` : `${formatCount(count)} selected`}
      </span>
      {onCompare && <IconButton icon="compare" label="Compare the two" onClick={onCompare} />}
      <IconButton icon="download" label="Export as OTLP JSON" onClick={onExport} />
      {canDelete && <IconButton icon="remove" label="Delete" onClick={() => setAsking(true)} />}
      <IconButton icon="close" label="Clear the selection" onClick={onClear} />
    </div>
  );
}
