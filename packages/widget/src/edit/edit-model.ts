import { createClient, type TraceClient } from "@spanbook/core/client";
import type { TraceStore } from "@spanbook/core/store";
import { createStore, type StoreApi } from "zustand/vanilla";
import { toCode, toTarget, type AssessmentDraft, type PendingEdit, type TraceEdit } from "../derive/edits.js";
import type { TraceReader } from "../reading/source.js";
import { toError } from "../state/loadable.js";

/** A reader's edits in one explorer: shown as done at once, written meanwhile, and reverted with the error if that fails. */
export interface EditModel {
  /** In the order of the requests. */
  readonly store: StoreApi<readonly PendingEdit[]>;
  /** False if the explorer has no store: then an edit becomes code to copy. */
  readonly canWrite: boolean;
  /** Makes an edit. Drops an earlier failed one of the same tag or assessment. */
  apply(edit: TraceEdit): Promise<void>;
  /** Tries a failed edit again. */
  retry(id: number): Promise<void>;
  /** Drops a failed edit, or code that was copied. */
  dismiss(id: number): void;
}

/** `refresh` updates what is shown; it is awaited before a written edit stops being pending. */
export function createEditModel(reader: TraceReader, refresh: () => Promise<unknown>): EditModel {
  const store = createStore<readonly PendingEdit[]>(() => []);
  // Of a store, the calls made here need only a reader's methods and `write`.
  const client =
    "write" in reader || typeof reader === "function" ? createClient(reader as TraceStore) : undefined;
  let lastId = 0;

  const put = (pending: PendingEdit) =>
    store.setState(
      (known) =>
        known.some(({ id }) => id === pending.id)
          ? known.map((other) => (other.id === pending.id ? pending : other))
          : [...known, pending],
      true,
    );

  function dismiss(id: number): void {
    store.setState((known) => known.filter((pending) => pending.id !== id), true);
  }

  async function write({ id, edit }: PendingEdit): Promise<void> {
    if (client === undefined) {
      put({ id, edit, code: toCode(edit) });
      return;
    }
    put({ id, edit });
    try {
      await send(client, edit);
      await refresh();
      dismiss(id);
    } catch (error) {
      put({ id, edit, error: toError(error) });
    }
  }

  return {
    store,
    canWrite: client !== undefined,
    async apply(edit) {
      const target = toTarget(edit);
      for (const { id, edit: known, error, code } of store.getState()) {
        if ((error ?? code) !== undefined && known.traceId === edit.traceId && toTarget(known) === target) {
          dismiss(id);
        }
      }
      await write({ id: ++lastId, edit });
    },
    async retry(id) {
      const pending = store.getState().find((known) => known.id === id);
      if (pending) await write(pending);
    },
    dismiss,
  };
}

async function send(client: TraceClient, edit: TraceEdit): Promise<void> {
  const { traceId } = edit;
  switch (edit.kind) {
    case "setTag":
      return client.setTraceTag(traceId, edit.key, edit.value);
    case "deleteTag":
      return client.deleteTraceTag(traceId, edit.key);
    case "addAssessment":
      await client.logAssessment(traceId, edit.draft);
      return;
    case "updateAssessment":
      await client.updateAssessment(traceId, edit.assessmentId, toChanges(edit.draft));
      return;
    case "deleteAssessment":
      return client.deleteAssessment(traceId, edit.assessmentId);
  }
}

function toChanges({ name, value, source, rationale = "" }: AssessmentDraft) {
  return { name, value, source, rationale };
}
