import { createMemoryStore } from "@spanbook/core/memory";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf } from "../conformance/check.js";
import { createRandom } from "../support/random.js";
import { aBatch, aPatch, aSpan, epochMs, getInfo, recordOf, searchInfos, traceId } from "../support/spans.js";
import { withoutRevisions } from "../support/without-revisions.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import { openRemoteStore, type RemoteStore } from "./support/remote-store.js";
import { servePages, type TestSite } from "./support/serve-pages.js";
import type { StorePageOptions } from "./support/store-page.js";

let site: TestSite;

const storePage = `<title>store</title><script type="module" src="/store-page.js"></script>`;
const listen = `<script>addEventListener("message", ({ data }) => (globalThis.told = data))</script>`;
const noWorker = { "content-security-policy": "worker-src 'none'" };
const ownWorker = { "content-security-policy": "worker-src 'self'" };

beforeAll(async () => {
  site = await servePages({
    pages: {
      "/": { html: storePage },
      "/no-worker": { html: storePage, headers: noWorker },
      "/own-worker": { html: storePage, headers: ownWorker },
      "/blank": { html: "<title>elsewhere</title>" },
      "/sandbox": { html: `${listen}<iframe sandbox="allow-scripts" src="/frame"></iframe>` },
      "/frame": { html: `<script type="module" src="/frame-page.js"></script>` },
    },
    modules: {
      "store-page": "test/browser/support/store-page.ts",
      "frame-page": "test/browser/support/frame-page.ts",
    },
    scripts: {
      worker: "packages/store-idb/src/worker.ts",
      "recording-worker": "test/browser/support/recording-worker.ts",
    },
  });
});

