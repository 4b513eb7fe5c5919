/** The packed packages in a user's project, through the bundlers that users have, in a page. */
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import esbuild from "esbuild";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import webpack from "webpack";
import { installPacked } from "../../build/install-packed.mjs";
import { useBrowser } from "../browser/browsers.js";

const program = `
  import { init, SpanType, trace } from "@spanbook/core";
  import { createRedaction } from "@spanbook/core/redact";
  import { openStore } from "@spanbook/store-idb";
  import { show } from "@spanbook/widget";

  const store = await openStore("bundled");
  const tracing = init({ store, redact: createRedaction() });
  const answer = trace(async (question) => question.length, { name: "answer", spanType: SpanType.LLM });
  await answer("why?");
  await tracing.flush();
  document.body.append(show(store));
  document.title = store.kind;
`;

/** Each writes main.js, and what it loads later, into the folder's `NAME`. */
const bundlers: Record<string, (entry: string, outputFolder: string) => Promise<unknown>> = {
  esbuild: (entry, outdir) =>
    esbuild.build({
      entryPoints: [entry],
      outdir,
      bundle: true,
      splitting: true,
      format: "esm",
      target: "es2022",
    }),
  async rollup(input, dir) {
    const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true }), commonjs()] });
    await bundle.write({ dir, format: "es" });
    await bundle.close();
  },
  vite: (entry, outDir) =>
    viteBuild({
      configFile: false,
      logLevel: "error",
      root: path.dirname(entry),
      base: "./",
      build: {
        outDir,
        target: "es2022",
        rollupOptions: { input: entry, output: { entryFileNames: "main.js" } },
      },
    }),
  webpack: (entry, outputFolder) =>
    new Promise((resolve, reject) => {
      webpack(
        {
          mode: "production",
          entry,
          output: { path: outputFolder, filename: "main.js", publicPath: "auto" },
          performance: false,
          optimization: { minimize: false }, // which would take most of the time
        },
        (error, stats) => {
          const failure =
            error ?? (stats?.hasErrors() ? new Error(stats.toString("errors-only")) : undefined);
          if (failure) reject(failure);
          else resolve(stats);
        },
      );
    }),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-bundlers-"));
  await installPacked(folder);
  await writeFile(path.join(folder, "main.js"), program);
});
afterAll(() => rm(folder, { recursive: true }));

const chromium = useBrowser("chromium");

test.each(Object.keys(bundlers))("%s bundles a page that records, stores and shows traces", async (name) => {
  const output = path.join(folder, name);
  await bundlers[name]!(path.join(folder, "main.js"), output);
  await writeFile(
    path.join(output, "index.html"),
    `<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>`,
  );
});

test("the bundled pages record, store and show traces", async (context) => {
  const site = await serveFolder(folder);
  for (const name of Object.keys(bundlers)) {
    const page = await (await chromium(context)).openPage();
    await page.goto(`${site.origin}/${name}/index.html`);
    await page.waitFor(
      `document.querySelector("spanbook-explorer")?.shadowRoot.textContent.includes("answer")`,
    );
    expect([name, await page.title(), page.errors]).toEqual([name, "idb-worker", []]);
    await page.close();
  }
  await site.close();
});

/** The files of a folder on loopback. */
async function serveFolder(root: string): Promise<{ origin: string; close(): Promise<unknown> }> {
  const types: Record<string, string> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
  };
  const server = createServer((request, response) => {
    const file = path.join(root, path.normalize(new URL(request.url ?? "/", "http://localhost").pathname));
    readFile(file).then(
      (content) => {
        response.setHeader("content-type", types[path.extname(file)] ?? "application/octet-stream");
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => once(server.close(), "close"),
  };
}
