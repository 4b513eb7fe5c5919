import { useRef, useState } from "preact/hooks";
import { useFormFocus } from "../parts/use-form-focus.js";
import { useStyles } from "../parts/use-styles.js";
import { editStyles } from "./edit-styles.js";
import { FormActions } from "./form-actions.js";

interface TagFormProps {
  /** The tag to change; absent for a new one. */
  readonly tagKey?: string;
  readonly value?: string;
  readonly onSave: (key: string, value: string) => void;
  readonly onCancel: () => void;
}

/** A form for a tag: Enter saves it, Escape cancels it. */
export function TagForm({ tagKey, value = "", onSave, onCancel }: TagFormProps) {
  const frame = useRef<HTMLFormElement>(null);
  const [isMissing, setMissing] = useState(false);
  useStyles(frame, editStyles);
  useFormFocus(frame, tagKey === undefined ? "key" : "value");

  function save(event: SubmitEvent): void {
    event.preventDefault();
    const fields = new FormData(frame.current ?? undefined);
    const key = (tagKey ?? String(fields.get("key") ?? "")).trim();
    setMissing(key === "");
    if (key !== "") onSave(key, String(fields.get("value") ?? ""));
  }

  return (
    <form
      class="edit-form tag-form"
      ref={frame}
      aria-label={tagKey === undefined ? "New tag" : "Change the tag"}
      onSubmit={save}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
    >
      <input
        class="field"
        name="key"
        type="text"
        aria-label="Key"
        placeholder="key"
        spellcheck={false}
        readOnly={tagKey !== undefined}
        aria-invalid={isMissing}
        defaultValue={tagKey ?? ""}
      />
      <input
        class="field"
        name="value"
        type="text"
        aria-label="Value"
        placeholder="value"
        defaultValue={value}
      />
      <FormActions problem={isMissing ? "A tag needs a key" : undefined} onCancel={onCancel} />
    </form>
  );
}
