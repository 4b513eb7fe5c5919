import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { markdownStyles } from "../design/markdown-styles.js";
import { spanStyles } from "../design/span-styles.js";
import type { TypeTone } from "../design/tokens.js";
import { IconButton } from "../parts/icon-button.js";
import { useStyles } from "../parts/use-styles.js";

interface DetailsProps {
  /** What the details are about, for screen readers. */
  readonly label: string;
  readonly title: ComponentChildren;
  /** The tone of the span's type. */
  readonly tone?: TypeTone;
  /** Shown before the close button. */
  readonly tools?: ComponentChildren;
  /** Absent if it cannot be closed. */
  readonly onClose?: (() => void) | undefined;
  readonly children: ComponentChildren;
}

/** The frame for the details of a span or a trace: a fixed head, and scrolling content below it. */
export function Details({ label, title, tone, tools, onClose, children }: DetailsProps) {
  const frame = useRef<HTMLElement>(null);
  useStyles(frame, spanStyles + markdownStyles);
  return (
    <aside class="details" aria-label={label} ref={frame}>
      <header class={`details-head${tone === undefined ? "" : ` tone-${tone}`}`}>
        {title}
        <span class="grow" />
        {tools}
        {onClose && <IconButton icon="close" label="Close the details" onClick={onClose} />}
      </header>
      {children}
    </aside>
  );
}
