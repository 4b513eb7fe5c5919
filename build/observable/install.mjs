import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
/** What npm leaves behind an installation: what is in it. */
const installed = path.join(folder, "node_modules/.package-lock.json");

/** Whether Observable's kits are there, in the releases that the lock file names. */
export function hasObservable() {
  if (!existsSync(installed)) return false;
  const [wanted, found] = [path.join(folder, "package-lock.json"), installed].map(
    (file) => JSON.parse(readFileSync(file, "utf8")).packages,
  );
  return kits.every((kit) => found[kit]?.version === wanted[kit]?.version);
}

const kits = ["node_modules/@observablehq/framework", "node_modules/@observablehq/notebook-kit"];

/** Installs them unless they are there. Throws an Error that says what npm said. */
export function installObservable() {
  if (hasObservable()) return;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund"];
  const { status, stderr } = spawnSync("npm", ["ci", ...options], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ci failed:\n${stderr}`);
}

export function explainMissingObservable() {
  return 'Observable\'s kits are not there: run "node test/interop/install.mjs"';
}
