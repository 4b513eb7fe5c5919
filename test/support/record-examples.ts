import { spawn } from "node:child_process";
import { expect } from "vitest";
import type { ModelServer } from "./model-server/server.js";

/** A trace's name, its state and its number of spans. */
export type RecordedTrace = readonly [name: string, state: string, spanCount: number];

/**
 * Runs a guide's examples one after the other in a process of their own, on the built packages, with every library's keys and
 * addresses set to the server. `folder` is where packages are looked for. Gives the traces, in order.
 */
export async function recordExamples(
  examples: readonly string[],
  { folder, server }: { readonly folder: string; readonly server: ModelServer },
): Promise<readonly RecordedTrace[]> {
  const imports = examples.flatMap((code) => code.match(/^import .*$/gm) ?? []);
  const program = [
    ...new Set([
      ...imports,
      'import { init, shutdown, withSpan } from "@spanbook/core";',
      'import { createMemoryStore } from "@spanbook/core/memory";',
    ]),
    "const store = createMemoryStore();",
    "init({ store });",
    ...examples.map((code) => `{\n${code.replace(/^import .*$/gm, "")}\n}`),
    "await shutdown();",
    "const { traces } = await store.search({ includeSpans: true, orderBy: ['timestamp_ms ASC'] });",
    "console.log(JSON.stringify(traces.map(({ info, data }) => [info.name, info.state, data.spans.length])));",
  ].join("\n");
  const { stdout, stderr } = await run(program, folder, {
    ANTHROPIC_API_KEY: "none",
    ANTHROPIC_MODEL: "haiku-test",
    ANTHROPIC_BASE_URL: server.url,
    OPENAI_API_KEY: "none",
    GEMINI_API_KEY: "none",
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_AGENTS_DISABLE_TRACING: "1",
    GOOGLE_GEMINI_BASE_URL: server.url,
    OLLAMA_HOST: server.url,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as RecordedTrace[];
}

// Not synchronous: the server that it asks is in this process.
async function run(
  program: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--input-type=module"], { cwd, env: { ...process.env, ...env } });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  child.stdin.end(program);
  await new Promise((resolve) => child.on("close", resolve));
  return output;
}
