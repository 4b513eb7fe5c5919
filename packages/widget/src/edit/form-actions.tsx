interface FormActionsProps {
  /** What is wrong with what was written. */
  readonly problem: string | undefined;
  readonly onCancel: () => void;
}

/** The end of a form: what is wrong, and the ways out. */
export function FormActions({ problem, onCancel }: FormActionsProps) {
  return (
    <span class="edit-actions">
      {problem !== undefined && (
        <span class="state-ERROR" role="alert">
          {problem}
        </span>
      )}
      <button type="submit" class="button primary">
        Save
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </span>
  );
}
