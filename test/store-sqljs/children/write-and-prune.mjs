// Writes and prunes until it is killed; see writing.mjs.
import { openStore, tell } from "./numbered.mjs";
import { writeAndPrune } from "./writing.mjs";

const [file, first, journalMinBytes] = process.argv.slice(2);
tell("ready");
await writeAndPrune(await openStore(file, { journalMinBytes: Number(journalMinBytes) }), Number(first));
