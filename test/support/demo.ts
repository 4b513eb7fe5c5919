/** Runs the demo as a user does: the built files, in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const quickstart = fileURLToPath(new URL("../../notebooks/quickstart.mjs", import.meta.url));

export interface DemoRun {
  readonly output: string;
  readonly exitCode: number | null;
  /** In the order in which they were printed, which is after they were flushed. */
  readonly traceIds: readonly string[];
}

/** Runs the demo to its end. */
export async function runDemo(folder: string, env: NodeJS.ProcessEnv = {}): Promise<DemoRun> {
  return endOf(startDemo(folder, env));
}

export interface RunningDemo {
  readonly child: ChildProcess;
  output(): string;
}

export function startDemo(folder: string, env: NodeJS.ProcessEnv = {}): RunningDemo {
  const { OPENAI_BASE_URL: _url, OPENAI_API_KEY: _key, ...inherited } = process.env;
  const child = spawn(process.execPath, [quickstart, "--out", folder], { env: { ...inherited, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return { child, output: () => output };
}

export async function endOf({ child, output }: RunningDemo): Promise<DemoRun> {
  const [exitCode] = (await once(child, "close")) as [number | null];
  return {
    output: output(),
    exitCode,
    traceIds: [...output().matchAll(/^trace ([0-9a-f]{32})$/gm)].map(([, traceId]) => String(traceId)),
  };
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "spanbook-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server on loopback that lives as long as the test; gives its address. */
export async function serve(onRequest: RequestListener): Promise<string> {
  const server = createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
