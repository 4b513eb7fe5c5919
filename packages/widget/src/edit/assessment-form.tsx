import type { Assessment, AssessmentSourceType } from "@spanbook/core/model";
import { useRef, useState } from "preact/hooks";
import {
  parseValue,
  toValueKind,
  toValueText,
  valueKinds,
  type AssessmentDraft,
  type ValueKind,
} from "../derive/edits.js";
import { sourceWords } from "../derive/assessments.js";
import { useFormFocus } from "../parts/use-form-focus.js";
import { useStyles } from "../parts/use-styles.js";
import { editStyles } from "./edit-styles.js";
import { FormActions } from "./form-actions.js";

interface AssessmentFormProps {
  /** The assessment to change; absent for a new one. */
  readonly assessment?: Assessment;
  /** The span it is about; absent for the trace. */
  readonly spanId: string | undefined;
  readonly onSave: (draft: AssessmentDraft) => void;
  readonly onCancel: () => void;
}

/** A form for feedback or an expectation. Escape cancels it. */
export function AssessmentForm({ assessment, spanId, onSave, onCancel }: AssessmentFormProps) {
  const frame = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<ValueKind>(assessment ? toValueKind(assessment.value) : "boolean");
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useStyles(frame, editStyles);
  useFormFocus(frame, assessment ? "value" : "name");

  function save(event: SubmitEvent): void {
    event.preventDefault();
    const fields = new FormData(frame.current ?? undefined);
    const textOf = (name: string) => String(fields.get(name) ?? "").trim();
    const read = parseValue(kind, String(fields.get("value") ?? ""));
    const name = textOf("name");
    if (name === "") setProblem("Enter what is judged, such as correctness");
    else if ("problem" in read) setProblem(read.problem);
    else {
      const rationale = textOf("rationale");
      onSave({
        type: (assessment?.type ?? textOf("type")) === "expectation" ? "expectation" : "feedback",
        name,
        value: read.value,
        ...(rationale !== "" && { rationale }),
        source: {
          sourceType: textOf("sourceType") as AssessmentSourceType,
          sourceId: textOf("sourceId") || "default",
        },
        ...(spanId !== undefined && { spanId }),
      });
    }
  }

  const text = assessment ? toValueText(assessment.value) : "";
  return (
    <form
      class="edit-form"
      ref={frame}
      aria-label={assessment ? `Change ${assessment.name}` : "New assessment"}
      onSubmit={save}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
    >
      <div class="edit-line">
        {!assessment && (
          <select class="field" name="type" aria-label="Kind">
            <option value="feedback">Feedback: how it was</option>
            <option value="expectation">Expectation: how it should be</option>
          </select>
        )}
        <input
          class="field wide"
          name="name"
          type="text"
          aria-label="What is judged"
          placeholder="what is judged: correctness"
          spellcheck={false}
          defaultValue={assessment?.name ?? ""}
        />
      </div>
      <div class="edit-line">
        <select
          class="field"
          aria-label="Kind of value"
          value={kind}
          onChange={({ currentTarget: { selectedIndex } }) => setKind(valueKinds[selectedIndex] ?? "text")}
        >
          {valueKinds.map((name) => (
            <option key={name} value={name}>
              {name === "boolean" ? "yes or no" : name}
            </option>
          ))}
        </select>
        {kind === "boolean" ? (
          <select
            class="field"
            name="value"
            aria-label="Value"
            defaultValue={text === "false" ? "false" : "true"}
          >
            <option value="true">yes</option>
            <option value="false">no</option>
          </select>
        ) : kind === "JSON" ? (
          <textarea
            class="field wide mono"
            name="value"
            rows={4}
            aria-label="Value"
            spellcheck={false}
            defaultValue={text}
          />
        ) : (
          <input class="field wide" name="value" type="text" aria-label="Value" defaultValue={text} />
        )}
      </div>
      <textarea
        class="field wide"
        name="rationale"
        rows={2}
        aria-label="Why"
        placeholder="why (optional)"
        defaultValue={assessment?.rationale ?? ""}
      />
      <div class="edit-line">
        <select
          class="field"
          name="sourceType"
          aria-label="Source"
          defaultValue={assessment?.source.sourceType ?? "HUMAN"}
        >
          {Object.entries(sourceWords).map(([type, word]) => (
            <option key={type} value={type}>
              {word}
            </option>
          ))}
        </select>
        <input
          class="field wide"
          name="sourceId"
          type="text"
          aria-label="Name of the source"
          placeholder="name"
          spellcheck={false}
          defaultValue={assessment?.source.sourceId ?? ""}
        />
      </div>
      <FormActions problem={problem} onCancel={onCancel} />
    </form>
  );
}
