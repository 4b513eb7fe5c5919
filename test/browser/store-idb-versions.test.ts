/**
 * Databases of every version of the layout, as they were written: test/fixtures/store-idb. When the version is raised, write
 * the new one with WRITE_FIXTURE=1, and never change it again.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Batch, TraceStore } from "@spanbook/core/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf } from "../conformance/check.js";
import { aBatch, aPatch, aSpan, recordOf, tokens, traceId } from "../support/spans.js";
import { useBrowser } from "./browsers.js";
import type { DatabaseDump } from "./support/database-dump.js";
import { openRemoteStore, type RemoteStore } from "./support/remote-store.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

interface Fixture {
  readonly batches: readonly Batch[];
  /** A trace that was deleted after the batches. */
  readonly deleted: string;
  readonly database: DatabaseDump;
}

const folder = new URL("../fixtures/store-idb/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Fixture;

let site: TestSite;

beforeAll(async () => {
  site = await servePages({
    pages: { "/": { html: `<title>store</title><script type="module" src="/store-page.js"></script>` } },
    modules: { "store-page": "test/browser/support/store-page.ts" },
  });
});

afterAll(() => site.close());

describe("chromium", () => {
  const browser = useBrowser("chromium");
  let count = 0;

  /** A page with an open store, through which others can be made. */
  async function openPage(context: Parameters<typeof browser>[0]) {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/`);
    const open = (name: string) => openRemoteStore(page, name);
    return { open, beside: await open("beside"), newName: () => `versions ${++count}` };
  }

  test("the layout is that of the newest database in the fixtures", async (context) => {
    const { open, beside, newName } = await openPage(context);
    const name = newName();
    const store = await open(name);
    for (const batch of batches) await store.write(batch);
    await store.delete({ traceIds: [deleted] });
    await store.close();
    const database = await beside.extra<DatabaseDump>("dump", name);
    const file = `version-${database.version}.json`;
    if (process.env["WRITE_FIXTURE"] === "1" && !existsSync(new URL(file, folder))) {
      const fixture: Fixture = { batches, deleted, database };
      writeFileSync(new URL(file, folder), JSON.stringify(fixture, null, 1));
    }
    expect(toLayout(database)).toEqual(toLayout(read(file).database));
  });

  test.for(files)(
    "a database of %s opens and reads as it was written, and accepts more",
    async (file, context) => {
      const { open, beside, newName } = await openPage(context);
      const fixture = read(file);
      const name = newName();
      await beside.extra("restore", name, fixture.database);
      const memory = createMemoryStore();
      for (const batch of fixture.batches) await memory.write(batch);
      await memory.delete({ traceIds: [fixture.deleted] });
      const store = await open(name);
      await expectSame(store, memory);
      for (const each of [store, memory]) await each.write(late);
      await expectSame(store, memory);
    },
  );

  test("a database of a newer version is left as it is, with a StoreVersionError", async (context) => {
    const { open, beside, newName } = await openPage(context);
    const name = newName();
    const newer = { version: 1000, stores: [] };
    await beside.extra("restore", name, newer);
    expect(await outcomeOf(open(name))).toBe("StoreVersionError");
    expect(await beside.extra("dump", name)).toEqual(newer);
  });
});

async function expectSame(store: RemoteStore, memory: TraceStore): Promise<void> {
  const filters = [
    "",
    "tag.topic = 'law'",
    "trace.text LIKE '%large%'",
    "span.type = 'LLM'",
    "status = 'ERROR'",
  ];
  for (const filter of filters) {
    const query = { filter, includeSpans: true };
    const [got, expected] = await Promise.all([store.search(query), memory.search(query)]);
    expect(withoutRevisions(got.traces)).toEqual(withoutRevisions(expected.traces));
    expect(await store.stats({ filter })).toEqual(await memory.stats({ filter }));
  }
  const changed = async (each: TraceStore) =>
    (await each.changes(0, 100)).changes.map((change) => `${change.traceId} ${change.deleted}`).sort();
  expect(await changed(store)).toEqual(await changed(memory));
}

function withoutRevisions(traces: readonly { readonly info: object; readonly data: object }[]): unknown[] {
  return traces.map(({ info, data }) => ({ info: { ...info, revision: 0 }, data }));
}

function toLayout({ version, stores }: DatabaseDump): unknown {
  return {
    version,
    stores: stores.map(({ records, ...store }) => ({ ...store, isEmpty: records.length === 0 })),
  };
}

/** Every kind of row: small and large payloads, rewritten and open spans, patches before their trace, what is deleted. */
const deleted = traceId(4);
const batches: readonly Batch[] = [
  aBatch(
    [
      recordOf(aSpan({ trace: 1, open: true }), 1),
      aSpan({ trace: 1, id: 2, parent: 1, type: "LLM", model: "gpt", usage: tokens(3, 4), inputs: "why?" }),
    ],
    {
      id: "batch-1",
      recorderId: "one",
      patches: [
        aPatch(1, { op: "setTag", key: "topic", value: "law" }),
        aPatch(2, { op: "setTag", key: "a", value: "b" }, 7),
      ],
      origins: {
        resources: { r: { attributes: { "service.name": "demo" } } },
        scopes: { s: { name: "scope" } },
      },
    },
  ),
  aBatch(
    [
      recordOf(
        aSpan({
          trace: 1,
          status: "ERROR",
          outputs: "so",
          sessionId: "s1",
          fields: { resourceId: "r", scopeId: "s" },
        }),
        2,
      ),
      ...Array.from({ length: 3 }, (_, index) =>
        aSpan({
          trace: 2,
          id: index + 1,
          startMs: index,
          experimentId: "7",
          inputs: `large ${"x".repeat(8000)}`,
        }),
      ),
      recordOf(aSpan({ trace: 3, open: true, startMs: 9 }), 1),
      aSpan({ trace: 4, startMs: 5 }),
    ],
    { id: "batch-2", recorderId: "one", final: true },
  ),
];

/** From a recorder that is gone: what was deleted stays deleted. */
const late = aBatch(
  [
    aSpan({ trace: 4, id: 2 }),
    recordOf(aSpan({ trace: 3, startMs: 9 }), 2),
    aSpan({ trace: 5, inputs: "large" }),
    aSpan({ trace: 7 }),
  ],
  { id: "batch-3", recorderId: "one", patches: [aPatch(3, { op: "setTag", key: "topic", value: "law" }, 3)] },
);
