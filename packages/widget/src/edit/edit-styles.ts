export const editStyles = `
.edit-form { scroll-margin-block: 40px 8px; display: grid; gap: 6px; margin-block: 4px 8px; padding: 8px; border: 1px solid var(--_border-strong); border-radius: 6px; background: var(--_subtle); }
.edit-line { display: flex; flex-wrap: wrap; gap: 6px; }
.tag-form { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }
.tag-form .edit-actions { grid-column: 1 / -1; }
.field { min-width: 0; min-height: 28px; padding: 3px 7px; border: 1px solid var(--_border-strong); border-radius: 5px; font: inherit; color: var(--_text); background: var(--_background); }
select.field { background-color: var(--_background); }
.field[readonly] { color: var(--_text-muted); background: transparent; }
.field[aria-invalid="true"] { border-color: var(--_error); }
.field::placeholder { color: var(--_text-faint); opacity: 1; }
.field.wide { flex: 1 1 140px; }
textarea.field { resize: vertical; }
.edit-actions { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 6px; }
.edit-actions .state-ERROR { flex: 1 1 auto; min-width: 0; overflow-wrap: anywhere; font-size: 12px; }
.button.primary { color: var(--_accent); border-color: currentColor; }
`;
