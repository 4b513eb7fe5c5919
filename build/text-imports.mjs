import { existsSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { createBundleCache } from "./bundle-cache.mjs";
import { esbuildMinifiedStyles } from "./minified-styles.mjs";
import { readNotices, toComment } from "./notices.mjs";

// A worker that starts from a Blob and the script inside a report are code at build time and text at run time.
// `import script from "./worker.js?text"` gives that text: the module and all it imports, bundled and minified into one
// classic script (IIFE). The plugin serves Rollup and Vite alike, so tests on sources see what the build ships.

const suffix = "?text";

/**
 * A Rollup and Vite plugin for `import script from "./file.js?text"`, where file.js may be the source file.ts(x).
 *
 * @returns {any}
 */
export function textImports() {
  return {
    name: "text-imports",
    enforce: "pre",
    resolveId(source, importer) {
      if (!source.endsWith(suffix) || importer === undefined) return null;
      return findSource(path.dirname(importer), source) + suffix;
    },
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const { script, inputs } = await bundleScript(id.slice(0, -suffix.length));
      for (const input of inputs) this.addWatchFile(input);
      return { code: `export default ${JSON.stringify(script)};`, map: { mappings: "" } };
    },
  };
}

/**
 * The same for esbuild itself, which tests use to make pages.
 *
 * @returns {import("esbuild").Plugin}
 */
export function esbuildTextImports() {
  return {
    name: "text-imports",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\?text$/ }, ({ path: source, resolveDir }) => ({
        path: findSource(resolveDir, source),
        namespace: "text-imports",
      }));
      onLoad({ filter: /.*/, namespace: "text-imports" }, async ({ path: file }) => {
        const { script } = await bundleScript(file);
        return { contents: script, loader: "text" };
      });
    },
  };
}

function findSource(folder, source) {
  const file = path.resolve(folder, source.slice(0, -suffix.length));
  const candidates = [file.replace(/\.js$/, ".ts"), file.replace(/\.js$/, ".tsx"), file];
  const found = candidates.find((each) => existsSync(each));
  if (found === undefined) throw new Error(`cannot find ${source}, imported from ${folder}`);
  return found;
}

/**
 * The module and all it imports as one minified classic script, ending with third-party notices: `{ script, bundled, inputs }`,
 * where `bundled` are the inputs that are still in it after bundling.
 */
export const bundleScript = createBundleCache(async (file) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    conditions: ["spanbook-source"],
    plugins: [esbuildTextImports(), esbuildMinifiedStyles()], // a script may carry another
    legalComments: "inline",
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const bundled = Object.keys(output.inputs)
    .filter((input) => output.inputs[input].bytesInOutput > 0)
    .map((input) => path.resolve(input));
  return { script: outputFiles[0].text + toComment(await readNotices(bundled)), bundled, metafile };
});
