/**
 * One suite for the contract of TraceStore, run on every implementation. The parts follow the contract's methods; each
 * test gets an empty store of its own.
 */
import { describeCases, type OpenStore, type StoreCase } from "./cases.js";
import { checkCalls } from "./calls.js";
import { checkChanges } from "./changes.js";
import type { Check } from "./check.js";
import { checkDeleting } from "./deleting.js";
import { checkFiltering } from "./filtering.js";
import { checkHostileWords } from "./hostile-words.js";
import { checkPatches } from "./patches.js";
import { checkPayloads } from "./payloads.js";
import { checkReading } from "./reading.js";
import { checkRecorders } from "./recorders.js";
import { checkSearching } from "./searching.js";
import { checkStats } from "./stats.js";
import { checkSummaries } from "./summaries.js";
import { checkTimes } from "./times.js";
import { checkWriting } from "./writing.js";

export interface ConformanceOptions {
  /** Where a store may deviate: the title of a test, and the reason why it is skipped. */
  readonly deviations?: Readonly<Record<string, string>>;
}

const parts: readonly (readonly [string, (check: Check) => void])[] = [
  ["writing", checkWriting],
  ["recorders", checkRecorders],
  ["summaries", checkSummaries],
  ["patches", checkPatches],
  ["payloads", checkPayloads],
  ["reading", checkReading],
  ["searching", checkSearching],
  ["deleting", checkDeleting],
  ["stats", checkStats],
  ["changes", checkChanges],
  ["times", checkTimes],
  ["calls", checkCalls],
  ["filtering", checkFiltering],
  ["hostile words", checkHostileWords],
];

/** The whole suite. */
export const storeCases: readonly StoreCase[] = parts.flatMap(([part, checkPart]) => {
  const cases: StoreCase[] = [];
  checkPart((title, body) => {
    cases.push({
      group: part,
      title,
      async run(open) {
        const store = await open();
        try {
          await body(store);
        } finally {
          await store.close();
        }
      },
    });
  });
  return cases;
});

/** The suite for one implementation. `open` gives an empty store every time; the suite closes it. */
export function describeTraceStore(
  name: string,
  open: OpenStore,
  { deviations }: ConformanceOptions = {},
): void {
  describeCases(name, storeCases, (storeCase) => storeCase.run(open), deviations);
}
