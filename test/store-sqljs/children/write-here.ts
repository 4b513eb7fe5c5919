// Like write-and-prune, but without a worker thread, so it starts in a third of the time. Bundled before it is run.
import { openHere } from "../../../packages/store-sqljs/src/opening.js";
import { tell } from "./numbered.mjs";
import { writeAndPrune } from "./writing.mjs";

const [path = "", first, journalMinBytes] = process.argv.slice(2);
tell("ready");
const options = {
  kind: "file",
  path,
  journalMinBytes: Number(journalMinBytes),
  lockToken: `${process.pid}`,
} as const;
const { store } = await openHere(options, (failure) => {
  throw failure;
});
await writeAndPrune(store, Number(first));
