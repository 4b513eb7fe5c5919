import { fileURLToPath } from "node:url";
import { installCollector } from "./collector.mjs";
import { installFolder } from "../../build/npm-folder.mjs";
import { installObservable } from "../../build/observable/install.mjs";
import { environmentNames, installPython } from "./python.mjs";

// Installs what the interop tests need beyond npm. Without CI=true a part that cannot be installed is no error: its tests are
// skipped and say so.

for (const name of environmentNames()) attempt(`Python environment "${name}"`, () => installPython(name));
attempt("OpenTelemetry Collector", installCollector);
attempt("Observable's kits", installObservable);
for (const name of ["sdks", "packages", "tslab", "nodes"]) {
  attempt(`npm packages of "${name}"`, () => installFolder(fileURLToPath(new URL(name, import.meta.url))));
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
