// Records at a steady rate with retention on, and reports every so often what it holds: heap after a collection, the file and
// its journal, handles, listeners. Run with --expose-gc.
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { createTracing } from "@spanbook/core";
import { openStore } from "@spanbook/store-sqljs";

const { file, endMs, tracesPerSecond, maxTraces, sampleMs, deletedFirst } = JSON.parse(process.argv[2]);
const store = await openStore(file, { onError: fail });
const tracing = createTracing({ store, retention: { maxTraces }, onError: fail });
const answer = tracing.trace(
  async (question) => {
    await tracing.withSpan(() => "x".repeat(2000), { name: "search" });
    return `an answer to ${question}`;
  },
  { name: "ask" },
);

let recorded = 0;
while (recorded < deletedFirst) {
  for (const end = recorded + 1000; recorded < end; recorded++) tracing.withSpan(() => 0, { name: "first" });
  await tracing.flush();
}

const tickMs = 100;
const startMs = Date.now();
let nextSampleMs = startMs + sampleMs;
while (Date.now() < endMs) {
  const due = ((Date.now() - startMs) / 1000) * tracesPerSecond;
  while (recorded - deletedFirst < due) await answer(`question ${recorded++}`);
  if (Date.now() >= nextSampleMs) {
    await tell();
    nextSampleMs += sampleMs;
  }
  await new Promise((resolve) => setTimeout(resolve, tickMs));
}
await tracing.shutdown();
await store.close();

async function tell() {
  await tracing.flush();
  globalThis.gc();
  const { traceCount } = await store.stats({ bucketCount: 1 });
  const folder = path.dirname(file);
  const fileBytes = readdirSync(folder).reduce(
    (sum, name) => sum + statSync(path.join(folder, name)).size,
    0,
  );
  const { heapUsed, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  const descriptors = readdirSync("/proc/self/fd").length;
  const listeners = process.eventNames().reduce((sum, event) => sum + process.listenerCount(event), 0);
  console.log(
    JSON.stringify({
      recorded,
      traceCount,
      heapBytes: heapUsed,
      rssBytes: rss,
      fileBytes,
      handles,
      descriptors,
      listeners,
    }),
  );
}

function fail(error) {
  console.error(error);
  process.exitCode = 1;
}
