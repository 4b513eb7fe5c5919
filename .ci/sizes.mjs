import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

// What each entry costs a page: the built entry with everything it imports at once, minified, gzip level 9. What is imported
// later (Plot, the report template) is not counted. Run after `npm run build`.

const budgets = [
  { name: "core", imports: ["packages/core/dist/index.js"], maxKb: 25 },
  {
    name: "core, init and trace as one script",
    imports: ["packages/core/dist/index.js"],
    only: "init, trace",
    maxKb: 23.3,
  },
  ...[
    "agents",
    "ai",
    "anthropic",
    "ax",
    "fetch",
    "gemini",
    "huggingface",
    "langchain",
    "language-model",
    "llamaindex",
    "mastra",
    "mcp",
    "ollama",
    "openai",
    "web-llm",
  ].map((entry) => ({
    name: `core/${entry}`,
    imports: [`packages/core/dist/${entry}.js`],
    maxKb: 14.1,
  })),
  { name: "core/auto", imports: ["packages/core/dist/auto.js"], maxKb: 24.6 },
  { name: "core/client", imports: ["packages/core/dist/client.js"], maxKb: 10.4 },
  { name: "core/files", imports: ["packages/core/dist/files.js"], maxKb: 17.4 },
  { name: "core/memory", imports: ["packages/core/dist/memory.js"], maxKb: 16.5 },
  { name: "core/model", imports: ["packages/core/dist/model.js"], maxKb: 12 },
  {
    name: "core/otel with core, without the API",
    imports: ["packages/core/dist/index.js", "packages/core/dist/otel.js"],
    without: ["@opentelemetry/api"],
    maxKb: 34.5,
  },
  { name: "core/otlp", imports: ["packages/core/dist/otlp.js"], maxKb: 19.2 },
  { name: "core/protobuf", imports: ["packages/core/dist/protobuf.js"], maxKb: 7 },
  { name: "core/redact", imports: ["packages/core/dist/redact.js"], maxKb: 3 },
  { name: "core/search", imports: ["packages/core/dist/search.js"], maxKb: 10.1 },
  { name: "core/store", imports: ["packages/core/dist/store.js"], maxKb: 8 },
  { name: "core/upload", imports: ["packages/core/dist/upload.js"], maxKb: 16.9 },
  { name: "core/worker", imports: ["packages/core/dist/worker.js"], maxKb: 8 },
  {
    name: "core + store-idb",
    imports: ["packages/core/dist/index.js", "packages/store-idb/dist/index.js"],
    maxKb: 31,
  },
  { name: "store-idb's worker", imports: ["packages/store-idb/dist/worker-script.js"], maxKb: 32.6 },
  { name: "store-sqljs", imports: ["packages/store-sqljs/dist/index.js"], maxKb: 10 },
  {
    name: "store-sqljs worker without sql.js",
    imports: ["packages/store-sqljs/dist/worker.js"],
    without: ["sql.js"],
    maxKb: 35.9,
  },
  { name: "widget without Plot", imports: ["packages/widget/dist/index.js"], maxKb: 71.5 },
  { name: "widget/element without Plot", imports: ["packages/widget/dist/element.js"], maxKb: 69.7 },
  { name: "widget, single file with all", file: "packages/widget/dist/spanbook-widget.js", maxKb: 245.8 },
  { name: "widget/anywidget, single file with all", file: "packages/widget/dist/anywidget.js", maxKb: 257.8 },
  { name: "report template with its runtime", file: "packages/widget/dist/report-template.js", maxKb: 138.7 },
  { name: "spanbook, core + store + widget", file: "packages/spanbook/dist/spanbook.js", maxKb: 328.4 },
  { name: "viewer.html with SQLite", file: "packages/spanbook/dist/viewer.html", maxKb: 824.9 },
];

let isOver = false;
for (const { name, imports, only, without = [], file, maxKb } of budgets) {
  const texts = file === undefined ? await bundle(imports, only, without) : [await readFile(file)];
  const sizeKb = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0) / 1000;
  const isTooLarge = sizeKb > maxKb;
  isOver ||= isTooLarge;
  console.log(
    `${name.padEnd(36)} ${sizeKb.toFixed(1).padStart(6)} of ${String(maxKb).padStart(3)} kB${isTooLarge ? "  over budget" : ""}`,
  );
}
if (isOver) process.exitCode = 1;

/** The files that a browser loads before the first line of the entry runs; with `only` those names, in one file with all that could be later. */
async function bundle(imports, only, without) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: imports.map((file) => `export ${only ? `{ ${only} }` : "*"} from "./${file}";`).join("\n"),
      resolveDir: process.cwd(),
      sourcefile: "entry.js",
    },
    bundle: true,
    minify: true,
    splitting: only === undefined,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*", ...without],
    outdir: "out/sizes",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const loaded = new Set();
  const load = (output) => {
    if (loaded.has(output)) return;
    loaded.add(output);
    for (const { path, kind, external } of metafile.outputs[output].imports) {
      if (kind === "import-statement" && !external) load(path);
    }
  };
  load(Object.keys(metafile.outputs).find((output) => metafile.outputs[output].entryPoint === "entry.js"));
  return outputFiles
    .filter((output) => loaded.has(path.relative("", output.path)))
    .map(({ contents }) => contents);
}
