import type { ContentMatches } from "../state/content-state.js";
import type { OpenTrace } from "../state/trace-state.js";
import { RestNote } from "./rest-note.js";
import type { TraceActions } from "./trace-props.js";

interface TraceNotesProps {
  readonly trace: OpenTrace;
  readonly content: ContentMatches | undefined;
  readonly actions: TraceActions;
}

/** What of a large trace is still to be read, or else to be looked through: one note at a time. */
export function TraceNotes({ trace: { info, digests, rest, restError }, content, actions }: TraceNotesProps) {
  // Of most traces all is looked through before one could read how far it is.
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
