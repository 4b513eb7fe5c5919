import { createContext } from "preact";
import type { MarkdownText } from "./markdown-text.js";

/** How what people and models wrote is shown, everywhere in one explorer. */
export interface TextView {
  /** As it was written, rather than as Markdown. */
  readonly isPlain: boolean;
  readonly choosePlain: (isPlain: boolean) => void;
  /** What draws Markdown; undefined until it is loaded. */
  readonly Markdown: typeof MarkdownText | undefined;
  /** Loads that, once. Until then, and where it cannot be loaded, texts are shown as they were written. */
  readonly load: () => void;
}

export const TextView = createContext<TextView>({
  isPlain: true,
  choosePlain: () => {},
  Markdown: undefined,
  load: () => {},
});
