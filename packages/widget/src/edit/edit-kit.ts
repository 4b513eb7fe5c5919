import { useEffect, useState } from "preact/hooks";
import type { PendingEdit, TraceEdit } from "../derive/edits.js";
import type * as EditParts from "./edit-parts.js";
import type { EditModel } from "./edit-model.js";

/** What a part of the details needs for editing in place. */
export interface EditKit {
  readonly parts: typeof EditParts;
  readonly canWrite: boolean;
  readonly pending: readonly PendingEdit[];
  readonly apply: (edit: TraceEdit) => void;
  readonly retry: (id: number) => void;
  readonly dismiss: (id: number) => void;
}

/** What is loaded for that: the parts, and the explorer's one model. */
export type OpenedEdits = readonly [EditKit["parts"], EditModel];

/** Loads what editing needs; undefined until that is there, and if `open` is, for read-only content. */
export function useEditKit(open: (() => Promise<OpenedEdits>) | undefined): EditKit | undefined {
  const [loaded, setLoaded] = useState<OpenedEdits | undefined>(undefined);
  const [pending, setPending] = useState<readonly PendingEdit[]>([]);
  useEffect(() => {
    let undo: (() => void) | undefined;
    let isWanted = true;
    // If it cannot be loaded, the trace can still be read.
    open?.().then(
      (opened) => {
        if (!isWanted) return;
        setLoaded(opened);
        setPending(opened[1].store.getState());
        undo = opened[1].store.subscribe(setPending);
      },
      () => setLoaded(undefined),
    );
    return () => {
      isWanted = false;
      undo?.();
    };
  }, [open]);
  if (!loaded) return undefined;
  const [parts, model] = loaded;
  return {
    parts,
    pending,
    canWrite: model.canWrite,
    apply: (edit) => void model.apply(edit),
    retry: (id) => void model.retry(id),
    dismiss: model.dismiss,
  };
}
