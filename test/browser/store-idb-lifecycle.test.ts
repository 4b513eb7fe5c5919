/** What becomes of traces as pages, workers, tabs, disks and browsers come and go. */
import { execFileSync } from "node:child_process";
import type { RecorderStats } from "@spanbook/core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { outcomeOf } from "../conformance/check.js";
import { createRandom } from "../support/random.js";
import { isSoak } from "../support/soak.js";
import { aBatch, aSpan, searchInfos, traceId } from "../support/spans.js";
import { findBrowser } from "./find-browser.mjs";
import { browserNames, chromiumPage, useBrowser, type TestPage } from "./browsers.js";
import { openRemoteStore, type RemoteStore } from "./support/remote-store.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

let site: TestSite;
/** Other origins, each with a quota of its own. */
let smallSite: TestSite;
let shrinkingSite: TestSite;

beforeAll(async () => {
  const serve = () =>
    servePages({
      pages: {
        "/": { html: `<title>store</title><script type="module" src="/store-page.js"></script>` },
        "/blank": { html: "<title>elsewhere</title>" },
      },
      modules: { "store-page": "test/browser/support/store-page.ts" },
    });
  [site, smallSite, shrinkingSite] = [await serve(), await serve(), await serve()];
});

afterAll(() => Promise.all([site, smallSite, shrinkingSite].map((each) => each.close())));

const countOf = async (store: RemoteStore) => (await store.stats({ bucketCount: 1 })).traceCount;
const namesFrom = (start: number, count: number) =>
  Array.from({ length: count }, (_, index) => `trace ${start + index}`);

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);
  const pages: TestPage[] = [];
  let count = 0;
  const newName = () => `${name} life ${++count}`;

  async function openPage(context: TestContext): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    pages.push(page);
    await page.goto(`${site.origin}/`);
    return page;
  }

  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close().catch(() => undefined)));
  });

  test("a worker that is terminated is replaced, and recording loses nothing", async (context) => {
    const store = await openRemoteStore(await openPage(context), newName());
    await store.extra("record", namesFrom(0, 200));
    await store.extra("killWorkers");
    await store.extra("record", namesFrom(200, 200));
    await store.extra("flush");
    expect(await countOf(store)).toBe(400);
    expect(await store.extra("failures")).toEqual(["StoreWorkerError: the store's worker was ended"]);
  });

  test("a closed store has what was recorded until then, even without a flush", async (context) => {
    const page = await openPage(context);
    const storeName = newName();
    await (await openRemoteStore(page, storeName)).extra("recordAndClose", namesFrom(0, 20));
    expect(await countOf(await openRemoteStore(page, storeName))).toBe(20);
  });

  test("calls pending when a worker is terminated are answered or reject, and later ones are answered", async (context) => {
    const store = await openRemoteStore(await openPage(context), newName());
    await store.write(aBatch([aSpan()]));
    const reads = [store.search({}), store.get(traceId(1)), store.stats({}), store.changes(0, 10)];
    const outcomes = [store.write(aBatch([aSpan({ trace: 2 })])), ...reads].map(outcomeOf);
    await store.extra("killWorkers");
    const [write, ...others] = await Promise.all(outcomes);
    expect(write).toBe("resolved");
    for (const outcome of others) expect(["resolved", "StoreWorkerError"]).toContain(outcome);
    await expect.poll(() => outcomeOf(store.search({}))).toBe("resolved");
    expect(await countOf(store)).toBe(2);
  });

  test("a worker terminated before it has run is given up while opening: the store runs in the page", async (context) => {
    const page = await openPage(context);
    await page.evaluate("storePage.endWorkersAtStart(1)");
    const store = await openRemoteStore(page, newName());
    expect(store.kind).toBe("idb-page");
    await store.extra("record", namesFrom(0, 20));
    await store.extra("flush");
    expect(await countOf(store)).toBe(20);
    expect(await store.extra("failures")).toEqual([
      "Error: the store runs in the page itself: no worker can be started",
    ]);
  });

  test("workers terminated before they have run are replaced, and recording loses nothing", async (context) => {
    const page = await openPage(context);
    const store = await openRemoteStore(page, newName());
    await page.evaluate("storePage.endWorkersAtStart(2)");
    await store.extra("killWorkers");
    await store.extra("record", namesFrom(0, 200));
    await store.extra("flush");
    expect([store.kind, await countOf(store)]).toEqual(["idb-worker", 200]);
    expect(await store.extra("failures")).toEqual(["StoreWorkerError: the store's worker was ended"]);
  });

  test("two tabs can write 10,000 spans each at once", async (context) => {
    const name = newName();
    const open = async () => openRemoteStore(await openPage(context), name);
    const tabs = [await open(), await open()];
    const write = (store: RemoteStore, tab: number) => {
      const batches = Array.from({ length: 10 }, (_, batch) =>
        aBatch(
          Array.from({ length: 1000 }, (_, index) =>
            aSpan({ trace: tab * 1000 + batch * 10 + (index % 10), id: index + 1 }),
          ),
          { id: `batch ${tab} ${batch}`, recorderId: `tab ${tab}` },
        ),
      );
      return Promise.all(batches.map((batch) => store.write(batch)));
    };
    await Promise.all(tabs.map((store, index) => write(store, index + 1)));
    for (const store of tabs) {
      const { traceCount, spanGroups } = await store.stats({});
      expect([traceCount, spanGroups.map((group) => group.count)]).toEqual([200, [20_000]]);
    }
  });

  test("a page that one leaves and returns to goes on, whether it was kept or reloaded", async (context) => {
    const name = newName();
    const page = await openPage(context);
    const store = await openRemoteStore(page, name);
    await store.extra("record", namesFrom(0, 50));
    await page.goto(`${site.origin}/blank`);
    await page.evaluate("history.back()");
    await page.waitFor("globalThis.storePage !== undefined");
    const back = await openRemoteStore(page, name);
    await back.extra("record", namesFrom(50, 50));
    await back.extra("flush");
    expect(await countOf(back)).toBe(100);
  });

  test("a database that keeps writers waiting delays no traced call, and loses nothing", async (context) => {
    const name = newName();
    const store = await openRemoteStore(await openPage(context), name);
    await store.extra("holdDatabase", name);
    await store.extra("record", namesFrom(0, 100));
    expect(await store.extra("recorderStats")).toMatchObject({ recorded: 100, written: 0, buffered: 100 });
    await store.extra("letGo");
    await store.extra("flush");
    expect(await countOf(store)).toBe(100);
  });
});

