import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// Python packages that tests need, each list of requirements in a virtual environment of its own under the project.

const requirementsFolder = fileURLToPath(new URL("requirements/", import.meta.url));
const environmentsFolder = fileURLToPath(new URL("../../.venv/", import.meta.url));

/** The names of the lists in requirements/, such as "python". */
export function environmentNames() {
  return readdirSync(requirementsFolder)
    .filter((file) => file.endsWith(".txt"))
    .map((file) => path.basename(file, ".txt"));
}

/**
 * The program `python` of an environment that holds just what its list asks for, or undefined.
 * @param {string} name
 */
export function findPython(name) {
  const { python, stamp, digest } = describe(name);
  const isCurrent = existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest;
  return isCurrent ? python : undefined;
}

/**
 * Recreates the environment unless it is up to date. Throws an Error that says which step failed.
 * @param {string} name
 */
export function installPython(name) {
  if (findPython(name) !== undefined) return;
  const { folder, requirements, python, stamp, digest } = describe(name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(environmentsFolder, { recursive: true });
  run(process.env["SPANBOOK_PYTHON"] ?? "python3", "-m", "venv", folder);
  run(
    python,
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--requirement",
    requirements,
  );
  writeFileSync(stamp, digest);
}

/** @param {string} name */
export function explainMissingPython(name) {
  return `the Python environment "${name}" is not there: run "node test/interop/install.mjs" with Python 3.10 or later`;
}

/** @param {string} name */
function describe(name) {
  const folder = path.join(environmentsFolder, name);
  const requirements = path.join(requirementsFolder, `${name}.txt`);
  return {
    folder,
    requirements,
    python: path.join(folder, "bin", "python"),
    stamp: path.join(folder, "requirements.sha256"),
    digest: createHash("sha256").update(readFileSync(requirements)).digest("hex"),
  };
}

/** @param {string} command @param {string[]} args */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed`, { cause: error });
}
