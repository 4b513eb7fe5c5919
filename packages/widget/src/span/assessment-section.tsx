import type { Assessment, AssessmentValue, TraceInfo } from "@spanbook/core/model";
import { useState } from "preact/hooks";
import { assessmentsOf, formatSource } from "../derive/assessments.js";
import { isDraft, toTarget, withEdits } from "../derive/edits.js";
import { formatPlural, formatTime } from "../derive/format.js";
import { toVisibleText } from "../derive/visible-text.js";
import type { EditKit } from "../edit/edit-kit.js";
import { IconButton } from "../parts/icon-button.js";
import { JsonTree } from "./json-tree.js";
import { Section } from "./section.js";
import { TextBlock } from "./text-block.js";

interface AssessmentSectionProps {
  readonly info: TraceInfo;
  /** The span they are about; absent for the trace. */
  readonly spanId?: string;
  readonly nowMs: number;
  /** Absent if they are read-only. */
  readonly edit: EditKit | undefined;
}

/** Feedback and expectations with their earlier versions, editable if possible. */
export function AssessmentSection({ info, spanId, nowMs, edit }: AssessmentSectionProps) {
  const [formOf, setFormOf] = useState<string | undefined>(undefined);
  const { traceId } = info;
  const known = edit ? withEdits(info, edit.pending, nowMs) : info;
  const assessments = assessmentsOf(known.assessments, spanId);
  const outcomes = (edit?.pending ?? []).filter(({ edit: made }) => {
    if (made.traceId !== traceId) return false;
    const target = toTarget(made);
    return (
      target === `new ${spanId ?? ""}` ||
      assessments.some(({ assessmentId }) => target === `assessment ${assessmentId}`)
    );
  });
  if (assessments.length === 0 && !edit) return null;
  return (
    <div>
      <Section
        title="Feedback and expectations"
        {...(assessments.length > 0 && {
          count: assessments.length,
          toText: () => JSON.stringify(assessments, null, 2),
        })}
      >
        <ul class="assessments">
          {assessments.map((assessment) => {
            const { assessmentId } = assessment;
            return edit && formOf === assessmentId ? (
              <li key={assessmentId}>
                <edit.parts.AssessmentForm
                  assessment={assessment}
                  spanId={spanId}
                  onCancel={() => setFormOf(undefined)}
                  onSave={(draft) => {
                    edit.apply({ kind: "updateAssessment", traceId, assessmentId, draft });
                    setFormOf(undefined);
                  }}
                />
              </li>
            ) : (
              <AssessmentLine
                key={assessmentId}
                assessment={assessment}
                nowMs={nowMs}
                {...(edit &&
                  !isDraft(assessmentId) && {
                    onChange: () => setFormOf(assessmentId),
                    onDelete: () => edit.apply({ kind: "deleteAssessment", traceId, assessmentId }),
                  })}
              />
            );
          })}
        </ul>
        {edit && <edit.parts.EditOutcomes pending={outcomes} onRetry={edit.retry} onDismiss={edit.dismiss} />}
        {edit &&
          (formOf === "" ? (
            <edit.parts.AssessmentForm
              spanId={spanId}
              onCancel={() => setFormOf(undefined)}
              onSave={(draft) => {
                edit.apply({ kind: "addAssessment", traceId, draft });
                setFormOf(undefined);
              }}
            />
          ) : (
            <button type="button" class="link" data-focus-next onClick={() => setFormOf("")}>
              Add feedback or an expectation
            </button>
          ))}
      </Section>
    </div>
  );
}

interface AssessmentLineProps {
  readonly assessment: Assessment;
  readonly nowMs: number;
  readonly onChange?: () => void;
  readonly onDelete?: () => void;
}

function AssessmentLine({ assessment, nowMs, onChange, onDelete }: AssessmentLineProps) {
  const [isHistoryShown, setHistoryShown] = useState(false);
  const { name, type, valid, history = [], lastUpdateTimeMs } = assessment;
  return (
    <li class={`assessment${valid ? "" : " overridden"}`}>
      <span class="assessment-head">
        <strong class="assessment-name">{toVisibleText(name.slice(0, 300))}</strong>
        <span class="faint">{type === "expectation" ? "expected" : valid ? "" : "replaced"}</span>
        <span class="grow" />
        {onChange && <IconButton icon="edit" label={`Change ${name.slice(0, 80)}`} onClick={onChange} />}
        {onDelete && <IconButton icon="remove" label={`Delete ${name.slice(0, 80)}`} onClick={onDelete} />}
      </span>
      <Version version={{ ...assessment, timeMs: lastUpdateTimeMs }} nowMs={nowMs} />
      {history.length > 0 && (
        <button
          type="button"
          class="link"
          aria-expanded={isHistoryShown}
          onClick={() => setHistoryShown(!isHistoryShown)}
        >
          {isHistoryShown ? "Hide earlier versions" : `Changed ${formatPlural(history.length, "time")}`}
        </button>
      )}
      {isHistoryShown && (
        <ol class="assessment-history">
          {history.toReversed().map((version, index) => (
            <li key={index}>
              <Version version={version} nowMs={nowMs} />
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}

/** What an assessment says, or used to say. */
function Version({ version, nowMs }: { readonly version: AssessmentValue; readonly nowMs: number }) {
  const { value, error, rationale = "", source, timeMs } = version;
  return (
    <>
      {error ? (
        <p class="state-ERROR">
          {toVisibleText(`${error.errorCode ?? "Error"}: ${error.errorMessage ?? ""}`.slice(0, 2000))}
        </p>
      ) : (
        <JsonTree value={value} isTagged={false} />
      )}
      {rationale !== "" && <TextBlock text={rationale} />}
      <p class="faint assessment-source">
        {toVisibleText(formatSource(source).slice(0, 200))}, {formatTime(timeMs, nowMs)}
      </p>
    </>
  );
}
