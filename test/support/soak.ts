/** Whether randomised tests should try as much as they can: SPANBOOK_SOAK=1, which `npm run soak` sets. */
export const isSoak = process.env["SPANBOOK_SOAK"] === "1";

/** The seeds from 1 to `count`, or, to repeat what failed, those that are left from SPANBOOK_SEED on. */
export function seedsUpTo(count: number): readonly number[] {
  const first = Number(process.env["SPANBOOK_SEED"] ?? 1);
  return Array.from({ length: Math.max(1, count - first + 1) }, (_, index) => first + index);
}
