import type { ContentMatches } from "../state/content-state.js";
import type { OpenTrace } from "../state/trace-state.js";
import { RestNote } from "./rest-note.js";
import type { TraceActions } from "./trace-props.js";

interface TraceNotesProps {
  readonly trace: OpenTrace;
  readonly content: ContentMatches | undefined;
  readonly actions: TraceActions;
}

/** What of a large trace is still to be read or, after that, searched: one note at a time. */
export function TraceNotes({ trace: { info, digests, rest, restError }, content, actions }: TraceNotesProps) {
  // Most traces are searched in full before one could read the progress.
  const isLooking = content?.rest === "left" || (content?.rest === "coming" && content.lookedCount > 0);
  if (isLooking && rest !== "coming") {
    return (
      <RestNote
        words="Searched "
        doneCount={content.lookedCount}
        totalCount={digests.length}
        rest={content.rest}
        error={content.restError}
        onward="Search on"
        onStop={actions.stopLooking}
        onGoOn={actions.lookOn}
      />
    );
  }
  return rest === undefined ? null : (
    <RestNote
      doneCount={digests.length}
      totalCount={info.spanCount}
      rest={rest}
      error={restError}
      onward="Read the rest"
      onStop={actions.stopReading}
      onGoOn={() => void actions.readOn()}
    />
  );
}
