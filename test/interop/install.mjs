import { environmentNames, installPython } from "./python.mjs";

// Installs what the interop tests need beyond npm. Without CI=true a part that cannot be had is no error: its tests are
// skipped and say so.

for (const name of environmentNames()) {
  try {
    installPython(name);
  } catch (error) {
    console.log(`Python environment "${name}": ${error instanceof Error ? error.message : String(error)}`);
    if (process.env["CI"] === "true") process.exitCode = 1;
  }
}
