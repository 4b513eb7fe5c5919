import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startModelServer } from "../../support/model-server/server.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const guide = readFileSync(path.join(root, "docs/auto-tracing.md"), "utf8");

test("docs/auto-tracing.md holds examples that run, against the packages as they are built", async () => {
  const server = await startModelServer();
  onTestFinished(server.close);
  const examples = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(examples.length).toBeGreaterThan(5);
  const imports = examples.flatMap((code) => code.match(/^import .*$/gm) ?? []);
  const [setup = "", ...others] = examples.map((code) => code.replace(/^import .*$/gm, ""));
  const program = [
    ...new Set(imports),
    'import { shutdown } from "@spanbook/core";',
    setup,
    ...others.map((code) => `{\n${code}\n}`),
    "await shutdown();",
    "const { traces } = await store.search({ includeSpans: true, orderBy: ['timestamp_ms ASC'] });",
    "console.log(JSON.stringify(traces.map(({ info, data }) => [info.name, info.state, data.spans.length])));",
  ].join("\n");
  const { stdout, stderr } = await run(program, {
    ANTHROPIC_API_KEY: "none",
    ANTHROPIC_MODEL: "haiku-test",
    ANTHROPIC_BASE_URL: server.url,
    OPENAI_API_KEY: "none",
    GEMINI_API_KEY: "none",
    OPENAI_BASE_URL: `${server.url}/v1`,
    GOOGLE_GEMINI_BASE_URL: server.url,
    OLLAMA_HOST: server.url,
  });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([
    ["ask twice", "OK", 3],
    ["anthropic.messages.create", "OK", 1],
    ["ai.generateText", "OK", 2],
    ["RunnableSequence", "OK", 3],
    ["gemini.models.generateContent", "OK", 1],
    ["ollama.chat", "OK", 1],
    [`POST ${new URL(server.url).host}`, "OK", 1],
  ]);
});

// Not synchronous: the server that it asks is in this process.
async function run(
  program: string,
  env: Record<string, string>,
): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--input-type=module"], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  child.stdin.end(program);
  await new Promise((resolve) => child.on("close", resolve));
  return output;
}
