import { useEffect, useRef, useState } from "preact/hooks";
import type { IconName } from "../design/icons.js";
import { Icon } from "./icon.js";

interface CopyButtonProps {
  /** What it copies, in a word or two. */
  readonly what: string;
  /** Called on demand, because the text may be large. */
  readonly toText: () => string;
  readonly icon?: IconName;
}

const thanksMs = 1500;

export function CopyButton({ what, toText, icon = "copy" }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | undefined>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), thanksMs);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    const isCopied = await copyText(toText(), button.current);
    setOutcome(isCopied ? "copied" : "failed");
  }

  const label = outcome === undefined ? `Copy ${what}` : outcome === "copied" ? "Copied" : "Could not copy";
  return (
    <button
      ref={button}
      type="button"
      class="icon-button copy"
      title={label}
      aria-label={label}
      onClick={() => void copy()}
    >
      <Icon name={outcome === "copied" ? "ok" : outcome === "failed" ? "error" : icon} />
    </button>
  );
}

/** Whether the text is now on the clipboard. Frames without the permission only have the old way. */
export async function copyText(text: string, near: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, near);
  }
}

function copyBySelection(text: string, near: HTMLElement | null): boolean {
  if (near === null) return false;
  const area = document.createElement("textarea");
  area.className = "unseen";
  // Any text that can be selected: one of megabytes would be laid out first, which takes minutes.
  area.value = "copy";
  area.addEventListener("copy", (event) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopPropagation();
  });
  near.after(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  near.focus();
  return isCopied;
}
