import { afterAll, beforeAll } from "vitest";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { servePages, type TestSite } from "./serve-pages.js";

export interface ModelSite {
  /** The page's. */
  readonly origin: string;
  /** The model server's. */
  readonly modelUrl: string;
}

/** A page with a module, by default from this folder, and a model server that it may call, for the tests of a file. */
export function useModelSite(module: string, source = `test/browser/support/${module}.ts`): () => ModelSite {
  let site: TestSite;
  let server: ModelServer;
  beforeAll(async () => {
    server = await startModelServer();
    site = await servePages({
      pages: {
        "/": {
          html: `<link rel="icon" href="data:," /><script type="module" src="/${module}.js"></script>`,
        },
      },
      modules: { [module]: source },
    });
  });
  afterAll(() => Promise.all([site.close(), server.close()]));
  return () => ({ origin: site.origin, modelUrl: server.url });
}
