// Opens a file, uses it, and forgets to close it; nothing is left to do then.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file] = process.argv.slice(2);
const store = await openStore(file);
await store.write(numberedBatch(1));
tell((await store.search({})).traces.length);
