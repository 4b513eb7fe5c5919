// Opens a file, uses it, and forgets to close it; then it has nothing left to do.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file] = process.argv.slice(2);
const store = await openStore(file);
await store.write(numberedBatch(1));
tell((await store.search({})).traces.length);
