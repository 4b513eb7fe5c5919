import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { writePrograms } from "../../support/guide-programs.js";

const imports = /^import [^;]*;.*\n/gm;

it("the examples in docs/opentelemetry.md run, one after another, on the built packages", async () => {
  const guide = readFileSync("docs/opentelemetry.md", "utf8");
  const examples = [...guide.matchAll(/^```js.*\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(examples).toHaveLength(4);
  const [setup = "", ...blocks] = examples.map((code) => code.replace(imports, ""));
  const { folder, remove } = await writePrograms({
    "guide.mjs": [
      ...examples.flatMap((code) => code.match(imports) ?? []),
      "console.assert = (holds) => { if (!holds) throw new Error('an example does not hold'); };",
      setup,
      ...blocks.map((code) => `{\n${code}\n}`),
      "await tracing.shutdown();",
    ].join("\n"),
  });
  onTestFinished(remove);
  const { stderr } = await promisify(execFile)(process.execPath, ["guide.mjs"], { cwd: folder });
  expect(stderr).toBe("");
});
