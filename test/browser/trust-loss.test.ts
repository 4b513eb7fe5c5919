/** Pages that number their spans, under random faults; the form for Node is test/trust/loss.test.ts. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { isSoak, seedsUpTo } from "../support/soak.js";
import { createRandom } from "../support/random.js";
import { browserNames, useBrowser, type BrowserName, type TestPage } from "./browsers.js";
import type { DatabaseDump } from "./support/database-dump.js";
import type { Ledger, LossFault, LossPage, LossPlan } from "./support/loss-page.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

const scenarioCount = isSoak ? 100 : 4;
/** Each takes a few seconds; if a page never answers, its seed must be known. */
const scenarioLimitMs = 100_000;
const allFaults: readonly LossFault[] = [
  ...(["worker", "refusals", "clock", "small buffer", "two recorders", "reopening", "upgrade"] as const),
  ...(["old database", "quota"] as const),
];
const oldDatabases = [1, 2].map((version) => {
  const file = new URL(`../fixtures/store-idb/version-${version}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { database: DatabaseDump }).database;
});
/** How a page ends, and whether it is told so first: if so, nothing at all may be missing. */
const ends = { shutdown: true, reload: true, leave: true, close: false, crash: false };
type End = keyof typeof ends;

let site: TestSite;

beforeAll(async () => {
  site = await servePages({
    pages: {
      "/": { html: `<title>loss</title><script type="module" src="/loss-page.js"></script>` },
      "/blank": { html: "<title>elsewhere</title>" },
    },
    modules: { "loss-page": "test/browser/support/loss-page.ts" },
  });
});

afterAll(() => site.close());

type LossGlobal = typeof globalThis & { lossPage: LossPage };

describe.each(browserNames)("a page of %s that numbers its spans", (browserName) => {
  const browser = useBrowser(browserName);

  async function openPage(context: TestContext): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/`);
    await page.waitFor("globalThis.lossPage !== undefined");
    return page;
  }

  /** Returns how many spans were recorded, stored and dropped. */
  async function runScenario(context: TestContext, observer: TestPage, scenario: Scenario, told: string) {
    if (scenario.faults.includes("old database")) await restore(observer, scenario);
    const tabs = scenario.ends.map((end, tab) => ({ end, plan: { ...scenario, from: tab * 1_000_000 } }));
    if (scenario.faults.includes("quota")) await setQuota(observer, 1);
    await Promise.all([
      ...tabs.map(async ({ plan, end }) => suffer(await openPage(context), plan, end)),
      ...(scenario.faults.includes("quota") ? [makeRoom(observer, tabs)] : []),
    ]);
    return audit(observer, scenario, told);
  }

  const title = `finds each of them stored or counted as dropped, in ${scenarioCount} scenarios of random faults`;
  test(title, { timeout: isSoak ? 1_800_000 : 120_000 }, async (context) => {
    const observer = await openPage(context);
    const sums = { recorded: 0, stored: 0, dropped: 0 };
    for (const seed of seedsUpTo(scenarioCount)) {
      const scenario = chooseScenario(seed, browserName);
      const told = `seed ${seed}: ${scenario.faults.join(", ") || "no fault"}; ${scenario.ends.join(", ")}`;
      if (isSoak) console.info(`${browserName}, ${told}`);
      const counts = await inTime(runScenario(context, observer, scenario, told), told);
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key];
    }
    // Otherwise the faults were not faults.
    expect(sums.stored).toBeGreaterThan(0);
    if (isSoak) expect(sums.dropped).toBeGreaterThan(0);
    if (isSoak) console.info(`${browserName}: ${scenarioCount} scenarios, ${JSON.stringify(sums)}`);
  });
});

function inTime<Result>(running: Promise<Result>, told: string): Promise<Result> {
  let timer: NodeJS.Timeout;
  const overdue = new Promise<never>((_, reject) => {
    const message = `not at an end after ${scenarioLimitMs / 1000} s: ${told}`;
    timer = setTimeout(() => reject(new Error(message)), scenarioLimitMs);
  });
  return Promise.race([running, overdue]).finally(() => clearTimeout(timer));
}

function restore(observer: TestPage, { seed, name }: Scenario): Promise<void> {
  const database = createRandom(seed).pick(oldDatabases);
  return observer.evaluate((old) => (globalThis as LossGlobal).lossPage.restore(old.name, old.database), {
    name,
    database,
  });
}

async function setQuota({ chromium }: TestPage, quotaSize: number): Promise<void> {
  const session = await chromium!.context().newCDPSession(chromium!);
  await session.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize });
  await session.detach();
}

/** Once every tab has recorded some spans without it. */
async function makeRoom(observer: TestPage, tabs: readonly { readonly plan: LossPlan }[]): Promise<void> {
  for (const { plan } of tabs) await observer.waitFor(`${endedOf(plan)} > ${plan.spanCount / 3}`);
  await setQuota(observer, 1e9);
}

