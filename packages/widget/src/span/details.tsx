import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { markdownStyles } from "../design/markdown-styles.js";
import { spanStyles } from "../design/span-styles.js";
import type { TypeTone } from "../design/tokens.js";
import { IconButton } from "../parts/icon-button.js";
import { useStyles } from "../parts/use-styles.js";

interface DetailsProps {
  /** What it is of, for those who hear it. */
  readonly label: string;
  readonly title: ComponentChildren;
  /** Of the type of the span that it is of. */
  readonly tone?: TypeTone;
  /** Before the button that closes it. */
  readonly tools?: ComponentChildren;
  /** Absent where it stays. */
  readonly onClose?: (() => void) | undefined;
  readonly children: ComponentChildren;
}

/** The frame of what is told of a span or a trace: a head that stays, and below it what scrolls. */
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