afterAll(() => site.close());

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);
  const pages: TestPage[] = [];
  let count = 0;
  const newName = () => `${name} ${++count}`;

  async function openPage(context: Parameters<typeof browser>[0], path = "/"): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    pages.push(page);
    await page.goto(site.origin + path);
    return page;
  }

  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close().catch(() => undefined)));
  });

  const names = async (store: RemoteStore) => (await searchInfos(store)).map((info) => info.name).sort();
  const failuresOf = (store: RemoteStore) => store.extra<string[]>("failures");

  test("traces are there after a reload", async (context) => {
    const page = await openPage(context);
    const store = newName();
    const before = await openRemoteStore(page, store);
    expect(before.kind).toBe("idb-worker");
    await before.write(aBatch([aSpan({ name: "kept" })]));
    await page.goto(`${site.origin}/`);
    expect(await names(await openRemoteStore(page, store))).toEqual(["kept"]);
  });

  test("stores with different names are separate", async (context) => {
    const page = await openPage(context);
    const [one, two] = [await openRemoteStore(page, newName()), await openRemoteStore(page, newName())];
    await one.write(aBatch([aSpan()]));
    expect(await names(two)).toEqual([]);
  });

  describe("when the browser allows", () => {
    test("no worker, the store runs in the page and says so once", async (context) => {
      const store = await openRemoteStore(await openPage(context, "/no-worker"), newName());
      await store.write(aBatch([aSpan()]));
      expect([store.kind, await failuresOf(store), await names(store)]).toEqual([
        "idb-page",
        ["Error: the store runs in the page itself: no worker can be started"],
        ["answer"],
      ]);
    });

    test("no worker from a blob, the page's own is used", async (context) => {
      const page = await openPage(context, "/own-worker");
      const store = await openRemoteStore(page, newName(), { worker: "/worker.js" });
      await store.write(aBatch([aSpan()]));
      expect([store.kind, await failuresOf(store), await names(store)]).toEqual([
        "idb-worker",
        [],
        ["answer"],
      ]);
    });

    test("no IndexedDB, as in a sandboxed frame, traces are kept in memory, and the store says so once", async (context) => {
      const page = await openPage(context, "/sandbox");
      await page.waitFor("globalThis.told !== undefined");
      expect(await page.evaluate("told")).toEqual({
        kind: "memory",
        failures: ["traces are kept in memory only: IndexedDB is not allowed here"],
        names: ["in a frame"],
      });
    });
  });

  test("workers and service workers can open stores of their own", async (context) => {
    const page = await openPage(context);
    const [names, store] = [["in a worker"], newName()];
    expect(await page.evaluate(askWorker, store)).toEqual({ kind: "idb-worker", failures: [], names });
    expect(await page.evaluate(askServiceWorker, newName())).toEqual({
      kind: "idb-page",
      failures: ["the store runs in the page itself: no worker can be started"],
      names,
    });
    expect(await searchInfos(await openRemoteStore(page, store))).toHaveLength(1);
  });

  test("a database that a page deletes while it is open is recreated, and its observers go on", async (context) => {
    const page = await openPage(context);
    const name = newName();
    const store = await openRemoteStore(page, name);
    for (const trace of [1, 2, 3]) await store.write(aBatch([aSpan({ trace })]));
    const { revision } = await store.changes(0, 10);
    await page.evaluate(deleteDatabase, `spanbook:${name}`);
    await store.write(aBatch([aSpan({ trace: 4, name: "after" })]));
    expect(await names(store)).toEqual(["after"]);
    const { changes, isAnew, revision: later } = await store.changes(revision, 10);
    expect(changes).toHaveLength(1);
    expect(isAnew).toBe(true);
    expect(await store.changes(later, 10)).toEqual({ changes: [], revision: later, hasMore: false });
    await page.evaluate(deleteDatabase, `spanbook:${name}`);
    const { isAnew: isAnewAgain, revision: last } = await store.changes(later, 10);
    expect(isAnewAgain).toBe(true);
    expect((await store.changes(last, 10)).isAnew).toBeUndefined();
  });

  test("a filter reads the payloads of the spans that it asks about, and no others", async (context) => {
    const page = await openPage(context);
    const name = newName();
    const store = await openRemoteStore(page, name);
    // Large enough to be stored apart, in chunks of 128.
    const spans = Array.from({ length: 1000 }, (_, index) =>
      aSpan({
        id: index + 1,
        type: index === 900 ? "TOOL" : "LLM",
        inputs: `${index} ${"x".repeat(200)}`,
        attributes: { index },
      }),
    );
    await store.write(aBatch(spans));
    const find = async (filter: string) => (await searchInfos(store, { filter })).length;
    expect(await find("span.content LIKE '999 x%'")).toBe(1);
    expect(await find("trace.text NOT LIKE '1000 x%' AND NOT span.attributes.index >= 1000")).toBe(1);
    const readable = { database: `spanbook:${name}`, index: 7 };
    expect(await page.evaluate(spoilOtherPayloads, readable)).toBe(7);
    expect(await find("span.type = 'TOOL' AND span.attributes.index = 900")).toBe(1);
    expect(await find("span.type = 'TOOL' AND span.content LIKE '999 x%'")).toBe(0);
    expect(await find("span.duration_ms >= 0 AND NOT span.type = 'AGENT'")).toBe(1);
    expect(await find("span.content LIKE '900 x%'")).toBe(1);
    expect(await outcomeOf(find("span.attributes.index = 5"))).toBe("SyntaxError");
  });

  test("a filter that walks many pages of the index finds the same as in the memory store", async (context) => {
    const [store, memory] = [await openRemoteStore(await openPage(context), newName()), createMemoryStore()];
    const spans = Array.from({ length: 1200 }, (_, index) =>
      aSpan({
        trace: index + 1,
        startMs: (index * 7) % 50,
        name: `name ${index % 11}`,
        type: index % 3 === 0 ? "TOOL" : "LLM",
        attributes: { index },
        experimentId: index % 2 === 0 ? "7" : "8",
        ...(index % 40 === 0 && { sessionId: "s1" }),
        ...(index % 50 === 0 && { status: "ERROR" as const }),
      }),
    );
    const tag = (trace: number) =>
      aPatch(trace, { op: "setTag", key: "topic", value: trace % 4 === 0 ? "law" : "art" }, trace);
    // Enough transactions that the text index merges some of its rows and leaves others.
    for (let start = 0; start < spans.length; start += 16) {
      const part = spans.slice(start, start + 16);
      const batch = aBatch(part, { patches: part.map((_, index) => tag(start + index + 1)) });
      for (const each of [store, memory]) await each.write(batch);
    }
    const rewritten = spans
      .slice(0, 40)
      .map((span) => recordOf({ ...span, name: "newer", attributes: { index: -1 } }, 9));
    for (const each of [store, memory]) {
      await each.write(
        aBatch(rewritten, { patches: [aPatch(9999, { op: "setTag", key: "topic", value: "law" }, 1)] }),
      );
      await each.delete({ traceIds: Array.from({ length: 100 }, (_, index) => traceId(index * 9 + 1)) });
    }
    const random = createRandom(1);
    const filters = [
      "name = 'name 4'",
      "span.type = 'TOOL' AND name != 'name 5'",
      "trace.text LIKE '1100'",
      "trace.text LIKE '%111%' OR trace.text LIKE '%_107%'",
      "span.type = 'TOOL' AND span.content LIKE '%tool%'",
      "tag.topic = 'law' AND name != 'name 5'",
      "session_id = 's1' AND tag.topic = 'law'",
      "status = 'ERROR' AND NOT session_id = 's1'",
      "name = 'newer' OR tag.topic = 'law' AND status = 'ERROR'",
      `tag.topic = 'art' AND timestamp_ms > ${epochMs + 30} AND span.attributes.index > 900`,
      `timestamp_ms >= ${epochMs + 10} AND (name != 'name 5' AND timestamp < ${epochMs + 12.5})`,
      `timestamp_ms > ${epochMs + 48} OR timestamp_ms = ${epochMs + 7}`,
      `timestamp_ms = ${epochMs + 7}`,
      `timestamp_ms <= -1`,
      `timestamp_ms < 1e300 AND timestamp_ms > ${epochMs + 48.5}`,
    ];
    const orders = [[], ["timestamp_ms"], ["name DESC", "timestamp_ms"]];
    for (const filter of filters) {
      for (const orderBy of random.shuffle(orders).slice(0, 2)) {
        const experimentIds = random.pick([["7"], ["7", "8"]]);
        const query = { filter, orderBy, maxResults: 60, experimentIds };
        const [page, expected] = await Promise.all([store.search(query), memory.search(query)]);
        expect(withoutRevisions(page)).toEqual(withoutRevisions(expected));
        const { nextPageToken: pageToken } = page;
        if (pageToken === undefined) continue;
        const next = { ...query, pageToken };
        const [rest, expectedRest] = [await store.search(next), await memory.search(next)];
        expect(withoutRevisions(rest)).toEqual(withoutRevisions(expectedRest));
      }
      expect(await store.stats({ filter })).toEqual(await memory.stats({ filter }));
    }
  });

  test("a trace that another tab rewrites while it is searched is found as it was or as it is", async (context) => {
    const name = newName();
    const open = async () => openRemoteStore(await openPage(context), name);
    const [one, two] = [await open(), await open()];
    const write = (version: number) =>
      two.write(
        aBatch(
          Array.from({ length: 300 }, (_, index) =>
            recordOf(
              aSpan({ id: index + 1, inputs: `${index} ${"x".repeat(200)}`, attributes: { version } }),
              version,
            ),
          ),
        ),
      );
    await write(1);
    const searches = [2, 3, 4, 5, 6].map(async (version) => {
      const writing = write(version);
      const found = await searchInfos(one, { filter: "NOT span.attributes.version > 6" });
      await writing;
      return found.length;
    });
    expect(await Promise.all(searches)).toEqual([1, 1, 1, 1, 1]);
  });

  describe("two tabs", () => {
    async function openTwo(context: Parameters<typeof browser>[0], options?: StorePageOptions) {
      const store = newName();
      const open = async () => openRemoteStore(await openPage(context), store, options);
      return [await open(), await open()] as const;
    }

    test("see each other's traces, and are woken by them", async (context) => {
      const [one, two] = await openTwo(context);
      await one.write(aBatch([aSpan({ trace: 1, name: "one" })]));
      await two.write(aBatch([aSpan({ trace: 2, name: "two" })]));
      expect(await names(one)).toEqual(["one", "two"]);
      expect(await names(two)).toEqual(["one", "two"]);
      for (const store of [one, two]) {
        await expect.poll(() => store.extra<number>("changeCount")).toBeGreaterThanOrEqual(2);
      }
    });

    test("observe each other, and go on from a revision after a reload", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const one = await openRemoteStore(page, store);
      const two = await openRemoteStore(await openPage(context), store);
      const told = (by: RemoteStore) => by.extra<{ traceIds: string[]; revision: number }>("told");
      await two.write(aBatch([aSpan({ trace: 1 })]));
      await one.extra("observe", 0);
      await expect.poll(async () => (await told(one)).traceIds).toEqual([traceId(1)]);
      await two.write(aBatch([aSpan({ trace: 2 })]));
      await two.write(aBatch([aSpan({ trace: 2, id: 2, parent: 1 })]));
      await two.delete({ traceIds: [traceId(1)] });
      const { revision } = await two.changes(0, 10);
      await expect.poll(async () => (await told(one)).revision).toBe(revision);
      expect(new Set((await told(one)).traceIds)).toEqual(new Set([1, 2].map(traceId)));
      await page.goto(`${site.origin}/`);
      await two.write(aBatch([aSpan({ trace: 3 })]));
      const reopened = await openRemoteStore(page, store);
      await reopened.extra("observe", revision);
      await expect.poll(() => told(reopened)).toEqual({ traceIds: [traceId(3)], revision: revision + 1 });
    });

    test("write spans of one trace at once and lose none, and no two changes share a revision", async (context) => {
      const [one, two] = await openTwo(context);
      const write = async (store: RemoteStore, tab: number) => {
        const batches = Array.from({ length: 40 }, (_, index) =>
          aBatch(
            [aSpan({ trace: 1, id: 1000 * tab + index + 2, parent: 1 }), aSpan({ trace: 100 * tab + index })],
            { recorderId: `tab-${tab}` },
          ),
        );
        await Promise.all(batches.map((batch) => store.write(batch)));
      };
      await Promise.all([write(one, 1), write(two, 2)]);
      for (const store of [one, two]) {
        expect((await getInfo(store)).spanCount).toBe(80);
        expect((await store.get(traceId(1)))?.data.spans).toHaveLength(80);
        const { changes } = await store.changes(0, 10_000);
        expect(new Set(changes.map(({ revision }) => revision)).size).toBe(81);
      }
    });

    test("see each other's newer records, deletions and revivals", async (context) => {
      const [one, two] = await openTwo(context);
      await one.write(aBatch([recordOf(aSpan({ open: true, name: "draft" }), 1)]));
      await two.write(aBatch([recordOf(aSpan({ name: "final" }), 2)]));
      await one.write(aBatch([recordOf(aSpan({ open: true, name: "late" }), 1)]));
      expect(await names(one)).toEqual(["final"]);
      expect((await getInfo(one)).spanCount).toBe(1);
      await two.delete({ traceIds: [traceId(1)] });
      await one.write(aBatch([aSpan({ name: "late" })]));
      expect(await names(one)).toEqual([]);
      await two.write(aBatch([aSpan({ id: 2, name: "imported" })], { recorderId: "import" }));
      expect((await one.get(traceId(1)))?.data.spans.map((span) => span.name)).toEqual(["imported"]);
    });

    test("see a trace in progress while its tab lives, and unfinished once it is gone, which is a change", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const one = await openRemoteStore(page, store);
      const two = await openRemoteStore(await openPage(context), store);
      await one.extra("recordOpen", "running");
      const states = async () => (await searchInfos(two)).map(({ state }) => state);
      expect(await states()).toEqual(["IN_PROGRESS"]);
      const { revision } = await two.changes(0, 10);
      await page.close();
      await expect.poll(states).toEqual(["UNFINISHED"]);
      expect((await two.changes(revision, 10)).changes).toHaveLength(1);
    });

    test("let go of the database when another page upgrades it, and say why to later calls", async (context) => {
      const store = newName();
      const one = await openRemoteStore(await openPage(context), store);
      await one.write(aBatch([aSpan()]));
      const page = await openPage(context);
      await page.evaluate(upgradeDatabase, `spanbook:${store}`);
      expect(await outcomeOf(one.search({}))).toBe("StoreVersionError");
      expect(await outcomeOf(one.write(aBatch([aSpan()])))).toBe("StoreVersionError");
      expect(await outcomeOf(openRemoteStore(page, store))).toBe("StoreVersionError");
      await one.close();
    });
  });

  describe("a tab that closes", () => {
    const batches = Array.from({ length: 20 }, (_, batch) =>
      aBatch(
        Array.from({ length: 50 }, (_, index) => aSpan({ trace: batch * 50 + index + 1 })),
        { id: `batch-${batch}` },
      ),
    );

    test("keeps what was acknowledged", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const closing = await openRemoteStore(page, store);
      await closing.write(batches[0]!);
      await closing.write(batches[1]!);
      await closing.extra("writeWithoutWaiting", batches.slice(2));
      await page.close();
      const next = await openRemoteStore(await openPage(context), store);
      const { traceCount } = await next.stats({});
      expect(traceCount).toBeGreaterThanOrEqual(100);
      expect(traceCount % 50).toBe(0);
    });

    test("keeps what was written synchronously, and the next store writes it", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const closing = await openRemoteStore(page, store);
      await closing.extra("writeWithoutWaiting", batches.slice(1));
      await closing.writeSync(batches[0]!);
      await page.close();
      const next = await openRemoteStore(await openPage(context), store);
      // The page's lock may be released a moment later.
      await expect.poll(async () => (await next.stats({})).traceCount).toBe(1000);
      await expect.poll(() => next.extra("copies")).toEqual([]);
    });

    test("loses nothing that has ended when it is left for another page", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const recording = await openRemoteStore(page, store);
      const traces = Array.from({ length: 300 }, (_, index) => `trace ${index}`);
      await recording.extra("record", traces);
      await page.goto(`${site.origin}/blank`);
      await page.goto(`${site.origin}/`);
      const next = await openRemoteStore(page, store);
      await expect.poll(async () => (await next.stats({})).traceCount).toBe(300);
    });

    test("removes its copy once all is written, if it stays open after all", async (context) => {
      const store = await openRemoteStore(await openPage(context), newName());
      await store.writeSync(batches[0]!);
      await expect.poll(() => store.extra("copies")).toEqual([]);
      expect((await store.stats({})).traceCount).toBe(50);
    });

    test("says what does not fit in its copy, and keeps the rest", async (context) => {
      const store = newName();
      const page = await openPage(context);
      const closing = await openRemoteStore(page, store);
      const large = Array.from({ length: 20 }, (_, index) =>
        aSpan({ trace: index + 1, inputs: "x".repeat(100_000) }),
      );
      await expect(closing.writeSync(aBatch(large))).rejects.toMatchObject({
        name: "QuotaExceededError",
        message: expect.stringMatching(/: \d+ spans are lost if the page closes now$/),
      });
    });

    test.for([
      ["its copy", 0, 100_000],
      ["beside what the site itself keeps there", 150_000, 20_000],
    ] as const)("has what did not fit %s counted by the next store", async ([, left, size], context) => {
      const store = newName();
      const holder = await openRemoteStore(await openPage(context), store);
      const page = await openPage(context);
      const closing = await openRemoteStore(page, store);
      await holder.extra("holdDatabase", store);
      // By the page itself: what another tab writes may reach its process a little later.
      if (left > 0) await closing.extra("fillLocalStorage", left);
      const large = Array.from({ length: 20 }, (_, index) =>
        aSpan({ trace: index + 1, inputs: "x".repeat(size) }),
      );
      expect(await outcomeOf(closing.writeSync(aBatch(large)))).toBe("QuotaExceededError");
      await page.close();
      await holder.extra("letGo");
      const next = await openRemoteStore(await openPage(context), store);
      const taken = async () => (await next.stats({})).traceCount;
      // The closed page may hold its copy for some time yet.
      await expect.poll(taken).toBeGreaterThan(left > 0 ? 2 : 10);
      const traceCount = await taken();
      await expect
        .poll(() => next.extra("failures"))
        .toEqual([
          `QuotaExceededError: an earlier page was closed before it had written everything: ${20 - traceCount} spans are lost`,
        ]);
      await next.extra("emptyLocalStorage");
    });
  });

  test("calls pending when the worker is terminated may reject with StoreWorkerError, and later ones do", async (context) => {
    const store = await openRemoteStore(await openPage(context), newName(), { isMortal: true });
    await store.write(aBatch([aSpan()]));
    const pending = [store.write(aBatch([aSpan({ trace: 2 })])), store.stats({})];
    const outcomes = pending.map(outcomeOf);
    await store.extra("killWorker");
    const [write, stats] = await Promise.all(outcomes);
    expect(["resolved", "StoreWorkerError"]).toContain(write);
    expect(["resolved", "StoreWorkerError"]).toContain(stats);
    await expect.poll(() => outcomeOf(store.search({}))).toBe("StoreWorkerError");
  });
});

