import { prune } from "@spanbook/core/client";
import { numberedBatch, tell } from "./numbered.mjs";

/**
 * Writes numbered batches and deletes old ones, and prints the number of each acknowledged batch and what it prunes, until the
 * process is killed.
 */
export async function writeAndPrune(store, first) {
  for (let number = first; ; number++) {
    await store.write(numberedBatch(number));
    tell(`stored ${number}`);
    if (number % 40 === 0) {
      tell(`prune ${number - 9}`);
      await prune(store, { maxTraces: 20 });
    }
  }
}
