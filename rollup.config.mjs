import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { dts } from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";
import { emitReportTemplate, htmlPage, importReportTemplate, sqlite } from "./build/html-page.mjs";
import { textImports } from "./build/text-imports.mjs";
import { minifiedStyles } from "./build/minified-styles.mjs";
import { thirdPartyNotices } from "./build/third-party-notices.mjs";

// What is built from each package's src into its dist. Entries leave the package's dependencies outside and share chunks;
// they have types unless another file starts them by URL, or a person does. A single file carries everything; one that keeps its
// source's name, such as a worker that a page starts by URL, is an entry too and has types; a global is a single
// file that is there for classic scripts too. A page is one HTML file with everything inside.
const packages = {
  core: { entries: exportedEntries("core") },
  "store-idb": { entries: ["index"], singleFiles: { worker: "worker" } },
  spanbook: {
    startedByUrl: ["cli"],
    globals: { spanbook: "spanbook" },
    pages: { "viewer/viewer": "viewer" },
  },
  "store-sqljs": { entries: ["index", "snapshot"], startedByUrl: ["worker"] },
  widget: {
    entries: ["index", "element", "import-report", "notebook", "parts"],
    singleFiles: { bundle: "spanbook-widget", anywidget: "anywidget" },
  },
};

// The report page is in a separate chunk, which createReport imports when called. The single file leaves it beside itself,
// because it is as large as everything else.
const besideSingleFile = /\/report-template\.js$/;
const inOneFile = {
  inlineDynamicImports: true,
  paths: (id) => (besideSingleFile.test(id) ? `./${path.basename(id)}` : id),
};

/** `--configTypes` builds from scratch and writes type declarations too. */
export default function config({ configTypes: withTypes = false }) {
  return Object.entries(packages).flatMap(
    ([name, { entries = [], startedByUrl = [], singleFiles = {}, globals = {}, pages = {} }]) => {
      const folder = `packages/${name}`;
      const build = { folder, bundled: new Set() };
      if (withTypes) rmSync(`${folder}/dist`, { recursive: true, force: true });
      return [
        modules(build, [...entries, ...startedByUrl]),
        ...(withTypes ? [types(folder, [...entries, ...entryFiles({ ...singleFiles, ...globals })])] : []),
        ...Object.entries(singleFiles).map(([source, target]) => singleFile(build, source, target)),
        ...Object.entries(globals).map(([source, target]) => singleFile(build, source, target, true)),
        ...Object.entries(pages).map(([source, target]) => page(build, source, target)),
      ];
    },
  );
}

/** The names of a package's exports. */
function exportedEntries(name) {
  const { exports } = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
  return Object.keys(exports).map((path) => (path === "." ? "index" : path.slice(2)));
}

function entryFiles(singleFiles) {
  return Object.keys(singleFiles).filter((source) => singleFiles[source] === source);
}

function modules({ folder, bundled }, entries) {
  return {
    input: sources(folder, entries),
    external: externals(folder),
    plugins: [textImports(), minifiedStyles(), esbuild({ target: "es2022" }), thirdPartyNotices(bundled)],
    output: {
      dir: `${folder}/dist`,
      sourcemap: true,
      // Bundlers warn about imports that import nothing.
      hoistTransitiveImports: false,
      chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? "[name].js" : "shared/[name].js"),
    },
    onwarn: failOnWarning,
  };
}

function types(folder, entries) {
  return {
    input: sources(folder, entries),
    external: externals(folder),
    plugins: [dts(), referDisposable, typesOnly(`${folder}/dist`)],
    output: { dir: `${folder}/dist`, chunkFileNames: "shared/[name].d.ts" },
    onwarn: failOnWarning,
  };
}

/** `Disposable` is not in TypeScript's default libraries. */
const referDisposable = {
  name: "refer-disposable",
  renderChunk: (code) =>
    /\bDisposable\b/.test(code) ? `/// <reference lib="esnext.disposable" />\n${code}` : null,
};

