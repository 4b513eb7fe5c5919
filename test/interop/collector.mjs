import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// A real OpenTelemetry Collector, built once from Go modules by the collector's own builder: the ready-made one cannot
// be installed with `go install`, because of its replace directives.

const builder = "go.opentelemetry.io/collector/cmd/builder@v0.158.0";
const manifest = fileURLToPath(new URL("collector/builder.yaml", import.meta.url));
const folder = fileURLToPath(new URL("../../.cache/collector/", import.meta.url));
const program = path.join(folder, "otelcol");
const stamp = path.join(folder, "digest");

/** The collector's program, or undefined if it has not been built as builder.yaml says. */
export function findCollector() {
  const isCurrent = existsSync(program) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest();
  return isCurrent ? program : undefined;
}

/** Builds it unless it is there, which takes minutes. Throws an Error that says which step failed. */
export function installCollector() {
  if (findCollector() !== undefined) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(manifest, path.join(folder, "builder.yaml"));
  run("go", "run", builder, "--config=builder.yaml");
  writeFileSync(stamp, digest());
}

export function explainMissingCollector() {
  return 'the OpenTelemetry Collector is not there: run "node test/interop/install.mjs" with Go';
}

function digest() {
  return createHash("sha256").update(builder).update(readFileSync(manifest)).digest("hex");
}

/** @param {string} command @param {string[]} args */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed`, { cause: error });
}
