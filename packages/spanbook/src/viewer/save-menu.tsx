import { useRef } from "preact/hooks";
import { exportFormats, saveAs, type ExportFormat } from "./exports.js";
import type { Viewer } from "./viewer-state.js";

/** All traces as a file, in one of several formats. */
export function SaveMenu({ viewer }: { readonly viewer: Viewer }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={({ key }) => {
        if (key !== "Escape") return;
        close();
        menu.current?.querySelector("summary")?.focus();
      }}
      onFocusOut={({ relatedTarget }) => {
        if (!menu.current?.contains(relatedTarget as Node | null)) close();
      }}
    >
      <summary>Save as</summary>
      <div class="menu-list">
        {Object.entries(exportFormats).map(([format, { label, file }]) => (
          <button
            key={format}
            type="button"
            onClick={() => {
              close();
              void viewer.run("Saving the traces …", (store) => saveAs(store, format as ExportFormat));
            }}
          >
            {label} <span class="muted">{file.replace("traces", "")}</span>
          </button>
        ))}
      </div>
    </details>
  );
}
