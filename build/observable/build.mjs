import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// Observable's kits, run on notebooks and pages of this repository as their own programs would. They have their own package.json
// because they weigh 160 MB: installed by `npm run test:interop`, or by install.mjs.

const folder = fileURLToPath(new URL(".", import.meta.url));
const spanbook = path.join(folder, "../../packages/spanbook");
const run = promisify(execFile);

/**
 * Builds notebooks of notebook-kit, as `notebooks build --no-minify` does, into pages that any static server gives.
 *
 * @param {readonly string[]} files the notebooks, in one folder
 * @param {string} out the folder for the pages, which keep the notebooks' names
 */
export async function buildNotebooks(files, out) {
  const [{ build }, { config, observable }] = await Promise.all([
    import("vite"),
    import("@observablehq/notebook-kit/vite"),
  ]);
  const { resolve, ...others } = config();
  // The theme's fonts are expected beside the notebook, where a separate project would have them.
  const fonts = {
    find: /^@fontsource-variable\//,
    replacement: `${path.join(folder, "node_modules/@fontsource-variable")}/`,
  };
  await build({
    ...others,
    configFile: false,
    logLevel: "error",
    plugins: [observable()],
    root: path.dirname(files[0]),
    resolve: { ...resolve, alias: [...resolve.alias, fonts] },
    build: {
      outDir: path.resolve(out),
      emptyOutDir: false,
      minify: false,
      rollupOptions: { input: [...files] },
    },
  });
}

/**
 * Builds a project of Framework, as `observable build` does. What its pages import as `npm:spanbook@…` is this repository's
 * build, which is put where Framework keeps what it has fetched.
 *
 * @param {string} source the project's folder, which is left as it is
 * @param {string} out the folder of the built site
 */
export async function buildFramework(source, out) {
  const project = await mkdtemp(path.join(tmpdir(), "spanbook-framework-"));
  try {
    await cp(source, project, { recursive: true });
    const { version } = JSON.parse(await readFile(`${spanbook}/package.json`, "utf8"));
    const cache = path.join(project, `.observablehq/cache/_npm/spanbook@${version}/dist`);
    await mkdir(cache, { recursive: true });
    for (const name of ["spanbook.js", "report-template.js"]) {
      await cp(`${spanbook}/dist/${name}`, path.join(cache, name));
    }
    await run(
      process.execPath,
      [path.join(folder, "node_modules/@observablehq/framework/dist/bin/observable.js"), "build"],
      {
        cwd: project,
        env: { ...process.env, OBSERVABLE_TELEMETRY_DISABLE: "true" },
      },
    );
    await cp(path.join(project, "dist"), out, { recursive: true });
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}
