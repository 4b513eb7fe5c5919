/**
 * A server on loopback that speaks the wire protocols of model providers, with the shapes in their public API references:
 * OpenAI's chat completions, responses and embeddings, Anthropic's messages, Gemini's content and Ollama's. Its answer depends
 * on the question:
 *
 * - "fail 429" (or any other status) is answered with that status and the provider's error body;
 * - "cut" ends the connection in the middle of the answer;
 * - a question about the weather calls the tools that were offered, one call for each city that it names;
 * - a request for structured output is answered with JSON;
 * - anything else is answered with a sentence that repeats it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropicMessages } from "./anthropic.js";
import { geminiContent, geminiEmbeddings } from "./gemini.js";
import { ollamaAnswer, ollamaEmbeddings } from "./ollama.js";
import { openaiChat } from "./openai-chat.js";
import { openaiEmbeddings } from "./openai-embeddings.js";
import { openaiResponses } from "./openai-responses.js";

export interface ModelServer {
  /** `http://127.0.0.1:PORT`; OpenAI's routes begin with /v1, Anthropic's with /v1/messages. */
  readonly url: string;
  /** Every request: its path, headers and parsed body. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

export interface ModelRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Body;
}

export type Body = Readonly<Record<string, unknown>>;

/** What a route answers with: a document, the events of a stream, or its lines of JSON. */
export type Answer =
  | { readonly document: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | { readonly events: readonly ServerEvent[]; readonly isCut?: boolean }
  | { readonly lines: readonly unknown[]; readonly isCut?: boolean };

export interface ServerEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** `path` is that of the request. */
export type Route = (body: Body, path: string) => Answer;

const routes: readonly (readonly [RegExp, Route])[] = [
  [/^\/v1\/chat\/completions$/, openaiChat],
  [/^\/v1\/responses$/, openaiResponses],
  [/^\/v1\/embeddings$/, openaiEmbeddings],
  [/^\/v1\/messages$/, anthropicMessages],
  [/^\/v1(beta)?\/models\/.*EmbedContents$/, geminiEmbeddings],
  [/^\/v1(beta)?\/models\/.*enerateContent$/, geminiContent],
  [/^\/api\/embed$/, ollamaEmbeddings],
  [/^\/api\/(chat|generate)$/, ollamaAnswer],
];

export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void serve(request, response, requests);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  requests: ModelRequest[],
): Promise<void> {
  // Two runs of a program are compared.
  response.sendDate = false;
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  if (request.method === "OPTIONS") return void response.writeHead(204, cors).end();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
  const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Body;
  requests.push({ path, headers: request.headers, body });
  const [, route] = routes.find(([pattern]) => pattern.test(path)) ?? [];
  const answer: Answer = route?.(body, path) ?? {
    document: { error: { message: `no route ${path}` } },
    status: 404,
  };
  if ("document" in answer) {
    response.writeHead(answer.status ?? 200, {
      "content-type": "application/json",
      ...cors,
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.document));
    return;
  }
  const isEvents = "events" in answer;
  response.writeHead(200, {
    "content-type": isEvents ? "text/event-stream" : "application/x-ndjson",
    ...cors,
  });
  const pieces = isEvents
    ? answer.events.map(toEventText)
    : answer.lines.map((line) => `${JSON.stringify(line)}\n`);
  for (const piece of pieces) {
    response.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (answer.isCut) response.destroy();
  else response.end();
}

function toEventText({ event, data }: ServerEvent): string {
  const line = event === undefined ? "" : `event: ${event}\n`;
  return `${line}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