/**
 * What `export type` names is a type also where it has a value, such as a class: rollup-plugin-dts forgets that, and an editor would
 * import a value that the module does not export. Single files are built later, and export no types that have values.
 */
function typesOnly(dist) {
  return {
    name: "types-only",
    renderChunk(code, { isEntry, name }) {
      const module = `${dist}/${name}.js`;
      if (!isEntry || !existsSync(module)) return null;
      const values = new Set(exportedNames(readFileSync(module, "utf8")));
      const asTypes = (list) =>
        list.replace(/[^\s,][^,]*/g, (one) =>
          values.has(one.split(" as ").at(-1).trim()) ? one : `type ${one}`,
        );
      return code.replace(
        /^(export \{)([^}]*)(\})/gm,
        (_, open, list, close) => open + asTypes(list) + close,
      );
    },
  };
}

/** The names exported by a module that rollup has written. */
function exportedNames(code) {
  const lists = [...code.matchAll(/^export \{([^}]*)\}/gm)].map(([, list]) => list);
  return lists.flatMap((list) => list.split(",").map((one) => one.split(" as ").at(-1).trim()));
}

function singleFile(build, source, target, isGlobalToo = false) {
  const file = `${build.folder}/dist/${target}`;
  const global = { file: `${file}.global.js`, format: "iife", name: target, intro: importReportTemplate };
  return {
    ...browserBuild(build, source, [
      thirdPartyNotices(build.bundled, { isSingleFile: true }),
      ...(isGlobalToo ? [emitReportTemplate()] : []),
    ]),
    external: besideSingleFile,
    output: [{ ...inOneFile, file: `${file}.js` }, ...(isGlobalToo ? [{ ...inOneFile, ...global }] : [])],
  };
}

function page(build, source, target) {
  const { folder, bundled } = build;
  return {
    ...browserBuild(build, source, [
      thirdPartyNotices(bundled, { isSingleFile: true, besides: [sqlite] }),
      htmlPage({ template: `${folder}/src/${source}.html`, name: target }),
    ]),
    output: { ...inOneFile, dir: `${folder}/dist`, format: "iife" },
  };
}

/** Pages do not need the code for hosts without a page. */
const withoutHosts = {
  name: "without-hosts",
  resolveId: (source, importer) =>
    source === "./host-parts.js" ? path.join(path.dirname(importer), "no-host-parts.ts") : null,
};

/** How a single file with everything in it is built. */
function browserBuild({ folder }, source, plugins) {
  const [file] = [`${source}.tsx`, `${source}.ts`].map((name) => `${folder}/src/${name}`).filter(existsSync);
  return {
    input: file,
    plugins: [
      textImports(),
      minifiedStyles(),
      withoutHosts,
      nodeResolve({ browser: true, exportConditions: ["spanbook-source"] }),
      commonjs({ include: /node_modules/ }),
      esbuild({ target: "es2022", minify: true, legalComments: "inline" }),
      ...plugins,
    ],
    onwarn: failOnWarning,
  };
}

function sources(folder, entries) {
  return Object.fromEntries(entries.map((entry) => [entry, `${folder}/src/${entry}.ts`]));
}

function externals(folder) {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return [/^node:/, ...names.map((name) => new RegExp(`^${name}(/|$)`))];
}

function failOnWarning({ code, message, id = "", ids = [] }) {
  const isOthersCircle = code === "CIRCULAR_DEPENDENCY" && ids.every((id) => id.includes("node_modules"));
  const isEmptyEntry = code === "EMPTY_BUNDLE"; // a package whose place is ready
  const isOthersHelper = code === "THIS_IS_UNDEFINED" && id.includes("node_modules"); // TypeScript's, of @bufbuild/protobuf
  if (!isOthersCircle && !isOthersHelper && !isEmptyEntry) throw new Error(message);
}
