// Opens a file, uses it, and closes it.
import { numberedBatch, openStore } from "./numbered.mjs";

const [file] = process.argv.slice(2);
const store = await openStore(file);
await store.write(numberedBatch(1));
await store.close();
