import { icons, type IconName } from "../design/icons.js";

interface IconProps {
  readonly name: IconName;
  /** Its meaning for screen readers; without one it is decoration. On hover, a `title` around it is shown. */
  readonly label?: string;
  readonly class?: string;
}

export function Icon({ name, label, class: more }: IconProps) {
  const naming =
    label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return (
    <svg
      class={`icon icon-${name}${more === undefined ? "" : ` ${more}`}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      {...naming}
    >
      <path d={icons[name]} />
    </svg>
  );
}
