import { installCollector } from "./collector.mjs";
import { installObservable } from "../../build/observable/install.mjs";
import { installPackages } from "./packages.mjs";
import { environmentNames, installPython } from "./python.mjs";

// Installs what the interop tests need beyond npm. Without CI=true a part that cannot be had is no error: its tests are
// skipped and say so.

for (const name of environmentNames()) attempt(`Python environment "${name}"`, () => installPython(name));
attempt("OpenTelemetry Collector", installCollector);
attempt("Observable's kits", installObservable);
attempt("large npm packages", installPackages);

/** @param {string} what @param {() => void} install */
function attempt(what, install) {
  try {
    install();
  } catch (error) {
    console.log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    if (process.env["CI"] === "true") process.exitCode = 1;
  }
}
