/**
 * The suite as data: a case can run where its store is, such as in a browser's page, and be reported from here.
 */
import type { TraceStore } from "@spanbook/core/store";
import { describe, it } from "vitest";

/** Gives an empty store every time. Whoever opened it closes it. */
export type OpenStore = () => Promise<TraceStore>;

/** A statement about a store. */
export interface StoreCase {
  readonly group: string;
  readonly title: string;
  /** Rejects if the statement is false for the store. */
  run(open: OpenStore): Promise<void>;
}

/** A test for each case; `run` runs the case, here or elsewhere. `skipReasons` are by title. */
export function describeCases(
  name: string,
  cases: readonly StoreCase[],
  run: (storeCase: StoreCase) => Promise<void>,
  skipReasons: Readonly<Record<string, string>> = {},
): void {
  describe(name, () => {
    for (const group of new Set(cases.map((each) => each.group))) {
      describe(group, () => {
        for (const storeCase of cases.filter((each) => each.group === group)) {
          it(storeCase.title, async (context) => {
            const reason = skipReasons[storeCase.title];
            if (reason !== undefined) context.skip(reason);
            await run(storeCase);
          });
        }
      });
    }
  });
}
