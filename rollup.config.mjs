import { readFileSync, rmSync } from "node:fs";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { dts } from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";
import { textImports } from "./build/text-imports.mjs";

// What is built from each package's src into its dist. Entries leave the package's dependencies outside and share chunks;
// they have types unless another file starts them by URL. A single file carries everything; one that keeps its source's name,
// such as a worker that a page starts by URL, is an entry too and has types.
const packages = {
  core: {
    entries: [
      "index",
      "client",
      "files",
      "memory",
      "model",
      "otel",
      "otlp",
      "search",
      "store",
      "upload",
      "worker",
    ],
  },
  "store-idb": { entries: ["index"], singleFiles: { worker: "worker" } },
  "store-sqljs": { entries: ["index"], startedByUrl: ["worker"] },
  widget: { entries: ["index", "element"], singleFiles: { bundle: "spanbook-widget" } },
};

// The report page is embedded in a chunk of its own, which createReport imports when it is called. The single file leaves
// it beside itself, because it is as large as all the rest.
const reportTemplate = /\/report-template\.js$/;

/** `--configTypes` builds from nothing and writes type declarations too. */
export default function config({ configTypes: withTypes = false }) {
  return Object.entries(packages).flatMap(([name, { entries, startedByUrl = [], singleFiles = {} }]) => {
    const folder = `packages/${name}`;
    if (withTypes) rmSync(`${folder}/dist`, { recursive: true, force: true });
    return [
      modules(folder, [...entries, ...startedByUrl]),
      ...(withTypes ? [types(folder, [...entries, ...entryFiles(singleFiles)])] : []),
      ...Object.entries(singleFiles).map(([source, target]) => singleFile(folder, source, target)),
    ];
  });
}

function entryFiles(singleFiles) {
  return Object.keys(singleFiles).filter((source) => singleFiles[source] === source);
}

function modules(folder, entries) {
  return {
    input: sources(folder, entries),
    external: externals(folder),
    plugins: [textImports(), esbuild({ target: "es2022" })],
    output: {
      dir: `${folder}/dist`,
      sourcemap: true,
      chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? "[name].js" : "shared/[name].js"),
    },
    onwarn: failOnWarning,
  };
}

function types(folder, entries) {
  return {
    input: sources(folder, entries),
    external: externals(folder),
    plugins: [dts()],
    output: { dir: `${folder}/dist`, chunkFileNames: "shared/[name].d.ts" },
    onwarn: failOnWarning,
  };
}

function singleFile(folder, source, target) {
  return {
    input: `${folder}/src/${source}.ts`,
    external: reportTemplate,
    plugins: [
      textImports(),
      nodeResolve({ browser: true, exportConditions: ["source"] }),
      commonjs({ include: /node_modules/ }),
      esbuild({ target: "es2022", minify: true, legalComments: "inline" }),
    ],
    output: {
      file: `${folder}/dist/${target}.js`,
      inlineDynamicImports: true,
      paths: (id) => (reportTemplate.test(id) ? "./report-template.js" : id),
    },
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

function failOnWarning({ code, message, ids = [] }) {
  const isOthersCircle = code === "CIRCULAR_DEPENDENCY" && ids.every((id) => id.includes("node_modules"));
  const isEmptyEntry = code === "EMPTY_BUNDLE"; // a package whose place is ready
  if (!isOthersCircle && !isEmptyEntry) throw new Error(message);
}
