import type { SpanSteps } from "./span-steps.js";

/** Where the keys of an open trace lead. */
export interface ShortcutTargets {
  readonly steps: Pick<SpanSteps, "toMatch" | "toFailed" | "showLevels">;
  readonly onSearch: () => void;
  /** Opens the trace below this one in the list, or above. */
  readonly onBeside: (by: 1 | -1) => void;
  /** Absent where there is no flame graph. */
  readonly onFlame: (() => void) | undefined;
  /** Another span was selected. */
  readonly onMoved: () => void;
}

/** Does what a key means anywhere in an open trace; its result is whether the key means something. */
export function toShortcutHandler(targets: ShortcutTargets): (key: string) => boolean {
  const { steps, onSearch, onBeside, onFlame, onMoved } = targets;

  function follow(hasMoved: boolean): void {
    if (hasMoved) onMoved();
  }

  return (key) => {
    if (key === "/") onSearch();
    else if (key === "n") follow(steps.toMatch(1));
    else if (key === "N") follow(steps.toMatch(-1));
    else if (key === "e") follow(steps.toFailed(1));
    else if (key === "E") follow(steps.toFailed(-1));
    else if (key === "j") onBeside(1);
    else if (key === "k") onBeside(-1);
    else if (key === "f" && onFlame) onFlame();
    else if (/^[1-9]$/.test(key)) steps.showLevels(Number(key));
    else return false;
    return true;
  };
}
