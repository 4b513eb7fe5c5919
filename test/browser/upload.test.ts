import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { decodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { UploadOptions } from "@spanbook/core/upload";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserNames, useBrowser } from "./browsers.js";
import { servePages, type TestSite } from "./support/serve-pages.js";

let site: TestSite;
let open: Server;
let closed: Server;
let lastBody: unknown;

/** A server that answers pages of other origins, or one that does not. */
async function openServer(allowsPages: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const allowed = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" };
      response.writeHead(
        request.method === "OPTIONS" && !allowsPages ? 405 : 200,
        allowsPages ? allowed : {},
      );
      if (request.method === "POST") {
        const bytes = Buffer.concat(chunks);
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
        const isProtobuf = request.headers["content-type"] === "application/x-protobuf";
        lastBody = isProtobuf ? decodeOtlpProtobuf(body) : JSON.parse(body.toString());
      }
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function endpointOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

beforeAll(async () => {
  const strict = { "content-security-policy": "default-src 'none'; script-src 'self'; connect-src *" };
  site = await servePages({
    pages: {
      "/": {
        html: `<title>upload</title><script type="module" src="/upload-page.js"></script>`,
        headers: strict,
      },
    },
    modules: { "upload-page": "test/browser/support/upload-page.ts" },
  });
  [open, closed] = await Promise.all([openServer(true), openServer(false)]);
});
afterAll(async () => {
  await site.close();
  for (const server of [open, closed]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe.each(browserNames)("a page in %s", (name) => {
  const browser = useBrowser(name);

  test("uploads JSON and protobuf under a strict policy, and is told when a server does not allow it", async (context) => {
    const page = await (await browser(context)).openPage();
    await page.goto(site.origin);
    await page.waitFor("globalThis.upload !== undefined");
    const upload = (options: UploadOptions) =>
      page.evaluate<string>(`globalThis.upload(${JSON.stringify(options)})`);

    for (const options of [{}, { protocol: "http/protobuf" }, { gzip: true }] as const) {
      lastBody = undefined;
      expect(await upload({ endpoint: endpointOf(open), ...options })).toBe("sent 2");
      // In any order within the same millisecond, which is as fine as Firefox's clock gets.
      const spans = expect.arrayContaining(
        ["outer", "inner"].map((name) => expect.objectContaining({ name })),
      );
      expect(lastBody).toMatchObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    }

    const endpoint = endpointOf(closed);
    expect(await upload({ endpoint, headers: { "X-Key": "1" } })).toBe(
      `the server at ${endpoint} answers, but does not accept requests from ${site.origin} (CORS): it must answer with ` +
        `Access-Control-Allow-Origin: ${site.origin} and Access-Control-Allow-Headers: x-key, content-type`,
    );
    const nobody = "http://127.0.0.1:9/v1/traces";
    expect(await upload({ endpoint: nobody, maxAttempts: 2 })).toMatch(
      new RegExp(`^the upload to ${nobody} failed: no connection \\(.*\\), after 2 attempts$`),
    );
    await page.close();
  });
});
