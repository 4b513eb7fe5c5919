// Records many spans below one open root into the store that the argument names, with the built package, and prints the
// recorder's own counts and how much the heap grew. `node --expose-gc million-spans.mjs working 1000000`
import { setImmediate } from "node:timers/promises";
import { createTracing } from "../../../packages/core/dist/index.js";

const [kind, countText] = process.argv.slice(2);
const spanCount = Number(countText);
const maxBufferedSpans = 10_000;

const writes = {
  working: () => Promise.resolve(),
  hanging: () => new Promise(() => undefined),
  rejecting: () =>
    Promise.reject(Object.assign(new Error("the disk is full"), { name: "QuotaExceededError" })),
  refusing: () => Promise.reject(new TypeError("no such store")),
};

const errors = [];
let writeCount = 0;
const write = writes[kind];
const tracing = createTracing({
  store: {
    write(batch) {
      writeCount++;
      return write(batch);
    },
  },
  maxBufferedSpans,
  onError: (error) => errors.push(error.message),
});
const double = tracing.trace((n) => n * 2, { name: "double" });

globalThis.gc();
const heapBefore = process.memoryUsage().heapUsed;
const root = tracing.startSpan({ name: "root" });
let wrong = 0;
for (let done = 0; done < spanCount;) {
  const span = root.run(() => {
    // Some live through a flush: they are written while open, and again when they have ended.
    const longer = tracing.startSpan({ name: "longer" });
    for (let i = 1; i < 500; i++) wrong += Number(double(i) !== i * 2);
    return longer;
  });
  await setImmediate();
  if (done % 50_000 === 0) tracing.flush().catch(() => undefined);
  span.end();
  done += 500;
}
globalThis.gc();
const grownBytes = process.memoryUsage().heapUsed - heapBefore;
const during = tracing.stats();
root.end();
if (kind === "working") await tracing.flush();
const after = tracing.stats();
process.stdout.write(JSON.stringify({ during, after, errors, wrong, writeCount, grownBytes }));
process.exit();
