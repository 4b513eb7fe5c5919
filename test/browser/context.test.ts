import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextCases } from "../support/context-cases.js";
import { runAsyncPrograms, type ProgramsReport } from "../support/context-programs.js";
import { browserNames, useBrowser, type TestPage } from "./browsers.js";
import type { ContextPage } from "./support/context-page.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

// Which span is the parent, in browsers, which do not follow awaits.

/** SPANBOOK_PROGRAMS multiplies how many programs run. */
const times = Number(process.env["SPANBOOK_PROGRAMS"] ?? 1);
const exactPrograms = 300 * times;
const mixedPrograms = 200 * times;
/** The exact ones under Node, run once for both browsers. */
let exactInNode: Promise<ProgramsReport> | undefined;

let site: TestSite;

beforeAll(async () => {
  // Each recorder listens for the end of the process, and many run at once.
  process.setMaxListeners(200);
  site = await servePages({
    pages: { "/": { html: `<body><script type="module" src="/context-page.js"></script></body>` } },
    modules: { "context-page": "test/browser/support/context-page.ts" },
  });
});

afterAll(() => site.close());

describe.each(browserNames)("%s", (name) => {
  const browser = useBrowser(name);
  let opening: Promise<TestPage> | undefined;

  async function openPage(context: Parameters<typeof browser>[0]): Promise<TestPage> {
    const page = await (await browser(context)).openPage();
    await page.goto(`${site.origin}/`);
    await page.waitFor("globalThis.contextPage !== undefined");
    return page;
  }

  function runPrograms(
    page: TestPage,
    first: number,
    count: number,
    isMixed: boolean,
  ): Promise<ProgramsReport> {
    return page.evaluate(
      ({ first, count, isMixed }) =>
        (globalThis as unknown as { contextPage: ContextPage }).contextPage.runPrograms(
          first,
          count,
          isMixed,
        ),
      { first, count, isMixed },
    );
  }

  test("passes every case", async (context) => {
    const page = await (opening ??= openPage(context));
    const failures = await page.evaluate(
      async (titles) => {
        const { contextPage } = globalThis as unknown as { contextPage: ContextPage };
        const found: string[] = [];
        for (const title of titles) {
          const failure = await contextPage.runCase(title);
          if (failure !== undefined) found.push(`${title}: ${failure}`);
        }
        return found;
      },
      contextCases.map(({ title }) => title),
    );
    expect(failures).toEqual([]);
  });

  test("programs that await only traced calls, combinators and the platform have every parent right, as in Node", async (context) => {
    const page = await (opening ??= openPage(context));
    const { treeHashes, ...report } = await runPrograms(page, 1, exactPrograms, false);
    console.log(`${name}: ${JSON.stringify(report)}`);
    expect(report).toMatchObject({ wrong: [], inferredRight: 0, inferredWrong: 0, unknown: 0 });
    const inNode = await (exactInNode ??= runAsyncPrograms(1, exactPrograms, { isMixed: false }));
    expect(inNode.wrong).toEqual([]);
    expect(treeHashes).toEqual(inNode.treeHashes);
  });

  test("programs that await anything have no wrong parent that is not marked", async (context) => {
    const page = await (opening ??= openPage(context));
    const report = await runPrograms(page, 10_001, mixedPrograms, true);
    const { spanCount, inferredRight, inferredWrong, unknown } = report;
    console.log(
      `${name}: of ${spanCount} spans ${inferredRight + inferredWrong} parents were inferred, ${inferredRight} of them right, ${unknown} unknown`,
    );
    expect(report.wrong).toEqual([]);
    expect(inferredRight).toBeGreaterThan(0);
    await page.close();
  });
});