describe("chromium alone", () => {
  const browser = useBrowser("chromium");

  async function openPage(context: TestContext): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/`);
    return page;
  }

  test("a tab closed right after a root ended has lost nothing at the next open", async (context) => {
    const rounds = isSoak ? 200 : 10;
    const observer = await openPage(context);
    async function countAtNextOpen(): Promise<number> {
      const next = await openRemoteStore(observer, "closing");
      const count = await countOf(next);
      await next.close();
      return count;
    }
    for (let round = 1; round <= rounds; round++) {
      const page = await openPage(context);
      const store = await openRemoteStore(page, "closing");
      await store.extra("record", [`trace ${round}`]);
      const closed = page.chromium!.waitForEvent("close");
      await page.chromium!.close({ runBeforeUnload: true });
      await closed;
      // What it left may reach another process a little later.
      await expect.poll(countAtNextOpen).toBe(round);
    }
  });

  test("a page that crashes keeps what was acknowledged, and what was open is unfinished", async (context) => {
    const page = await openPage(context);
    const store = await openRemoteStore(page, "crashing");
    await store.extra("record", namesFrom(0, 100));
    await store.extra("flush");
    await store.extra("recordOpen", "running");
    const session = await page.chromium!.context().newCDPSession(page.chromium!);
    session.send("Page.crash").catch(() => undefined);
    const next = await openRemoteStore(await openPage(context), "crashing");
    expect(await countOf(next)).toBe(101);
    const states = async () =>
      (await searchInfos(next, { filter: "name = 'running'" })).map(({ state }) => state);
    await expect.poll(states).toEqual(["UNFINISHED"]);
  });

  test("a tab that closes while the browser's storage is busy keeps all of its copy", async (context) => {
    const { profileFolder } = await browser(context);
    const holder = await openRemoteStore(await openPage(context), "busy");
    const page = await openPage(context);
    const closing = await openRemoteStore(page, "busy");
    await holder.extra("holdDatabase", "busy");
    const storage = findProcess(profileFolder, "storage.mojom.StorageService");
    process.kill(storage, "SIGSTOP");
    setTimeout(() => process.kill(storage, "SIGCONT"), 500);
    const spans = Array.from({ length: 1000 }, (_, index) => aSpan({ trace: index + 1 }));
    await closing.writeSync(aBatch(spans));
    await page.close();
    await holder.extra("letGo");
    const next = await openRemoteStore(await openPage(context), "busy");
    await expect.poll(() => countOf(next)).toBe(1000);
  });

  test("a private window keeps traces in IndexedDB as long as it is open", async (context) => {
    await browser(context);
    const executablePath = findBrowser("chromium")!;
    const incognito = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox"] });
    try {
      const page = await incognito.newPage();
      await page.goto(`${site.origin}/`);
      const store = await openRemoteStore(chromiumPage(page), "private");
      await store.write(aBatch([aSpan({ name: "kept" })]));
      expect([store.kind, await countOf(store)]).toEqual(["idb-worker", 1]);
    } finally {
      await incognito.close();
    }
  });

  test("the browser is asked to keep the data only when the page says so, and says whether it will", async (context) => {
    const page = await openPage(context);
    const isPersisted = () => page.evaluate<boolean>("navigator.storage.persisted()");
    const store = await openRemoteStore(page, "persisting");
    await store.write(aBatch([aSpan()]));
    expect(await isPersisted()).toBe(false);
    const isKept = await store.extra<boolean>("persist");
    expect(await isPersisted()).toBe(isKept);
  });

  test("when the quota is used up, recording goes on in memory, and all is written once there is room", async (context) => {
    const page = await openPage(context);
    const session = await page.chromium!.context().newCDPSession(page.chromium!);
    const setQuota = (quotaSize: number) =>
      session.send("Storage.overrideQuotaForOrigin", { origin: smallSite.origin, quotaSize });
    // Before the first write: Chromium remembers for a while how much room there is.
    await setQuota(1_000_000);
    await page.goto(`${smallSite.origin}/`);
    const store = await openRemoteStore(page, "quota");
    await store.extra("record", namesFrom(0, 100));
    await store.extra("flush");
    // Random, because Chromium compresses.
    const random = createRandom(1);
    const long = Array.from({ length: 60 }, () =>
      Array.from({ length: 40_000 }, () => random.integer(0, 9)).join(""),
    );
    await store.extra("record", long);
    expect(await outcomeOf(store.extra("flush"))).toBe("QuotaExceededError");
    expect(await store.extra("recorderStats")).toMatchObject({
      recorded: 160,
      written: 100,
      buffered: 60,
      dropped: 0,
    });
    expect(await countOf(store)).toBe(100);
    await setQuota(1_000_000_000);
    await expect.poll(() => outcomeOf(store.extra("flush")), { timeout: 30_000 }).toBe("resolved");
    expect(await countOf(store)).toBe(160);
    await page.close();
  });

  test("a quota lowered while spans are written is an error but harms nothing, and recording goes on once it is raised", async (context) => {
    const page = await openPage(context);
    const session = await page.chromium!.context().newCDPSession(page.chromium!);
    const setQuota = (quotaSize: number) =>
      session.send("Storage.overrideQuotaForOrigin", { origin: shrinkingSite.origin, quotaSize });
    await setQuota(16_000_000);
    await page.goto(`${shrinkingSite.origin}/`);
    const store = await openRemoteStore(page, "shrinking");
    const [perRound, characters] = [100, 8000];
    let rounds = 0;
    const recordRound = async () => {
      await store.extra("recordNumbered", rounds++ * perRound, perRound, characters);
      return outcomeOf(store.extra("flush"));
    };
    expect(await recordRound()).toBe("resolved");
    // Below what is stored already. Chromium remembers for a while how much room there was, and takes no more than that.
    await setQuota(100_000);
    let outcome = "resolved";
    while (outcome === "resolved" && rounds < 40) outcome = await recordRound();
    expect(outcome).toBe("QuotaExceededError");
    const { written, buffered, dropped } = await store.extra<RecorderStats>("recorderStats");
    expect([written + buffered, dropped]).toEqual([rounds * perRound, 0]);
    expect(written).toBeGreaterThanOrEqual(perRound);
    expect(await countOf(store)).toBeLessThanOrEqual(written);

    await setQuota(1_000_000_000);
    await expect.poll(() => outcomeOf(store.extra("flush")), { timeout: 30_000 }).toBe("resolved");
    expect(await recordRound()).toBe("resolved");
    expect(await store.extra("wholeCount", characters)).toBe(rounds * perRound);
    await page.close();
  });

  test("the space of deleted traces is reused", async (context) => {
    const page = await openPage(context);
    const store = await openRemoteStore(page, "space");
    const used = () => page.evaluate<number>("navigator.storage.estimate().then(({ usage }) => usage)");
    const random = createRandom(2);
    const digits = Array.from({ length: 50_000 }, () => random.integer(0, 9)).join("");
    const rounds: number[] = [];
    for (let round = 0; round < 6; round++) {
      const spans = Array.from({ length: 40 }, (_, index) =>
        aSpan({ trace: round * 40 + index + 1, inputs: digits.slice(random.integer(0, 1000)) }),
      );
      await store.write(aBatch(spans, { id: `round ${round}` }));
      await store.delete({ maxTraces: 40 });
      rounds.push(await used());
    }
    // The browser chooses when to compact. If it never did, the last three rounds would take four times the first or more.
    expect(Math.min(...rounds.slice(3))).toBeLessThan(3 * Math.min(...rounds.slice(0, 3)));
  });
});

/** The process of the browser that has this among its arguments. */
function findProcess(profileFolder: string, argument: string): number {
  const lines = execFileSync("ps", ["-eww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  return Number.parseInt(
    lines.find((line) => line.includes(profileFolder) && line.includes(argument))!,
    10,
  );
}
