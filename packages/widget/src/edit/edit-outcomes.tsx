import { formatError } from "../derive/format.js";
import type { PendingEdit } from "../derive/edits.js";
import { toAdvice } from "../derive/advice.js";
import { CopyButton } from "../parts/copy-button.js";
import { IconButton } from "../parts/icon-button.js";

interface OutcomeActions {
  readonly onRetry: (id: number) => void;
  readonly onDismiss: (id: number) => void;
}

interface EditOutcomesProps extends OutcomeActions {
  readonly pending: readonly PendingEdit[];
}

/** Shown where edits were requested: why they failed and what to do, or the code that makes them elsewhere. */
export function EditOutcomes({ pending, ...actions }: EditOutcomesProps) {
  return (
    <>
      {pending.map((edit) => (
        <EditOutcome key={edit.id} pending={edit} {...actions} />
      ))}
    </>
  );
}

interface EditOutcomeProps extends OutcomeActions {
  readonly pending: PendingEdit;
}

function EditOutcome({ pending: { id, error, code }, onRetry, onDismiss }: EditOutcomeProps) {
  if (code !== undefined) {
    return (
      <div class="edit-outcome" role="status">
        <p>
          These traces are a copy, which cannot be changed. Run this where their store is open, with{" "}
          <code>client = createClient(store)</code> from <code>@spanbook/core/client</code>:
        </p>
        <div class="code">
          <pre>{code}</pre>
          <CopyButton what="the code" toText={() => code} />
          <IconButton icon="close" label="Dismiss" onClick={() => onDismiss(id)} />
        </div>
      </div>
    );
  }
  if (error === undefined) return null;
  return (
    <div class="edit-outcome" role="alert">
      <p>
        <span class="state-ERROR">{`Not saved. ${formatError(error)}`.slice(0, 500)}</span>
        {toAdvice(error)}
      </p>
      <button type="button" class="button" onClick={() => onRetry(id)}>
        Try again
      </button>
      <IconButton icon="close" label="Dismiss" onClick={() => onDismiss(id)} />
    </div>
  );
}
