import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runAsyncPrograms } from "../../support/context-programs.js";
import { contextCases, runContextCase, sleep } from "../../support/context-cases.js";

// The context of browsers, in Node: the technique is the language's, so that most can be seen without a browser.

const { getBuiltinModule } = process;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);
let listeners: NodeJS.UnhandledRejectionListener[] = [];

beforeAll(() => {
  // Each recorder listens for the end of the process, and many run at once.
  process.setMaxListeners(200);
  Object.assign(process, { getBuiltinModule: undefined });
  listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", note);
});
afterAll(() => {
  Object.assign(process, { getBuiltinModule });
  process.off("unhandledRejection", note);
  for (const listener of listeners) process.on("unhandledRejection", listener);
});
beforeEach(() => {
  rejections.length = 0;
});

describe("without AsyncLocalStorage", () => {
  async function unhandled(): Promise<unknown[]> {
    await sleep(5);
    return rejections;
  }
  it.each(contextCases)("$title", (context) => runContextCase(context, { unhandled }));

  it("random programs have no parent wrong that is not marked", async () => {
    const exact = await runAsyncPrograms(1, 40, { isMixed: false });
    expect(exact).toMatchObject({ wrong: [], inferredRight: 0, inferredWrong: 0, unknown: 0 });
    expect((await runAsyncPrograms(1, 40, { isMixed: true })).wrong).toEqual([]);
  });
});
