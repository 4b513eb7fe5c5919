/** The page in which context in browsers is tested. The tests call {@link ContextPage} through the browser's driver. */
import { contextCases, runContextCase, sleep } from "../../support/context-cases.js";
import { runAsyncPrograms, type ProgramsReport } from "../../support/context-programs.js";

export interface ContextPage {
  /** Returns the message of what is wrong with a case, or undefined. */
  runCase(title: string): Promise<string | undefined>;
  runPrograms(firstSeed: number, count: number, isMixed: boolean): Promise<ProgramsReport>;
}

const rejections: unknown[] = [];
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  rejections.push(event.reason);
});
const frame = document.body.appendChild(document.createElement("iframe"));

const page: ContextPage = {
  async runCase(title) {
    const found = contextCases.find((context) => context.title === title);
    if (!found) return `there is no case "${title}"`;
    rejections.length = 0;
    const unhandled = async () => {
      await sleep(20);
      return rejections;
    };
    try {
      await runContextCase(found, { unhandled, realm: frame.contentWindow as never });
      return undefined;
    } catch (error) {
      return String(error);
    }
  },
  runPrograms: (firstSeed, count, isMixed) => runAsyncPrograms(firstSeed, count, { isMixed }),
};

Object.assign(globalThis, { contextPage: page });
