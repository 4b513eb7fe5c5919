/**
 * The packed packages in the runtimes that users have: every supported Node, from the oldest allowed, as
 * test/interop/nodes names them; Deno and Bun, as the repository has them.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, mkdir, rm } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPacked } from "../../build/install-packed.mjs";

const runFile = promisify(execFile);
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const majors = ["20", "22", "24", "26"];
const platform = `${process.platform}-${process.arch}`;
const findNode = (major: string) => pathOf(`nodes/node_modules/node-${major}-${platform}/bin/node`);
const modules = pathOf("../../node_modules");

function findBun(): string {
  const [name = "none"] = existsSync(`${modules}/@oven`) ? readdirSync(`${modules}/@oven`) : [];
  return `${modules}/@oven/${name}/bin/bun`;
}

/** How each runs a program in a folder with its own node_modules. */
const runtimes: Record<string, readonly [program: string, ...options: string[]]> = {
  ...Object.fromEntries(
    majors.map((major) => [`Node ${major}`, [findNode(major), "--throw-deprecation"] as const]),
  ),
  Deno: [`${modules}/.bin/deno`, "run", "--allow-all", "--node-modules-dir=manual"],
  Bun: [findBun()],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-runtimes-"));
  await installPacked(folder);
  await copyFile(pathOf("runtimes/smoke.mjs"), path.join(folder, "smoke.mjs"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the versions of Node named here are those that are installed", () => {
  const names = readdirSync(pathOf("nodes/node_modules")).filter((name) => name.startsWith("node-"));
  expect(names.map((name) => name.split("-")[1]).sort()).toEqual(majors);
});

describe.each(Object.entries(runtimes))("in %s", (name, [program, ...options]) => {
  const isMissing = !existsSync(program) && `npm has not installed ${name} for ${platform}`;

  test.skipIf(isMissing)(
    "a program records, reopens, searches, reports and exports without a warning",
    async () => {
      const out = path.join(folder, name);
      await mkdir(out);
      const { stdout, stderr } = await runFile(program, [...options, "smoke.mjs", out], { cwd: folder });
      expect([stdout.trim(), stderr]).toEqual([expect.stringMatching(/^v\d+\./), ""]);
    },
  );

  test.skipIf(isMissing)("the command line reads what the program left", async () => {
    const words = [...options, "node_modules/spanbook/dist/cli.js", "stats", `${name}/traces.db`, "--json"];
    const { stdout } = await runFile(program, words, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ traceCount: 3, errorCount: 1 });
  });
});
