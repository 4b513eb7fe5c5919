import type { TraceInfo } from "@spanbook/core/model";
import { useState } from "preact/hooks";
import { formatCount } from "../derive/format.js";
import { toTarget, withEdits, type TraceEdit } from "../derive/edits.js";
import { toLabel } from "../derive/visible-text.js";
import type { EditKit } from "../edit/edit-kit.js";
import { IconButton } from "../parts/icon-button.js";
import { Section } from "./section.js";
import { TextBlock } from "./text-block.js";

interface TagSectionProps {
  readonly info: TraceInfo;
  readonly nowMs: number;
  /** Absent if tags are read-only. */
  readonly edit: EditKit | undefined;
}

const firstCount = 50;

/** The tags of a trace, editable if possible. */
export function TagSection({ info, nowMs, edit }: TagSectionProps) {
  const [shown, setShown] = useState(firstCount);
  const [formOf, setFormOf] = useState<string | undefined>(undefined);
  const { tags } = edit ? withEdits(info, edit.pending, nowMs) : info;
  const entries = Object.entries(tags);
  const outcomes = (edit?.pending ?? []).filter(
    (pending) => pending.edit.traceId === info.traceId && toTarget(pending.edit).startsWith("tag "),
  );
  if (entries.length === 0 && !edit) return null;

  function save(key: string, value: string): void {
    apply({ kind: "setTag", traceId: info.traceId, key, value });
    setFormOf(undefined);
  }

  function apply(made: TraceEdit): void {
    edit?.apply(made);
  }

  return (
    <div>
      <Section
        title="Tags"
        {...(entries.length > 0 && { count: entries.length, toText: () => JSON.stringify(tags, null, 2) })}
      >
        <ul class="tag-list">
          {entries.slice(0, shown).map(([key, value]) =>
            edit && formOf === key ? (
              <li key={key}>
                <edit.parts.TagForm
                  tagKey={key}
                  value={value}
                  onSave={save}
                  onCancel={() => setFormOf(undefined)}
                />
              </li>
            ) : (
              <li key={key} class="tag-line">
                <span class="json-key" title={toLabel(key)}>
                  {toLabel(key)}
                </span>
                <TextBlock text={value} />
                {edit && (
                  <span class="line-actions">
                    <IconButton
                      icon="edit"
                      label={`Change the tag ${toLabel(key)}`}
                      onClick={() => setFormOf(key)}
                    />
                    <IconButton
                      icon="remove"
                      label={`Delete the tag ${toLabel(key)}`}
                      onClick={() => apply({ kind: "deleteTag", traceId: info.traceId, key })}
                    />
                  </span>
                )}
              </li>
            ),
          )}
        </ul>
        {entries.length > shown && (
          <button type="button" class="link more" onClick={() => setShown(shown + 200)}>
            … {formatCount(entries.length - shown)} more
          </button>
        )}
        {edit && <edit.parts.EditOutcomes pending={outcomes} onRetry={edit.retry} onDismiss={edit.dismiss} />}
        {edit &&
          (formOf === "" ? (
            <edit.parts.TagForm onSave={save} onCancel={() => setFormOf(undefined)} />
          ) : (
            <button type="button" class="link" data-focus-next onClick={() => setFormOf("")}>
              Add a tag
            </button>
          ))}
      </Section>
    </div>
  );
}
