import { formatCount } from "../derive/format.js";
import type { OpenTrace } from "../state/trace-state.js";

interface RestNoteProps {
  readonly trace: OpenTrace;
  readonly onStop: () => void;
  readonly onReadOn: () => void;
}

/** How many spans of a large trace have been read; over the rows, so that none moves when it comes and goes. */
export function RestNote({ trace: { info, digests, rest, restError }, onStop, onReadOn }: RestNoteProps) {
  if (rest === undefined) return null;
  const isComing = rest === "coming";
  return (
    <div class="rest-note">
      <progress
        max={Math.max(info.spanCount, digests.length)}
        value={digests.length}
        aria-label="Spans read"
      />
      <span role="status">
        {`${formatCount(digests.length)} of ${formatCount(info.spanCount)} spans`}
        {restError && `: ${restError.message}`}
      </span>
      <button type="button" class="link" onClick={isComing ? onStop : onReadOn}>
        {isComing ? "Stop" : "Read the rest"}
      </button>
    </div>
  );
}
