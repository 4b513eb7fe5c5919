import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const guide = readFileSync(path.join(root, "docs/recording.md"), "utf8");

describe("docs/recording.md", () => {
  it("has examples that run, one after another", async () => {
    const examples = [...guide.matchAll(/^```js.*\n([^]*?)^```$/gm)].map(([, code]) => code ?? "");
    expect(examples.length).toBeGreaterThan(9);
    const imports = examples.flatMap((code) => code.match(/^import .*$/gm) ?? []);
    // A block each, so that every example has names of its own; those of the setup and of the first function are shared.
    const [setup = "", first = "", ...others] = examples.map((code) => code.replace(/^import .*$/gm, ""));
    const shared = /^const retrieve[^]*?^}\);$/m.exec(first)?.[0] ?? "";
    const streams = /^const words[^]*?^\);$/m.exec(guide)?.[0] ?? "";
    const blocks = [first.replace(shared, ""), ...others.map((code) => code.replace(streams, ""))];
    const program = [
      ...new Set(imports),
      "console.assert = (holds) => { if (!holds) throw new Error('an example does not hold'); };",
      setup,
      shared,
      streams,
      ...blocks.map((code) => `{\n${code}\n}`),
      "await spanbook.shutdown();",
    ].join("\n");
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: root },
      bundle: true,
      format: "esm",
      platform: "node",
      target: "es2022",
      conditions: ["spanbook-source"],
      write: false,
    });
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
      input: outputFiles[0]?.text ?? "",
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
