/**
 * Programs run plain, and with everything traced and recorded into a file: they must not notice. Test suites of other packages,
 * which check what functions return, how often they are called and what they throw; programs that print everything a host can
 * see; one that asks a model; the demo.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { newFolder, newPath, open } from "../store-sqljs/support.js";
import { readGuidePrograms, writePrograms } from "../support/guide-programs.js";
import { startModelServer } from "../support/model-server/server.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pathOf = (name: string) => fileURLToPath(new URL(`host-safety/${name}`, import.meta.url));
const hook = pathOf("trace-exports.mjs");
const { resolve } = createRequire(import.meta.url);
const retry = path.dirname(resolve("retry-with-tests/package.json"));
const pend = path.dirname(resolve("pend/package.json"));

/** For each suite its file, where the tested code lies, and a function that is called in it. */
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

async function runProgram(
  words: readonly string[],
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  cwd = root,
): Promise<Ended> {
  const child = spawn(process.execPath, ["--trace-warnings", ...options, ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { ...output, code, signal };
}

// Retried, because retry's own tests expect timers to be at most 20 ms late: on a busy machine they fail untraced as well.
test.each(Object.entries(suites))(
  "the tests of %s print and exit the same when everything is traced",
  { retry: 2 },
  async (_, [file, traced, called]) => {
    const database = newPath();
    const [plain, recorded] = await Promise.all([
      runProgram([file]),
      runProgram([file], ["--import", hook], { TRACES: database, TRACED: traced }),
    ]);
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    expect(recorded).toEqual(plain);
    const store = await open(database, { readOnly: true });
    const { spanGroups, openCount } = await store.stats({});
    expect(spanGroups.map(({ name }) => name)).toContain(called);
    expect(openCount).toBe(0);
  },
);

/** The output, without where errors were thrown: in stacks the recorder stands between a function and its caller. */
function withoutStacks({ stderr, ...rest }: Ended): object {
  const told = [...stderr.matchAll(/^(?:\(node:\d+\) )?(\S*(?:Error|Warning)\b.*)/gm)];
  return { ...rest, told: told.map(([, line]) => line) };
}

describe("a program that ends", () => {
  const behaviour = pathOf("behaviour.mjs");
  const functions = ["--import", pathOf("trace-functions.mjs")];
  const endings: [ending: string, expected: Partial<Ended>][] = [
    ["by itself", { code: 0 }],
    ["with an exit code", { code: 7 }],
    ["by process.exit", { code: 5 }],
    ["by an exception", { code: 1 }],
    ["by a rejection", { code: 1 }],
    ["by a signal", { signal: "SIGTERM" }],
  ];
  test.each(endings)("%s prints and does the same when it is traced", async (ending, expected) => {
    const database = newPath();
    const [plain, recorded] = await Promise.all([
      runProgram([behaviour, ending]),
      runProgram([behaviour, ending], functions, { STORE: database }),
    ]);
    expect(plain).toMatchObject(expected);
    expect(withoutStacks(recorded)).toEqual(withoutStacks(plain));
    const store = await open(database, { readOnly: true });
    expect((await store.stats({})).traceCount).toBeGreaterThan(0);
  });

  test.each(["hangs", "refuses", "throws"])("prints and does the same if the store %s", async (kind) => {
    const [plain, recorded] = await Promise.all([
      runProgram([behaviour, "by itself"]),
      runProgram([behaviour, "by itself"], functions, { STORE: kind }),
    ]);
    expect(withoutStacks(recorded)).toEqual(withoutStacks(plain));
  });
});

test("a program that asks a model prints the same when its library is traced from outside, as the guide shows", async () => {
  const server = await startModelServer();
  onTestFinished(server.close);
  const programs = await writePrograms(readGuidePrograms("docs/auto-tracing.md"));
  onTestFinished(programs.remove);
  const env = { OPENAI_BASE_URL: `${server.url}/v1` };
  const preload = `--import=${path.join(programs.folder, "record.mjs")}`;
  const folder = newFolder();
  const ask = (more = {}) => runProgram([pathOf("ask.mjs")], [], { ...env, ...more }, folder);
  const [plain, recorded] = await Promise.all([ask(), ask({ NODE_OPTIONS: preload })]);
  expect(plain).toMatchObject({ code: 1, stderr: expect.stringContaining("InternalServerError") });
  expect(withoutStacks(recorded)).toEqual(withoutStacks(plain));
  const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".db"));
  const store = await open(path.join(folder, file), { readOnly: true });
  expect(await store.stats({})).toMatchObject({ traceCount: 5, errorCount: 2, openCount: 0 });
});

test("the demo answers the same and leaves the same files when nothing in it is traced", async () => {
  const run = async (options: readonly string[] = []) => {
    const folder = newFolder();
    const demo = path.join(root, "notebooks/quickstart.mjs");
    const { stdout, ...ended } = await runProgram([demo, "--out", folder], options);
    const said = stdout.replaceAll(folder, "").replace(/^trace [0-9a-f]{32}\n(.+\n)*/gm, "trace\n");
    const spanCount = stdout.split("\n").filter((line) => /^[├└]─ /.test(line)).length;
    return { said: { stdout: said, ...ended }, files: readdirSync(folder).sort(), spanCount };
  };
  const [traced, plain] = await Promise.all([run(), run(["--import", pathOf("without-tracing.mjs")])]);
  expect(traced.said).toEqual(plain.said);
  expect(traced.files).toEqual(plain.files);
  expect(traced.said).toMatchObject({ code: 0, stderr: "" });
  expect([traced.spanCount > 5, plain.spanCount]).toEqual([true, 0]);
});
