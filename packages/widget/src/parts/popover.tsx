import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { IconName } from "../design/icons.js";
import { Icon } from "./icon.js";

interface PopoverProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onOpen?: () => void;
  readonly children: ComponentChildren;
}

/** A button that opens a small panel below itself; Escape, and the focus going elsewhere, close it. */
export function Popover({ icon, label, onOpen, children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLSpanElement>(null);
  return (
    <span
      class="popover-frame"
      ref={frame}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !frame.current?.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        setOpen(false);
        frame.current?.querySelector("button")?.focus();
      }}
    >
      <button
        type="button"
        class="icon-button"
        title={label}
        aria-label={label}
        aria-expanded={isOpen}
        onClick={() => {
          if (!isOpen) onOpen?.();
          setOpen(!isOpen);
        }}
      >
        <Icon name={icon} />
      </button>
      {isOpen && (
        <div class="popover" role="group" aria-label={label}>
          {children}
        </div>
      )}
    </span>
  );
}
