/**
 * Test suites of packages from elsewhere, which check what functions give, how often they are called and what they throw, run plain
 * and with all that the package exports wrapped and recorded into a file: they must not notice.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newPath, open } from "../store-sqljs/support.js";

const hook = fileURLToPath(new URL("host-safety/trace-exports.mjs", import.meta.url));
const { resolve } = createRequire(import.meta.url);
const retry = path.dirname(resolve("retry-with-tests/package.json"));
const pend = path.dirname(resolve("pend/package.json"));

/** Of each suite its file, where what it tests lies, and a function that is called in it. */
const suites: Record<string, readonly [file: string, traced: string, called: string]> = {
  "retry, attempts without end": [`${retry}/test/integration/test-forever.js`, `${retry}/lib/`, "attempt"],
  "retry, operations": [`${retry}/test/integration/test-retry-operation.js`, `${retry}/lib/`, "attempt"],
  "retry, wrapped objects": [`${retry}/test/integration/test-retry-wrap.js`, `${retry}/lib/`, "wrap"],
  "retry, timeouts": [`${retry}/test/integration/test-timeouts.js`, `${retry}/lib/`, "timeouts"],
  pend: [`${pend}/test.js`, `${pend}/index.js`, "go"],
};

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

async function runSuite(
  file: string,
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ["--trace-warnings", ...options, file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { ...output, code, signal };
}

test.each(Object.entries(suites))(
  "the tests of %s print and exit the same when everything is traced",
  async (_, [file, traced, called]) => {
    const database = newPath();
    const [plain, recorded] = await Promise.all([
      runSuite(file),
      runSuite(file, ["--import", hook], { TRACES: database, TRACED: traced }),
    ]);
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    expect(recorded).toEqual(plain);
    const store = await open(database, { readOnly: true });
    const { spanGroups, openCount } = await store.stats({});
    expect(spanGroups.map(({ name }) => name)).toContain(called);
    expect(openCount).toBe(0);
  },
);
