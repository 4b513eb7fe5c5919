interface FormActionsProps {
  /** What is wrong with the input. */
  readonly problem: string | undefined;
  readonly onCancel: () => void;
}

/** The end of a form: what is wrong, and the buttons. */
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
