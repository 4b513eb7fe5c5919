// Writes a given number of batches, or until one fails, prints the outcome, and writes one more when a line comes in; then it
// closes the store.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file, journalMinBytes, maxBatches] = process.argv.slice(2);
const failures = [];
const onError = (failure) => failures.push(failure.name);
const store = await openStore(file, { onError, journalMinBytes: Number(journalMinBytes) });
let number = 0;
let failure;
while (number < Number(maxBatches) && !failure) {
  await store.write(numberedBatch(number + 1, 20)).then(
    () => number++,
    ({ name, message }) => (failure = `${name}: ${message}`),
  );
}
tell(JSON.stringify({ stored: number, failure }));
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
await store.write(numberedBatch(++number, 20));
const { traces } = await store.search({ maxResults: 1 });
await store.close();
tell(JSON.stringify({ stored: number, newest: Number.parseInt(traces[0].info.traceId, 16), failures }));
