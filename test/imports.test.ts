import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

// Who may import whom. The packages for storing and drawing import core and never each other; inside core a folder imports only
// the folders below it. A new arrow is a decision, made here.

/** The packages that a package's sources may import, `node:` for any of Node's own. */
const allowedPackages: Record<string, readonly string[]> = {
  core: ["comlink", "@bufbuild/protobuf", "@opentelemetry/api"],
  "store-idb": ["@spanbook/core", "idb", "comlink"],
  spanbook: [
    ...["@spanbook/core", "@spanbook/store-idb", "@spanbook/store-sqljs", "@spanbook/widget"],
    ...["commander", "fast-string-truncated-width", "preact", "zustand", "node:"],
  ],
  "store-sqljs": ["@spanbook/core", "sql.js", "comlink", "node:"],
  widget: ["@spanbook/core", "preact", "zustand", "@observablehq/plot", "diff", "marked"],
};

/** The folders that a folder of core may import besides itself. Files at the top of src may import every folder. */
const allowedCoreFolders: Record<string, readonly string[]> = {
  model: [],
  context: ["model"],
  search: ["model"],
  store: ["model", "search"],
  record: ["model", "context", "store"],
  worker: ["model", "store"],
  exchange: ["model", "store", "search"],
  instrument: ["model", "record"],
  redact: ["model", "record"],
  otel: ["model", "context", "record"],
};

/** The only folder of core that may import a package that users install themselves. */
const coreFoldersForPeers: Record<string, string> = { "@opentelemetry/api": "otel" };

/** The only files of core that may import that package, which is loaded only when needed. */
const coreFilesForPackage: Record<string, readonly string[]> = {
  "@bufbuild/protobuf": ["exchange/otlp-protobuf.ts"],
};

const packagesFolder = fileURLToPath(new URL("../packages/", import.meta.url));

test("the table has a line for every package", () => {
  expect(readdirSync(packagesFolder).sort()).toEqual(Object.keys(allowedPackages).sort());
});

describe.each(Object.entries(allowedPackages))("packages/%s", (name, allowed) => {
  const sourceFolder = path.join(packagesFolder, name, "src");
  const imports = readSources(sourceFolder).flatMap((file) => importsOf(file));
  const inside = ({ file }: Import) => path.relative(sourceFolder, file);

  test("imports only the packages it may", () => {
    const others = imports
      .filter(({ specifier }) => !isRelative(specifier))
      .filter(({ specifier }) => !allowed.includes(packageOf(specifier)));
    expect(others.map((found) => `${inside(found)} imports ${found.specifier}`)).toEqual([]);
  });

  test("imports files outside its own src only by a package's name", () => {
    const strays = imports.filter(
      ({ target }) => target !== undefined && !target.startsWith(sourceFolder + path.sep),
    );
    expect(strays.map((found) => `${inside(found)} imports ${found.specifier}`)).toEqual([]);
  });

  test("declares what it imports", () => {
    const manifest = JSON.parse(readFileSync(path.join(packagesFolder, name, "package.json"), "utf8")) as {
      dependencies?: Record<string, string>;
      peerDependencies?: Record<string, string>;
    };
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const imported = imports.map(({ specifier }) => specifier).filter((specifier) => !isRelative(specifier));
    const undeclared = imported.map(packageOf).filter((used) => used !== "node:" && !declared[used]);
    expect(undeclared).toEqual([]);
  });
});

describe("packages/core", () => {
  const sourceFolder = path.join(packagesFolder, "core/src");
  const imports = readSources(sourceFolder).flatMap((file) => importsOf(file));

  test("a folder imports only the folders below it", () => {
    const upward = imports.filter(({ file, target }) => {
      const from = topFolderIn(sourceFolder, file);
      const to = target === undefined ? from : topFolderIn(sourceFolder, target);
      return from !== "" && to !== from && !allowedCoreFolders[from]?.includes(to);
    });
    expect(
      upward.map(({ file, specifier }) => `${path.relative(sourceFolder, file)} imports ${specifier}`),
    ).toEqual([]);
  });

  test("a package that is loaded only when needed is imported by one file only", () => {
    const strays = imports
      .map(({ file, specifier }) => ({ file: path.relative(sourceFolder, file), name: packageOf(specifier) }))
      .filter(({ file, name }) => coreFilesForPackage[name]?.includes(file) === false);
    expect(strays).toEqual([]);
  });

  test("a package that users install themselves is imported by one folder only", () => {
    const strays = imports.filter(({ file, specifier }) => {
      const folder = coreFoldersForPeers[packageOf(specifier)];
      return folder !== undefined && topFolderIn(sourceFolder, file) !== folder;
    });
    expect(strays.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  test("the main entry imports no package, even indirectly", () => {
    const reached = reachableFrom(path.join(sourceFolder, "index.ts"));
    const packages = reached.flatMap((file) => importsOf(file)).map(({ specifier }) => specifier);
    expect(packages.filter((specifier) => !isRelative(specifier) && !isNode(specifier))).toEqual([]);
  });
});

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The file that a relative specifier names. */
  readonly target: string | undefined;
}

/** Static, dynamic and type-only imports, and exports from elsewhere. */
function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  return importedFiles.map(({ fileName: specifier }) => ({
    file,
    specifier,
    target: resolve(file, specifier),
  }));
}

function resolve(file: string, specifier: string): string | undefined {
  if (!isRelative(specifier)) return undefined;
  const target = path.resolve(path.dirname(file), specifier.replace(/\?text$/, ""));
  const base = target.replace(/\.[jt]sx?$/, "");
  return [`${base}.ts`, `${base}.tsx`, target].find((candidate) => ts.sys.fileExists(candidate)) ?? target;
}

function reachableFrom(entry: string, reached = new Set<string>()): string[] {
  if (!reached.has(entry) && ts.sys.fileExists(entry)) {
    reached.add(entry);
    for (const { target } of importsOf(entry)) if (target !== undefined) reachableFrom(target, reached);
  }
  return [...reached];
}

function readSources(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => /\.[jt]sx?$/.test(file)).map((file) => path.join(folder, file));
}

function topFolderIn(folder: string, file: string): string {
  const [first = "", ...rest] = path.relative(folder, file).split(path.sep);
  return rest.length === 0 ? "" : first;
}

function packageOf(specifier: string): string {
  if (isNode(specifier)) return "node:";
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

function isNode(specifier: string): boolean {
  return specifier.startsWith("node:");
}
