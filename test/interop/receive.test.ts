import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Trace } from "@spanbook/core/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explainMissingPython, findPython } from "./python.mjs";

const runFile = promisify(execFile);
const command = fileURLToPath(new URL("../../packages/spanbook/dist/cli.js", import.meta.url));

/** A program that knows nothing of Spanbook: OpenTelemetry's SDK, set up by environment variables alone. */
const program = `
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("app", "2.1")
with tracer.start_as_current_span("ask", attributes={"gen_ai.operation.name": "chat", "big": 2**53 + 1, "share": 0.5}):
    try:
        with tracer.start_as_current_span("fails"):
            raise ValueError("no such city")
    except ValueError:
        pass
provider.shutdown()
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-receive-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a Python program sends its spans to spanbook receive, and they are shown like our own", async (context) => {
  const python = findPython("opentelemetry");
  if (python === undefined) context.skip(explainMissingPython("opentelemetry"));
  const receiver = spawn(process.execPath, [command, "receive", "traces.db", "--port", "0", "--json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [first] = (await once(createInterface(receiver.stdout), "line")) as [string];
  const { endpoint } = JSON.parse(first) as { endpoint: string };
  const app = path.join(folder, "app.py");
  await writeFile(app, program);
  for (const compression of ["none", "gzip"]) {
    await runFile(python!, [app], {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: new URL(endpoint).origin,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_SERVICE_NAME: "weather",
      },
    });
  }
  expect(await interrupt(receiver)).toBe(0);

  const { stdout } = await runFile(process.execPath, [command, "show", "last", "--json"], { cwd: folder });
  const { info, data } = JSON.parse(stdout) as Trace;
  expect(info).toMatchObject({ name: "ask", state: "OK", spanCount: 2, errorCount: 1 });
  expect(Object.values(data.resources)[0]?.attributes).toMatchObject({ "service.name": "weather" });
  const fails = data.spans.find(({ name }) => name === "fails");
  expect(fails?.events?.[0]?.attributes).toMatchObject({ "exception.message": "no such city" });
  const tree = await runFile(process.execPath, [command, "show", "last"], { cwd: folder });
  expect(tree.stdout).toMatch(/ask · CHAT_MODEL .*\n└─ fails .*✗ failed/);
  const stats = await runFile(process.execPath, [command, "stats", "--json"], { cwd: folder });
  expect(JSON.parse(stats.stdout)).toMatchObject({ traceCount: 2 });
});

/** Does what Ctrl-C does; resolves to the exit code. */
async function interrupt(child: ChildProcess): Promise<unknown> {
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}
