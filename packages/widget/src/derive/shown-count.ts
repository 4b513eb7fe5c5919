import { formatCount, formatPlural } from "./format.js";

/** How many traces are shown out of how many: "2 traces", "the newest 50 of 120 traces"; `totalCount` is undefined if unknown. */
export function toShownCount(count: number, totalCount: number | undefined): string {
  if (count === totalCount) return formatPlural(count, "trace");
  return `the newest ${formatCount(count)} of ${totalCount === undefined ? "more" : formatCount(totalCount)} traces`;
}
