import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { createBundleCache } from "./bundle-cache.mjs";

// For tests on sources only. A worker thread is started by URL and loads no TypeScript, so where a source says
// `new URL("./worker.js", import.meta.url)` and only worker.ts exists, it is bundled into the cache folder and the URL
// replaced. The cache lies under node_modules, so the bundle finds its packages there.

const cacheFolder = fileURLToPath(new URL("../node_modules/.cache/spanbook/", import.meta.url));
const workerUrl = /new URL\(\s*"\.\/([\w-]+)\.js",\s*import\.meta\.url,?\s*\)/g;

/**
 * A Vite plugin that lets a source file start the worker beside it in Node.
 *
 * @returns {import("vite").Plugin}
 */
export function workerFiles() {
  return {
    name: "worker-files",
    enforce: "pre",
    async transform(code, id) {
      if (!code.includes("import.meta.url")) return null;
      const folder = path.dirname(id);
      let changed = code;
      for (const [expression, name] of code.matchAll(workerUrl)) {
        const source = path.join(folder, `${name}.ts`);
        if (existsSync(path.join(folder, `${name}.js`)) || !existsSync(source)) continue;
        const { file, inputs } = await bundleWorker(source);
        for (const input of inputs) this.addWatchFile(input);
        changed = changed.replaceAll(expression, `new URL(${JSON.stringify(pathToFileURL(file).href)})`);
      }
      // The replacement stays on its line, so the old source map is good enough.
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

const bundleWorker = createBundleCache(async (source) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [source],
    outdir: cacheFolder,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    conditions: ["spanbook-source"],
    plugins: [foreignPackagesExternal],
    logLevel: "silent",
  });
  return { file: await writeOnce(outputFiles[0].text), metafile };
});

/** Named by its content and moved into place as a whole, because two test runs may share the folder. */
async function writeOnce(text) {
  const file = path.join(
    cacheFolder,
    `worker-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.mjs`,
  );
  if (existsSync(file)) return file;
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
  return file;
}

const foreignPackagesExternal = {
  name: "foreign-packages-external",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path: specifier, kind }) => {
      const isOurs = kind === "entry-point" || specifier.startsWith("@spanbook/");
      return isOurs ? null : { path: specifier, external: true };
    });
  },
};
