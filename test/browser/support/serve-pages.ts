import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleScript, esbuildTextImports } from "../../../build/text-imports.mjs";

/** A site on loopback. Each has its own port, and so its own origin and data. */
export interface TestSite {
  readonly origin: string;
  close(): Promise<void>;
}

export interface SitePage {
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SiteContent {
  /** By path. */
  readonly pages: Readonly<Record<string, SitePage>>;
  /** Sources by name: each is bundled as the module `/name.js`, with its dynamic imports beside it. */
  readonly modules: Readonly<Record<string, string>>;
  /** Text by path, served as JSON. */
  readonly data?: Readonly<Record<string, string>>;
  /** Sources like those of the modules, each as one classic script. */
  readonly scripts?: Readonly<Record<string, string>>;
}

export async function servePages({
  pages,
  modules,
  data = {},
  scripts = {},
}: SiteContent): Promise<TestSite> {
  const files = await bundleModules(modules);
  for (const [name, source] of Object.entries(scripts)) {
    files.set(`/${name}.js`, (await bundleScript(path.join(root, source))).script);
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const page = pages[pathname];
    const file = files.get(pathname);
    if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
      response.end(`<!doctype html>${page.html}`);
    } else if (file) {
      response.writeHead(200, {
        "content-type": "text/javascript; charset=utf-8",
        "access-control-allow-origin": "*",
      });
      response.end(file);
    } else if (data[pathname] !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(data[pathname]);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

async function bundleModules(
  modules: Readonly<Record<string, string>>,
): Promise<Map<string, string | Uint8Array>> {
  const outdir = path.join(root, "out/pages");
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(modules).map(([name, source]) => [name, path.join(root, source)]),
    ),
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["spanbook-source"],
    external: ["node:*"],
    alias: { vitest: path.join(root, "test/browser/support/page-expect.ts") },
    outdir,
    plugins: [esbuildTextImports()],
    logLevel: "silent",
  });
  return new Map(outputFiles.map((file) => [`/${path.relative(outdir, file.path)}`, file.contents]));
}
