import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { openStore } from "@spanbook/store-sqljs";
import { describe, expect, it, onTestFinished } from "vitest";
import { readGuidePrograms, writePrograms } from "../../support/guide-programs.js";

const run = promisify(execFile);
const programs = readGuidePrograms("docs/context.md");

/** Runs the guide's programs on the built packages, as printed except for `changed`, and gives what their file then holds. */
async function runGuide(main: string, changed: Readonly<Record<string, string>> = {}) {
  const { folder, remove } = await writePrograms({ ...programs, ...changed });
  onTestFinished(remove);
  const { stderr } = await run(process.execPath, [main], { cwd: folder });
  expect(stderr).toBe("");
  const store = await openStore(path.join(folder, "traces.db"));
  onTestFinished(() => store.close());
  const { traces } = await store.search({ includeSpans: true });
  return traces;
}

describe("docs/context.md, in Node", () => {
  it.each([
    ["a worker thread", "main.mjs", "main", "thread"],
    ["a child process", "parent.mjs", "parent", "child"],
  ])("%s records into its parent's store and joins its trace", async (_, main, outer, inner) => {
    const [trace, ...others] = await runGuide(main);
    expect(others).toEqual([]);
    expect(trace?.info).toMatchObject({ name: outer, state: "OK", spanCount: 2, openSpanCount: 0 });
    const [root, child] = trace?.data.spans ?? [];
    expect([root?.name, child?.name]).toEqual([outer, inner]);
    expect(child).toMatchObject({ parentSpanId: root?.spanId, flags: 0x301 });
    expect(BigInt(child?.startTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(
      BigInt(root?.startTimeUnixNano ?? 0),
    );
  });

  it("the parent waits for a child process that keeps running after it has hung up", async () => {
    const goesOn = "await new Promise((resolve) => setTimeout(resolve, 300));";
    const [trace] = await runGuide("parent.mjs", { "child.mjs": `${programs["child.mjs"]}${goesOn}` });
    expect(trace?.info).toMatchObject({ state: "OK", spanCount: 2, openSpanCount: 0 });
  });
});
