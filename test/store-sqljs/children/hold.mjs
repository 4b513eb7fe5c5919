// Opens a file for writing, prints the outcome, and holds it until its input ends.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file, spanCount = "0"] = process.argv.slice(2);
try {
  const store = await openStore(file);
  if (spanCount !== "0") await store.write(numberedBatch(1, Number(spanCount)));
  tell("open");
  await new Promise((resolve) => process.stdin.on("close", resolve).resume());
  await store.close();
} catch ({ name, message }) {
  tell(`${name}: ${message}`);
}
