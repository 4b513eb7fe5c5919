// Writes numbered batches, some concurrently, and prints the number of each acknowledged one, until it is killed.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file, first, journalMinBytes] = process.argv.slice(2);
const store = await openStore(file, { journalMinBytes: Number(journalMinBytes) });
tell("open");
for (let number = Number(first); ;) {
  const numbers = Array.from({ length: 1 + (number % 4) }, () => number++);
  await Promise.all(
    numbers.map(async (each) => {
      await store.write(numberedBatch(each));
      tell(each);
    }),
  );
  if (number % 50 === 0) await store.search({ maxResults: 1 });
}
