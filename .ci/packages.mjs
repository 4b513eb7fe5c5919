import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { installPacked } from "../build/install-packed.mjs";
import { packPackages } from "../build/pack.mjs";

// Checks the packages as a user gets them: publint and Are the Types Wrong on the tarballs (ES modules only, so require() is not
// checked), and a search of tarballs and repository for anything that belongs to one machine: its package registry, its folders.
// Run after `npm run build`.

const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
const hosts = new Set([new URL(registry).host, "registry.npm" + "js.org"]);
const machinePatterns = [
  ...[process.cwd(), homedir()].map((folder) => new RegExp(`(?<![\\w.-])${escape(folder)}(?=/)`)),
  ...[...hosts].map((host) => new RegExp(escape(host))),
];

/** What the projects that use the packages may know of their platform; the packages' declarations are checked too. */
const projects = {
  "a page": { lib: ["es2022", "dom", "dom.iterable"], types: [] },
  "a program of Node": { lib: ["es2022"], types: ["node"] },
};
/** Entries that use elements and workers, and Comlink's declarations, need the platform's types. */
const pageEntries = /^(spanbook|@spanbook\/(store-idb|widget|core\/worker))/;

const problems = [];
const folder = await mkdtemp(path.join(tmpdir(), "spanbook-packages-"));
try {
  for (const { name, tarball } of await packPackages(folder)) {
    await checkManifest(name, tarball);
    const unpacked = path.join(folder, "unpacked", name);
    await mkdir(unpacked, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", unpacked]);
    checkTypes(
      name,
      tarball,
      JSON.parse(await readFile(path.join(unpacked, "package/package.json"), "utf8")),
    );
    for (const file of await readdir(unpacked, { recursive: true })) {
      await checkText(path.join(unpacked, file), `${name}: ${file}`);
    }
  }
  await checkProjects(path.join(folder, "projects"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter(Boolean)) await checkText(file, file);
} finally {
  await rm(folder, { recursive: true });
}
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;

async function checkManifest(name, tarball) {
  const { messages, pkg } = await publint({
    pack: { tarball: toArrayBuffer(await readFile(tarball)) },
    strict: true,
  });
  for (const message of messages) {
    problems.push(`${name}: publint: ${formatMessage(message, pkg, { color: false })}`);
  }
}

function checkTypes(name, tarball, { exports }) {
  // An entry that is only a path is a file for pages, not a module.
  const files = Object.keys(exports).filter((entry) => typeof exports[entry] === "string");
  const attw = ["attw", tarball, "--profile", "esm-only", "--no-color", "--no-emoji", "--format", "ascii"];
  if (files.length > 0) attw.push("--exclude-entrypoints", ...files.map((file) => file.replace("./", "")));
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", ...attw], { encoding: "utf8" });
  if (status !== 0) problems.push(`${name}: attw: ${stdout}${stderr}`);
}

/** Imports every entry in strict projects. */
async function checkProjects(projectsFolder) {
  const installed = await installPacked(projectsFolder);
  const entries = installed.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => manifest.exports[entry].types)
      .map((entry) => `${name}${entry.slice(1)}`),
  );
  const peers = ["@opentelemetry/api", "@types/node", "undici-types"];
  for (const name of peers) {
    const place = path.join(projectsFolder, "node_modules", name);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(path.resolve("node_modules", name), place);
  }
  for (const [what, platform] of Object.entries(projects)) {
    const lines = entries
      .filter((entry) => platform.lib.includes("dom") || !pageEntries.test(entry))
      .map((entry, index) => `export * as entry${index} from "${entry}";`);
    if (platform.lib.includes("dom")) lines.push(`document.querySelector("spanbook-explorer")?.dispose();`);
    await writeFile(path.join(projectsFolder, "all.mts"), lines.join("\n"));
    const compilerOptions = { strict: true, noEmit: true, module: "nodenext", target: "es2022", ...platform };
    const project = path.join(projectsFolder, "tsconfig.json");
    await writeFile(project, JSON.stringify({ compilerOptions, files: ["all.mts"] }));
    const { status, stdout } = spawnSync("npx", ["--no-install", "tsc", "-p", project], { encoding: "utf8" });
    if (status !== 0) problems.push(`types in ${what}: ${stdout}`);
  }
  await checkValues(
    projectsFolder,
    entries.filter((entry) => !pageEntries.test(entry)),
  );
}

/** Checks that the values declared by an entry's types exist. */
async function checkValues(projectsFolder, entries) {
  const file = path.join(projectsFolder, "all.mts");
  await writeFile(
    file,
    entries.map((entry, index) => `export * as entry${index} from "${entry}";`).join("\n"),
  );
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  });
  const checker = program.getTypeChecker();
  const require = createRequire(file);
  for (const { moduleSpecifier } of program.getSourceFile(file).statements) {
    const declared = checker.getExportsOfModule(checker.getSymbolAtLocation(moduleSpecifier));
    const values = declared.filter((symbol) => {
      const isType = symbol.declarations.some((one) => ts.isTypeOnlyImportOrExportDeclaration(one));
      const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return !isType && meant.flags & ts.SymbolFlags.Value;
    });
    const module = await import(pathToFileURL(require.resolve(moduleSpecifier.text)));
    for (const { name } of values) {
      if (!(name in module)) problems.push(`${moduleSpecifier.text} declares ${name} and does not export it`);
    }
  }
}

async function checkText(file, title) {
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false, // deleted, but not yet in the index
  );
  if (!isFile) return;
  const text = await readFile(file, "utf8");
  if (text.includes("\0")) return;
  for (const pattern of machinePatterns) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const line = text.slice(0, found.index).split("\n").length;
    problems.push(`${title}:${line} names something of this machine: ${found[0]}`);
  }
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function toArrayBuffer({ buffer, byteOffset, byteLength }) {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
