import { formatCount } from "../derive/format.js";

interface RestNoteProps {
  /** What is being done with the spans, if more than reading them. */
  readonly words?: string;
  readonly doneCount: number;
  readonly totalCount: number;
  /** Being done, or stopped. */
  readonly rest: "coming" | "left";
  /** Why it could not be done. */
  readonly error?: Error | undefined;
  /** The label of the button that continues. */
  readonly onward: string;
  readonly onStop: () => void;
  readonly onGoOn: () => void;
}

/** How many spans of a large trace were read or searched; it covers the rows, so that none moves when it comes and goes. */
export function RestNote(props: RestNoteProps) {
  const { words = "", doneCount, totalCount, rest, error, onward, onStop, onGoOn } = props;
  const isComing = rest === "coming";
  return (
    <div class="rest-note">
      <progress max={Math.max(totalCount, doneCount)} value={doneCount} aria-label="Spans read" />
      <span role="status">
        {`${words}${formatCount(doneCount)} of ${formatCount(totalCount)} spans`}
        {error && `: ${error.message}`}
      </span>
      <button type="button" class="link" onClick={isComing ? onStop : onGoOn}>
        {isComing ? "Stop" : onward}
      </button>
    </div>
  );
}
