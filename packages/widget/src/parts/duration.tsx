import { formatExactDuration, toDuration } from "../derive/format.js";

interface DurationProps {
  readonly ms: number;
  /** Added to its title. */
  readonly note?: string;
}

/** A duration whose number and unit align with those above and below it; the exact value is in its title. */
export function Duration({ ms, note }: DurationProps) {
  const { number, unit } = toDuration(ms);
  return (
    <span class="quantity" title={formatExactDuration(ms) + (note === undefined ? "" : `\n${note}`)}>
      {number} <span class="unit">{unit}</span>
    </span>
  );
}
