/** A loopback OTLP/HTTP server that behaves as it is told and keeps what it accepted. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { fromProtobuf, toProtobuf } from "./otlp-judge.js";

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What was sent, as JSON; for protobuf what it says, with ids in base64. */
  readonly body: string;
  readonly spanIds: readonly string[];
}

/** What to do with a request; if that gives no answer, the server accepts it with 200 and `{}`. */
export type Behaviour = (request: ReceivedRequest, response: ServerResponse) => void;

export interface OtlpServer {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** The span ids of the requests that were answered with 200, in order. */
  readonly taken: string[];
  /** The behaviours of the next requests, one each; those after them are accepted. */
  next(...behaviours: Behaviour[]): void;
  /** What it does with all requests that have no behaviour of their own; with undefined it accepts them. */
  always(behaviour: Behaviour | undefined): void;
  close(): Promise<void>;
}

export async function openOtlpServer(): Promise<OtlpServer> {
  const requests: ReceivedRequest[] = [];
  const taken: string[] = [];
  const script: Behaviour[] = [];
  let usual: Behaviour | undefined;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const content = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
      const isProtobuf = incoming.headers["content-type"] === "application/x-protobuf";
      const body = isProtobuf ? JSON.stringify(fromProtobuf(content)) : content.toString();
      // The schema is the judge of what is sent.
      if (!isProtobuf) toProtobuf(body);
      const ids = [...body.matchAll(/"spanId":"([^"]*)"/g)].map(([, id]) => id!);
      const spanIds = isProtobuf ? ids.map((id) => Buffer.from(id, "base64").toString("hex")) : ids;
      const request = { path: incoming.url ?? "", headers: incoming.headers, body, spanIds };
      requests.push(request);
      (script.shift() ?? usual)?.(request, response);
      if (response.headersSent || response.destroyed || response.writableEnded) return;
      if (response.statusCode === 200) taken.push(...spanIds);
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    requests,
    taken,
    next: (...behaviours) => script.push(...behaviours),
    always: (behaviour) => (usual = behaviour),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with that status, headers and body. */
export function answer(
  status: number,
  headers: Record<string, string> = {},
  body: string | Uint8Array = "",
): Behaviour {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}
