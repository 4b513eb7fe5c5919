import { createContext } from "preact";
import type { MarkdownText } from "./markdown-text.js";

/** How texts of people and models are shown, everywhere in one explorer. */
export interface TextView {
  /** As written, rather than as Markdown. */
  readonly isPlain: boolean;
  readonly choosePlain: (isPlain: boolean) => void;
  /** The component that draws Markdown; undefined until it is loaded. */
  readonly Markdown: typeof MarkdownText | undefined;
  /** Loads that, once. Until then, and if it cannot be loaded, texts are shown as written. */
  readonly load: () => void;
}

export const TextView = createContext<TextView>({
  isPlain: true,
  choosePlain: () => {},
  Markdown: undefined,
  load: () => {},
});