describe("chromium, whose quota can be set", () => {
  const browser = useBrowser("chromium");

  test("a batch over the quota rejects with QuotaExceededError and leaves nothing; with more room it is stored", async (context) => {
    const { chromium: page, ...testPage } = await (await browser(context)).openPage();
    const session = await page!.context().newCDPSession(page!);
    const setQuota = (quotaSize: number) =>
      session.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize });
    await setQuota(1_000_000);
    await testPage.goto(`${site.origin}/`);
    const store = await openRemoteStore(testPage, "small");
    await store.write(aBatch([aSpan({ name: "small" })]));
    // Random, because Chromium compresses.
    const random = createRandom(1);
    const digits = () => Array.from({ length: 50_000 }, () => random.integer(0, 9)).join("");
    const large = aBatch(
      Array.from({ length: 80 }, (_, index) => aSpan({ trace: index + 2, inputs: digits() })),
    );
    expect(await outcomeOf(store.write(large))).toBe("QuotaExceededError");
    expect((await searchInfos(store)).map((info) => info.name)).toEqual(["small"]);
    await setQuota(1_000_000_000);
    await expect.poll(() => outcomeOf(store.write(large)), { timeout: 30_000 }).toBe("resolved");
    expect((await store.stats({})).traceCount).toBe(81);
  });
});

