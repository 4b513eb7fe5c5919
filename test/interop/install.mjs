import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installCollector } from "./collector.mjs";
import { installObservable } from "../../build/observable/install.mjs";
import { installPackages } from "./packages.mjs";
import { environmentNames, installPython } from "./python.mjs";

// Installs what the interop tests need beyond npm. Without CI=true a part that cannot be had is no error: its tests are
// skipped and say so.

for (const name of environmentNames()) attempt(`Python environment "${name}"`, () => installPython(name));
attempt("OpenTelemetry Collector", installCollector);
attempt("AI libraries", installSdks);
attempt("Observable's kits", installObservable);
attempt("large npm packages", installPackages);

/** Nothing to do where those that are asked for are there. */
function installSdks() {
  const cwd = fileURLToPath(new URL("sdks/", import.meta.url));
  if (spawnSync("npm", ["ls", "--silent"], { cwd }).status === 0) return;
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--silent"], {
    cwd,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("npm ci failed in test/interop/sdks");
}

/** @param {string} what @param {() => void} install */
function attempt(what, install) {
  try {
    install();
  } catch (error) {
    console.log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    if (process.env["CI"] === "true") process.exitCode = 1;
  }
}
