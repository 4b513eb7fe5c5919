// Records 50 traces and is ended by a signal in the same turn, with or without a handler of its own.
import { createTracing } from "@spanbook/core";
import { openStore, tell } from "./numbered.mjs";

const [file, signal, way] = process.argv.slice(2);
const tracing = createTracing({ store: await openStore(file) });
const other = createTracing({ store: await openStore(":memory:") });
other.withSpan(() => 1, { name: "elsewhere" });
if (way === "own handler") {
  process.once(signal, () => setTimeout(() => (tell("handled"), process.exit(7)), 50));
}
for (let count = 0; count < 50; count++) tracing.withSpan(() => count, { name: `answer ${count}` });
if (way === "no signal") tell("recorded");
else process.kill(process.pid, signal);
