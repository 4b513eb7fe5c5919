import type { ComponentChildren } from "preact";

/** A number before and after, with the relative change: 120 ms → 80 ms (−33%). */
export function formatChange(
  before: number | undefined,
  after: number | undefined,
  format: (value: number) => string,
): ComponentChildren {
  const textOf = (value: number | undefined) => (value === undefined ? "—" : format(value));
  if (before === after) return textOf(after);
  const isKnown = before !== undefined && after !== undefined;
  return (
    <span class="change">
      <span class="faint">{textOf(before)} → </span>
      {textOf(after)}
      {isKnown && before > 0 && (
        <span class={after > before ? "more-than" : "less-than"}> {formatShare(before, after)}</span>
      )}
    </span>
  );
}

/** −33%, +12%, ×4.2: from one number above 0 to another. */
function formatShare(before: number, after: number): string {
  const factor = after / before;
  if (factor >= 2) return `×${factor < 10 ? factor.toFixed(1) : Math.round(factor).toLocaleString("en-US")}`;
  const percent = Math.round((factor - 1) * 100);
  return percent < 0 ? `−${-percent}%` : `+${percent}%`;
}
