// Ends in one of several ways right after handing over batches 1 to 200, the last of which an exit handler writes.
import { numberedBatch, openStore, tell } from "./numbered.mjs";

const [file, way] = process.argv.slice(2);
const store = await openStore(file);
process.on("exit", () => {
  if (way !== "by itself") store.writeSync(numberedBatch(200));
});
if (way === "signal") process.on("SIGTERM", () => process.exit(1));
for (let number = 1; number < 200; number++) store.write(numberedBatch(number)).catch(() => undefined);
switch (way) {
  case "process.exit":
    process.exit(0);
    break;
  case "exception":
    throw new Error("uncaught");
  case "rejection":
    await Promise.reject(new Error("unhandled"));
    break;
  case "signal":
    process.kill(process.pid, "SIGTERM");
    break;
  case "by itself":
    store.write(numberedBatch(200)).then(() => tell("acknowledged"));
}
