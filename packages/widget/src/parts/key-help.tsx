import { useLayoutEffect, useRef } from "preact/hooks";
import { shortcuts } from "../derive/shortcuts.js";
import { IconButton } from "./icon-button.js";

/** The keyboard shortcuts. The focus stays in the panel until it is closed. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => panel.current?.querySelector("button")?.focus(), []);
  return (
    <div
      class="help"
      ref={panel}
      role="dialog"
      aria-modal
      aria-label="Keys"
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        // Only the close button can have the focus. Arrow keys scroll the panel.
        if (event.key === "Tab") event.preventDefault();
        if (event.key === "Escape" || event.key === "?") onClose();
      }}
    >
      <header class="help-head">
        <h2 class="pane-title">Keys</h2>
        <IconButton icon="close" label="Close the help" onClick={onClose} />
      </header>
      <div class="help-body">
        {shortcuts.map(({ title, keys }) => (
          <section key={title}>
            <h3 class="help-title">{title}</h3>
            <dl class="help-keys">
              {keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}
