import { formatExactDuration, toDuration } from "../derive/format.js";

/** A duration whose number and unit align with those above and below it; the exact value is in its title. */
export function Duration({ ms }: { readonly ms: number }) {
  const { number, unit } = toDuration(ms);
  return (
    <span class="quantity" title={formatExactDuration(ms)}>
      {number} <span class="unit">{unit}</span>
    </span>
  );
}
