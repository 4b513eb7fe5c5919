import { formatPlural } from "@spanbook/widget/parts";
import { useEffect, useRef } from "preact/hooks";

interface ForgetDialogProps {
  readonly isOpen: boolean;
  readonly traceCount: number;
  readonly isKept: boolean;
  readonly onForget: () => void;
  readonly onClose: () => void;
}

/** Asks before everything is deleted. */
export function ForgetDialog({ isOpen, traceCount, isKept, onForget, onClose }: ForgetDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="forget-title">
      <h2 id="forget-title">Forget {formatPlural(traceCount, "trace")}?</h2>
      <p>
        They are deleted from this {isKept ? "browser" : "page"}, with the tags that you gave them here. The
        files that you opened stay as they are.
      </p>
      <p class="actions">
        <button
          type="button"
          class="danger"
          onClick={() => {
            onForget();
            onClose();
          }}
        >
          Forget
        </button>
        <button type="button" autofocus onClick={onClose}>
          Cancel
        </button>
      </p>
    </dialog>
  );
}
