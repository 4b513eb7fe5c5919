import { formatError } from "../derive/format.js";
import { Progress } from "../parts/progress.js";
import type { PayloadReading } from "./use-comparison.js";

interface CompareReadingProps {
  readonly reading: PayloadReading | undefined;
  readonly onRead: () => void;
  readonly onCancel: () => void;
}

/** The progress of comparing inputs and outputs, with a way to cancel or retry; nothing once that is done. */
export function CompareReading({ reading, onRead, onCancel }: CompareReadingProps) {
  if (reading === undefined) return null;
  const { doneCount, totalCount, isSkipped = false, error } = reading;
  return (
    <div class="compare-reading" role={error ? "alert" : undefined}>
      {error ? (
        <span class="state-ERROR">
          {`Inputs and outputs could not be compared. ${formatError(error)}`.slice(0, 400)}
        </span>
      ) : isSkipped ? (
        <span>Inputs and outputs were not compared.</span>
      ) : (
        <Progress
          words="Comparing inputs and outputs:"
          doneCount={doneCount}
          totalCount={totalCount}
          unit="span"
          onCancel={onCancel}
        />
      )}
      {(error || isSkipped) && (
        <button type="button" class="link" onClick={onRead}>
          {error ? "Try again" : "Compare them"}
        </button>
      )}
    </div>
  );
}