/** One or two tabs, each of which ends in its own way. */
function chooseScenario(seed: number, browserName: BrowserName) {
  const random = createRandom(seed);
  const canCrash = browserName === "chromium";
  const faults = random
    .shuffle(allFaults.filter((fault) => fault !== "quota" || canCrash))
    .slice(0, random.integer(0, 3));
  // A page whose store belongs to another version stops writing: what it recorded is written when it is loaded again.
  const possible = (Object.keys(ends) as End[])
    .filter((end) => end !== "crash" || canCrash)
    .filter((end) => end !== "shutdown" || !faults.includes("upgrade"));
  // If one tab took the database, another could not close its store.
  const isAlone = faults.includes("upgrade") && faults.includes("reopening");
  const tabCount = random.chance(0.4) && !isAlone ? 2 : 1;
  const chosen = Array.from({ length: tabCount }, () => random.pick(possible));
  return { name: `loss ${seed}`, seed, faults, spanCount: random.integer(30, 200), ends: chosen };
}

async function suffer(page: TestPage, plan: LossPlan, end: End): Promise<void> {
  const isEndless = end !== "shutdown";
  const recording = page.evaluate((argument) => (globalThis as LossGlobal).lossPage.record(argument), {
    ...plan,
    isEndless,
  });
  if (isEndless) {
    recording.catch(() => undefined); // the page ends before
    await page.waitFor(`${endedOf(plan)} > ${plan.spanCount}`);
  } else await recording;
  await endings[end](page);
  if (end !== "close") await page.close().catch(() => undefined);
}

/** An expression for how many spans of a page have ended. */
function endedOf({ name, from }: LossPlan): string {
  return `(JSON.parse(localStorage.getItem(${JSON.stringify(`ledger ${name} ${from}`)}))?.ended - ${from})`;
}

const endings: Record<End, (page: TestPage) => Promise<void>> = {
  shutdown: (page) => page.evaluate("lossPage.shutDown()"),
  reload: (page) => page.goto(`${site.origin}/?again`),
  leave: (page) => page.goto(`${site.origin}/blank`),
  close: (page) => page.close(),
  async crash({ chromium }) {
    const session = await chromium!.context().newCDPSession(chromium!);
    const crashed = new Promise((resolve) => chromium!.once("crash", resolve));
    session.send("Page.crash").catch(() => undefined);
    await crashed;
  },
};

/**
 * How many spans are neither stored nor counted as dropped. A tab that is closed midway may have stored one whose end it
 * had no time to note.
 */
function missingOf(ledger: Ledger, stored: number, end: End): number {
  const missing = ledger.ended - ledger.from - stored - ledger.dropped;
  return !ledger.isComplete || (!ends[end] && missing === -1) ? 0 : missing;
}

/**
 * How many spans a page that was left reported as lost: after another tab took its database it keeps what it records as far
 * as localStorage has room. A span that was written open and then ended counts twice.
 */
function lostOf(failures: readonly string[]): number {
  const told = failures.map((failure) => /written everything: (\d+) spans/.exec(failure)?.[1]);
  return told.reduce((sum, count = "0") => sum + Number(count), 0);
}

type Scenario = ReturnType<typeof chooseScenario>;

/** Polls until what a page wrote while closing has reached the database, and fails if it does not. */
async function audit(observer: TestPage, scenario: Scenario, told: string) {
  const { name, ends: endsOfTabs } = scenario;
  const read = () =>
    observer.evaluate(async (storeName) => {
      const { numbers, failures } = await (globalThis as LossGlobal).lossPage.look(storeName);
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(`ledger ${storeName} `));
      return {
        numbers,
        failures,
        ledgers: keys.map((key) => JSON.parse(localStorage.getItem(key)!) as Ledger),
      };
    }, name);
  const sums = { recorded: 0, stored: 0, dropped: 0 };
  const isTaken = scenario.faults.includes("upgrade");
  let lostBefore = 0;
  await expect
    .poll(
      async () => {
        const { numbers, failures, ledgers } = await read();
        if (isTaken) lostBefore += lostOf(failures);
        // A tab that reopens its store is told what another has lost.
        const lost = lostBefore + lostOf(ledgers.flatMap(({ told }) => told));
        let missingOfTaken = 0;
        ledgers.sort((one, other) => one.from - other.from);
        Object.assign(sums, { recorded: 0, stored: numbers.length, dropped: 0 });
        const tabs = ledgers.map((ledger, tab) => {
          const own = numbers.filter((number) => number > ledger.from && number < ledger.from + 1_000_000);
          sums.recorded += ledger.ended - ledger.from;
          sums.dropped += ledger.dropped;
          const acknowledged = own.filter((number) => number <= ledger.acknowledged).length;
          const missing = missingOf(ledger, own.length, endsOfTabs[tab]!);
          if (isTaken) missingOfTaken += missing;
          return {
            isComplete: ledger.isComplete || !ends[endsOfTabs[tab]!],
            missing: isTaken ? 0 : missing,
            missingAcknowledged: Math.max(
              0,
              ledger.acknowledged - ledger.from - ledger.droppedThen - acknowledged,
            ),
          };
        });
        const twice = numbers.length - new Set(numbers).size;
        const untold = missingOfTaken > lost ? `${missingOfTaken} are missing, ${lost} were told of` : "";
        return { tabs, untold, failures, twice };
      },
      { message: told, timeout: 10_000, interval: 50 },
    )
    .toEqual({
      tabs: endsOfTabs.map(() => ({ isComplete: true, missing: 0, missingAcknowledged: 0 })),
      untold: "",
      failures: [],
      twice: 0,
    });
  return sums;
}
