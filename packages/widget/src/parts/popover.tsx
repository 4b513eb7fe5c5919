import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { IconName } from "../design/icons.js";
import { IconButton } from "./icon-button.js";

interface PopoverProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onOpen?: () => void;
  readonly children: ComponentChildren;
}

/** A button that opens a small panel below itself. Arrow keys move through the panel; Escape, or losing the focus, closes it. */
export function Popover({ icon, label, onOpen, children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLSpanElement>(null);

  /** Returns whether there was anywhere to go. */
  function step(from: EventTarget | null, by: number): boolean {
    const stops = [...(frame.current?.querySelectorAll<HTMLElement>("button, input") ?? [])];
    const next = stops[stops.findIndex((stop) => stop === from) + by];
    next?.focus();
    return next !== undefined;
  }

  return (
    <span
      class="popover-frame"
      ref={frame}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !frame.current?.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        const { key, target } = event;
        if (!isOpen) return;
        if (key === "Escape") {
          event.stopPropagation();
          setOpen(false);
          frame.current?.querySelector("button")?.focus();
        } else if (key === "ArrowDown" || key === "ArrowUp") {
          if (step(target, key === "ArrowDown" ? 1 : -1)) event.preventDefault();
        }
      }}
    >
      <IconButton
        icon={icon}
        label={label}
        isExpanded={isOpen}
        onClick={() => {
          if (!isOpen) onOpen?.();
          setOpen(!isOpen);
        }}
      />
      {isOpen && (
        <div class="popover" role="group" aria-label={label}>
          {children}
        </div>
      )}
    </span>
  );
}