/** In the page: what a later version of the library would do. Resolves when the database is upgraded. */
function upgradeDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1000);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error as Error);
  });
}

/** In the page. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error as Error);
  });
}

/** In the page: has a worker record into a store of that name; returns what it reports. */
function askWorker(name: string): Promise<unknown> {
  return new Promise((resolve) => {
    const worker = new Worker("/recording-worker.js");
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(name);
  });
}

/** The same with a service worker. */
async function askServiceWorker(name: string): Promise<unknown> {
  const { installing, active } = await navigator.serviceWorker.register("/recording-worker.js");
  return new Promise((resolve) => {
    navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
    (installing ?? active)?.postMessage(name);
  });
}

/** In the page: makes the payloads of every chunk but one unreadable; returns how many that were. */
async function spoilOtherPayloads({ database, index }: { database: string; index: number }): Promise<number> {
  const resultOf = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as Error);
    });
  const connection = await resultOf(indexedDB.open(database));
  const payloads = connection.transaction("payloads", "readwrite").objectStore("payloads");
  const rows = (await resultOf(payloads.getAll())) as object[];
  const others = rows.filter((_, place) => place !== index);
  for (const row of others) await resultOf(payloads.put({ ...row, payloads: "spoiled" }));
  connection.close();
  return others.length;
}
