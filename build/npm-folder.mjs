import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

// Folders with their own packages, which are too large for every clone or conflict with those of the repository.

/**
 * Whether a folder has what its lock file lists. Optional packages may be missing: they are for other machines.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  // npm's record of what it has installed.
  const installed = path.join(folder, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const [wanted, found] = [path.join(folder, "package-lock.json"), installed].map(
    (file) => JSON.parse(readFileSync(file, "utf8")).packages,
  );
  return Object.entries(wanted).every(
    ([place, { version, optional, peer }]) =>
      place === "" || optional || peer || found[place]?.version === version,
  );
}

/**
 * Installs a folder's packages unless they are there, without running their scripts, which would download binaries or write where
 * they do not belong. Throws an Error that says what npm said.
 *
 * @param {string} folder
 */
export function installFolder(folder) {
  if (isInstalled(folder)) return;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund"];
  const { status, stderr } = spawnSync("npm", ["ci", ...options], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}:\n${stderr}`);
}
