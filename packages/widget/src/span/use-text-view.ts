import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { ExplorerModel } from "../explorer-state.js";
import type { TextView } from "./text-view.js";

/** How texts are shown in one explorer, with one Markdown component for all of them. */
export function useTextView(model: ExplorerModel, isPlain: boolean): TextView {
  const [Markdown, setMarkdown] = useState<TextView["Markdown"]>(undefined);
  const isAsked = useRef(false);
  const load = useCallback(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    import("./markdown-text.js").then(
      ({ MarkdownText }) => setMarkdown(() => MarkdownText),
      // The next text to be shown tries again.
      () => (isAsked.current = false),
    );
  }, []);
  return useMemo(
    () => ({ isPlain, choosePlain: model.choosePlainText, Markdown, load }),
    [isPlain, model, Markdown, load],
  );
}
