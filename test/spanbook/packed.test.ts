import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { exportOtlp } from "@spanbook/core/otlp";
import { openStore } from "@spanbook/store-sqljs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPacked } from "../../build/install-packed.mjs";
import { aBatch } from "../support/spans.js";
import { demoTraces } from "../support/traces.js";

const runFile = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** An empty folder into which the tarballs are installed, with their dependencies. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-packed-"));
  await installPacked(folder);
  const store = await openStore(path.join(folder, "traces.db"));
  for (const { data } of demoTraces()) await store.write(aBatch(data.spans));
  await store.close();
});
afterAll(() => rm(folder, { recursive: true }));

describe("the packed command", () => {
  test("runs with npx in a folder where it is installed", async () => {
    const { stdout } = await runFile("npx", ["--no-install", "spanbook", "show", "last"], { cwd: folder });
    expect(stdout).toContain("state");
    expect(stdout).toContain("└─ ");
  });

  // Twenty processes, one after another: the limit is for busy machines.
  test("does what its documentation shows", { timeout: 240_000 }, async () => {
    const text = await readFile(path.join(root, "docs/command-line.md"), "utf8");
    const lines = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)]
      .flatMap(([, block = ""]) => block.split("\n"))
      .filter(Boolean);
    expect(lines.length).toBeGreaterThan(12);
    // The commands are real; a stand-in for the browser notes what it was to open, and npx is not run each time.
    const programs = path.join(folder, "programs");
    await mkdir(programs);
    await writeProgram(path.join(programs, "npx"), `shift; exec "${folder}/node_modules/.bin/spanbook" "$@"`);
    await writeProgram(path.join(programs, "xdg-open"), `echo "$1" >> "${folder}/opened"`);
    const env = { ...process.env, PATH: `${programs}:${process.env["PATH"]}` };
    const script = `set -e -o pipefail\n${lines.join("\n")}\n`;
    const { stderr } = await runFile("bash", ["-c", script], { cwd: folder, env });
    expect(stderr).not.toContain("spanbook:");
    const made = await readdir(folder);
    for (const file of ["failed.html", "trace.json", "traces.otlp.json.gz", "perfetto.json", "all.db"]) {
      expect(made).toContain(file);
    }
  });

  test("ends silently when its reader has had enough", async () => {
    const file = path.join(folder, "many.json");
    const pieces: string[] = [];
    for await (const piece of exportOtlp(demoTraces())) pieces.push(piece);
    await writeFile(file, pieces.join(""));
    const script = `set -o pipefail; node_modules/.bin/spanbook export many.json | head -c 10`;
    const { stdout, stderr } = await runFile("bash", ["-c", script], { cwd: folder });
    expect([stdout, stderr]).toEqual([`{"resource`, ""]);
  });

  test.for(["export", "stats"])(
    "says so and fails if there is no space for its output: %s",
    async (words, { skip }) => {
      skip(!existsSync("/dev/full"), "there is no /dev/full on this machine");
      const script = `node_modules/.bin/spanbook ${words} > /dev/full`;
      await expect(runFile("bash", ["-c", script], { cwd: folder })).rejects.toMatchObject({
        code: 1,
        stderr: "spanbook: cannot write to standard output: ENOSPC: no space left on device, write\n",
      });
    },
  );
});

describe("the packed files for pages", () => {
  test("are named by the package's exports", async () => {
    const script = `for (const name of ["spanbook", "spanbook/viewer.html", "spanbook/spanbook.global.js"])
      console.log(import.meta.resolve(name).split("/node_modules/")[1]);`;
    const { stdout } = await runFile("node", ["--input-type=module", "-e", script], { cwd: folder });
    expect(stdout.trim().split("\n")).toEqual([
      ...["spanbook/dist/spanbook.js", "spanbook/dist/viewer.html", "spanbook/dist/spanbook.global.js"],
    ]);
    const made = await readdir(path.join(folder, "node_modules/spanbook/dist"));
    expect(made).toEqual(expect.arrayContaining(["report-template.js", "spanbook.js", "viewer.html"]));
  });
});

async function writeProgram(file: string, line: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}
