// How the SQLite store grows: one file, filled step by step with traces of 10 spans.
import { openStore } from "@spanbook/store-sqljs";
import { newFolder } from "./stores-sqljs.mjs";
import { batchesOf, filters, traceIdOf, writeAll } from "./store-workload.mjs";

const spansPerTrace = 10;

/** @returns {Promise<import("./growth.mjs").Growing>} */
export async function openSqljsGrowth() {
  const file = newFolder()();
  let store = await openStore(file);
  let traceCount = 0;

  const read = (run) => async () => {
    const startMs = performance.now();
    await run();
    return performance.now() - startMs;
  };
  return {
    title: "SQLite file",
    async fillTo(spanCount) {
      const added = spanCount / spansPerTrace - traceCount;
      const startMs = performance.now();
      await writeAll(store, batchesOf({ traceCount: added, spansPerTrace, firstTrace: traceCount + 1 }));
      await store.close();
      const perSpan = ((performance.now() - startMs) * 1000) / (added * spansPerTrace);
      traceCount += added;
      store = await openStore(file);
      return perSpan;
    },
    reads: {
      open: {
        measure: read(async () => (await openStore(file, { readOnly: true })).close()),
      },
      "first page": { atMost: 10, measure: read(() => store.search({ maxResults: 100 })) },
      "tag filter": {
        atMost: 50,
        measure: read(() => store.search({ filter: filters.tag, maxResults: 100 })),
      },
      "tag filter by duration": {
        measure: read(() =>
          store.search({ filter: filters.tag, orderBy: ["execution_time_ms DESC"], maxResults: 100 }),
        ),
      },
      "text filter": { measure: read(() => store.search({ filter: filters.text, maxResults: 100 })) },
      stats: { measure: read(() => store.stats({})) },
      "get of 10 spans": { measure: read(() => store.get(traceIdOf(traceCount / 2))) },
      "100 changes": { measure: read(() => store.changes(0, 100)) },
    },
    close: () => store.close(),
  };
}
