/**
 * An OTLP/HTTP receiver on this machine: it stores what programs in other languages send. A request is answered once its spans
 * are durable. Source: opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Transform } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { importOtlp, type ImportResult } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { TraceStore } from "@spanbook/core/store";
import { accepted, contentTypes, refused, type Answer, type Encoding } from "./answer.js";
import { isAllowedOrigin, isLoopback } from "./loopback.js";

export interface ReceiverOptions {
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Default 4318; 0 takes any free port. */
  readonly port?: number;
  /** Limit for a request's body, unzipped; default 64 MiB, as in collectors. */
  readonly maxBodyBytes?: number;
  /** Origins whose pages may send, besides those on this machine. */
  readonly allowedOrigins?: readonly string[];
  /** Called for each request that brought spans. */
  readonly onReceived?: (received: ImportResult) => void;
  /** Called for each request that was refused, with the reason. */
  readonly onRefused?: (message: string) => void;
}

export interface Receiver {
  /** Where to send traces. */
  readonly endpoint: string;
  /** Takes no more requests, and resolves when those that had come are answered; one that has stopped coming is cut off. */
  close(): Promise<void>;
}

export const defaultPort = 4318;
export const defaultHost = "127.0.0.1";
const tracesPath = "/v1/traces";
const defaultMaxBodyBytes = 64 * 2 ** 20;
/** How many messages an answer gives to explain refused spans. */
const maxMessages = 3;

/** Starts listening. Rejects with the system's error if the port is taken. */
export async function openReceiver(store: TraceStore, options: ReceiverOptions = {}): Promise<Receiver> {
  const { host = defaultHost, port = defaultPort } = options;
  const server = createServer((request, response) => {
    void answerRequest(request, response, store, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shownHost = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { endpoint: `http://${shownHost}:${address.port}${tracesPath}`, close: () => closeServer(server) };
}

/** So long a request that has begun may take when nobody waits for more. */
const maxClosingMs = 5000;

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), maxClosingMs);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  store: TraceStore,
  options: ReceiverOptions,
): Promise<void> {
  const { origin } = request.headers;
  if (origin !== undefined && isAllowedOrigin(origin, options.allowedOrigins ?? [])) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Vary", "Origin");
  }
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  const encoding = encodingOf(request);
  const {
    status,
    body,
    reason = "",
  } = await answerTo(request, encoding, store, options).catch((error: unknown) => toFailure(error, encoding));
  if (status !== 200) {
    options.onRefused?.(`${request.method ?? ""} ${request.url ?? ""}: ${status}${reason && `, ${reason}`}`);
    // An unread rest of the body must not be taken for the next request.
    response.setHeader("Connection", "close");
    if (status === 503) response.setHeader("Retry-After", "5");
  }
  response.writeHead(status, { "Content-Type": contentTypes[encoding ?? "json"] }).end(body);
}

/** A browser asks first. Without the headers that allow an origin, it does not go on. */
function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    response.setHeader("Access-Control-Allow-Methods", "POST");
    response.setHeader("Access-Control-Max-Age", "7200");
    const headers = request.headers["access-control-request-headers"];
    if (headers !== undefined) response.setHeader("Access-Control-Allow-Headers", headers);
  }
  response.writeHead(204).end();
}

async function answerTo(
  request: IncomingMessage,
  encoding: Encoding | undefined,
  store: TraceStore,
  options: ReceiverOptions,
): Promise<Answer> {
  const { pathname } = new URL(request.url ?? "/", "http://receiver");
  const { origin, host = "" } = request.headers;
  if (pathname !== tracesPath) return refused("json", 404, `expected ${tracesPath}, got ${pathname}`);
  // A page elsewhere can make a browser send without asking, or point its own host name at this machine's address.
  if (origin !== undefined && !isAllowedOrigin(origin, options.allowedOrigins ?? [])) {
    return refused("json", 403, `pages of ${origin} may not send; --allow-origin allows it`);
  }
  if (isLoopback(request.socket.localAddress ?? "") && !isLoopback(hostNameOf(host))) {
    return refused("json", 403, `expected this machine's name as host, got ${host}`);
  }
  if (request.method !== "POST") return refused("json", 405, `expected POST, got ${request.method ?? ""}`);
  if (encoding === undefined) {
    return refused("json", 415, `expected application/json or application/x-protobuf as Content-Type`);
  }
  const body = bodyOf(request, options.maxBodyBytes ?? defaultMaxBodyBytes);
  const result = await importBody(store, body, encoding);
  options.onReceived?.(result);
  const messages = result.errors.map(({ path, message }) => `${path}: ${message}`).slice(0, maxMessages);
  return accepted(encoding, result.errors.length, messages.join("; "));
}

async function importBody(
  store: TraceStore,
  body: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): Promise<ImportResult> {
  if (encoding === "json") return importOtlp(store, body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return importOtlp(store, JSON.stringify(decodeOtlpProtobuf(Buffer.concat(pieces))));
}

function encodingOf({ headers }: IncomingMessage): Encoding | undefined {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  const found = Object.entries(contentTypes).find(([, known]) => known === type.trim().toLowerCase());
  return found?.[0] as Encoding | undefined;
}

/** The body, unzipped. Rejects with HttpError if it is too large, or has an unknown encoding. */
async function* bodyOf(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of unpacked(request) as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new HttpError(413, `expected at most ${maxBytes} bytes`);
    yield piece;
  }
}

function unpacked(request: IncomingMessage): AsyncIterable<unknown> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  switch (encoding.toLowerCase()) {
    case "identity":
      return request;
    case "gzip":
      return unzipped(request, createGunzip());
    case "deflate":
      return unzipped(request, createInflate());
    default:
      throw new HttpError(415, `expected gzip, deflate or no Content-Encoding, got ${encoding}`);
  }
}

/** A pipe alone would wait for ever for the rest of a request whose sender has gone. */
function unzipped(request: IncomingMessage, unzip: Transform): AsyncIterable<unknown> {
  request.once("error", (failure) => unzip.destroy(failure));
  return request.pipe(unzip);
}

function hostNameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
}

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function toFailure(error: unknown, encoding: Encoding = "json"): Answer {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof HttpError) return refused(encoding, error.status, message);
  // Not OTLP, or bad gzip. What the store cannot write now, such as to a full disk, the sender is to keep and to send again,
  // which after any other status it does not.
  const isSenders = error instanceof TypeError || (code ?? "").startsWith("Z_");
  return refused(encoding, isSenders ? 400 : 503, message);
}
