// Saves while its folder cannot be opened, though files can be put into it, and again when it can be; prints the failures.
import { chmodSync, chownSync } from "node:fs";
import path from "node:path";
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file] = process.argv.slice(2);
const folder = path.dirname(file);
if (process.getuid() === 0) {
  // Root may open any folder.
  chownSync(folder, 65534, 65534);
  process.setuid(65534);
}
const failures = [];
let told;
const hasFailed = new Promise((resolve) => (told = resolve));
function fail({ name, message }) {
  failures.push(`${name}: ${message}`);
  told();
}
const store = await openStore(file, { onError: fail });
await store.write(numberedBatch(1));
chmodSync(folder, 0o300);
process.emit("beforeExit", 0); // when the store saves
await hasFailed;
chmodSync(folder, 0o700);
await store.write(numberedBatch(2));
await store.close().catch(fail);
tell(JSON.stringify(failures));
