import type { IconName } from "../design/icons.js";
import { Icon } from "./icon.js";

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does; shown on hover too. */
  readonly label: string;
  readonly isPressed?: boolean;
  /** Whether what it opens is open. */
  readonly isExpanded?: boolean;
  readonly onClick: () => void;
}

export function IconButton({ icon, label, isPressed, isExpanded, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
