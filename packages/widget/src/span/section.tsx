import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.js";

interface SectionProps {
  readonly title: string;
  readonly count?: number;
  readonly isClosedAtFirst?: boolean;
  /** The text for its copy button; without it there is no button. */
  readonly toText?: () => string;
  /** Shown beside its title. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the details that opens and closes. Its content is drawn only while it is open. */
export function Section({ title, count, isClosedAtFirst = false, toText, aside, children }: SectionProps) {
  const [isOpen, setOpen] = useState(!isClosedAtFirst);
  return (
    <section class="section">
      <div class="section-head">
        <button type="button" class="section-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span class={`chevron${isOpen ? " open" : ""}`} />
          {title}
          {count !== undefined && <span class="count">{count}</span>}
        </button>
        {isOpen && aside}
        {toText && <CopyButton what={title.toLowerCase()} toText={toText} />}
      </div>
      {isOpen && <div class="section-body">{children}</div>}
    </section>
  );
}
