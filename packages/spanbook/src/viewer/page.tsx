import { useStore } from "@spanbook/widget/parts";
import { useRef, useState } from "preact/hooks";
import { DropTarget } from "./drop-target.js";
import { EmptyPage } from "./empty-page.js";
import { Explorer } from "./explorer.js";
import { ForgetDialog } from "./forget-dialog.js";
import { ImportList } from "./import-list.js";
import { SaveMenu } from "./save-menu.js";
import type { Viewer } from "./viewer-state.js";

/** The whole page: the commands at the top, the imports below them, and the explorer. */
export function Page({ viewer }: { readonly viewer: Viewer }) {
  const { place, traceCount, imports, busy, failure } = useStore(viewer.store);
  const chooser = useRef<HTMLInputElement>(null);
  const [isForgetting, setForgetting] = useState(false);
  // The explorer opens a trace if it is the only one, so it waits for a second one while files are imported.
  const isReading = imports.some(({ status }) => status === "reading" || status === "waiting");
  const isEmpty = traceCount === 0 || (traceCount === 1 && isReading);
  const choose = () => chooser.current?.click();
  const addFiles = (files: FileList | null) => void viewer.addFiles([...(files ?? [])]);

  return (
    <DropTarget onDrop={addFiles}>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label="Files with traces"
        onChange={({ currentTarget }) => {
          addFiles(currentTarget.files);
          currentTarget.value = ""; // So that the same file can be chosen again.
        }}
      />
      {!isEmpty && (
        <header>
          <h1>Spanbook</h1>
          <button type="button" onClick={choose}>
            Open files
          </button>
          <SaveMenu viewer={viewer} />
          <button type="button" onClick={() => setForgetting(true)}>
            Forget …
          </button>
          <KeepChoice viewer={viewer} isKept={place?.isKept === true} />
        </header>
      )}
      <ImportList imports={imports} onCancel={viewer.cancel} onDismiss={viewer.dismissImports} />
      {busy !== undefined && (
        <p class="bar" role="status">
          {busy}
        </p>
      )}
      {failure !== undefined && (
        <p class="bar failed" role="alert">
          <span class="grow">{failure}</span>
          <button type="button" onClick={viewer.dismissFailure}>
            Dismiss
          </button>
        </p>
      )}
      <main>
        {place && isEmpty && (
          <EmptyPage onChoose={choose}>
            <KeepChoice viewer={viewer} isKept={place.isKept} />
          </EmptyPage>
        )}
        {place && !isEmpty && <Explorer store={place.store} onDelete={() => void viewer.count()} />}
      </main>
      <ForgetDialog
        isOpen={isForgetting}
        traceCount={traceCount}
        isKept={place?.isKept === true}
        onForget={() => void viewer.forget()}
        onClose={() => setForgetting(false)}
      />
    </DropTarget>
  );
}

interface KeepChoiceProps {
  readonly viewer: Viewer;
  readonly isKept: boolean;
}

function KeepChoice({ viewer, isKept }: KeepChoiceProps) {
  return (
    <label class="keep">
      <input
        type="checkbox"
        checked={isKept}
        onChange={({ currentTarget }) => void viewer.keep(currentTarget.checked)}
      />
      Keep in this browser
      <span class="muted">{isKept ? "until you forget them" : "otherwise gone when this page closes"}</span>
    </label>
  );
}
