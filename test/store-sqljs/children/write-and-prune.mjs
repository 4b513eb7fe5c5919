// Writes numbered batches and deletes old ones, and tells the number of each that was acknowledged and of what it prunes, until it
// is killed.
import { prune } from "@spanbook/core/client";
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file, first, journalMinBytes] = process.argv.slice(2);
const store = await openStore(file, { journalMinBytes: Number(journalMinBytes) });
for (let number = Number(first); ; number++) {
  await store.write(numberedBatch(number));
  tell(`stored ${number}`);
  if (number % 40 === 0) {
    tell(`prune ${number - 9}`);
    await prune(store, { maxTraces: 20 });
  }
}
