/**
 * The page in which the conformance suite runs, beside its store: a case makes many calls, and each would be slow
 * through the browser's driver.
 */
import { openStore } from "@spanbook/store-idb";
import { deleteDB, openDB } from "idb";
import { casesFor } from "./conformance-cases.js";
import { toText } from "./plain-text.js";

export interface ConformancePage {
  /**
   * Runs the case at an index of {@link casesFor} a seed, on stores of a kind. Returns nothing if it holds, and otherwise
   * a {@link CaseFailure} as text.
   */
  run(seed: number, index: number, kind: string): Promise<string | undefined>;
}

/** What a case threw; `actual` and `expected` if something was compared. */
export interface CaseFailure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

const storeName = "conformance";

const page: ConformancePage = {
  async run(seed, index, kind) {
    try {
      await casesFor(seed)[index]!.run(async () => {
        await emptyDatabase(`spanbook:${storeName}`);
        const store = await openStore(storeName);
        if (store.kind !== kind) throw new Error(`expected a store of kind ${kind}, got ${store.kind}`);
        return store;
      });
      return undefined;
    } catch (error) {
      const { name, message, stack, actual, expected } = error as CaseFailure;
      return toText({ name, message, stack, actual, expected } satisfies CaseFailure);
    }
  },
};

/** Firefox takes 60 ms to make a database, and 5 to empty one. */
async function emptyDatabase(name: string): Promise<void> {
  const database = await openDB(name);
  const stores = [...database.objectStoreNames];
  if (stores.length === 0) {
    database.close();
    return deleteDB(name);
  }
  const transaction = database.transaction(stores, "readwrite");
  await Promise.all([...stores.map((store) => transaction.objectStore(store).clear()), transaction.done]);
  database.close();
}

Object.assign(globalThis, { conformancePage: page });
