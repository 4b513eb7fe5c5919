import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ipynb": "application/json",
  ".jpeg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/**
 * Serves the files of a folder on loopback, as any static server does: a folder as its index.html, missing files as 404.
 *
 * @param {string} folder
 * @param {{ port?: number }} [options] by default a free port
 * @returns {Promise<{ origin: string, close(): Promise<void> }>}
 */
export async function serveFolder(folder, { port = 0 } = {}) {
  const root = path.resolve(folder);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    try {
      const file = await fileOf(path.join(root, decodeURIComponent(pathname)));
      if (!file.startsWith(root + path.sep)) throw new Error(`${file} is outside`);
      const content = await readFile(file);
      response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function fileOf(location) {
  return (await stat(location)).isDirectory() ? path.join(location, "index.html") : location;
}
