/**
 * The protobuf schema of OTLP as the judge of our JSON: the code that OpenTelemetry generated from the official .proto files,
 * from its JavaScript packages.
 */
import { createRequire } from "node:module";

interface MessageType {
  /** A reason, or null. */
  verify(message: object): string | null;
  fromObject(plain: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): Record<string, unknown>;
}

interface GeneratedRoot {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: MessageType } };
      };
    };
  };
}

const require = createRequire(import.meta.url);
const root = require("@opentelemetry/otlp-transformer/build/src/generated/root") as GeneratedRoot;
const message = root.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

const bytesFields = new Set(["traceId", "spanId", "parentSpanId"]);

/** The bytes that the OTLP JSON text stands for. Throws if the schema refuses it. */
export function toProtobufBytes(json: string): Uint8Array {
  const plain = JSON.parse(json, (key, value: unknown) => {
    return bytesFields.has(key) && typeof value === "string"
      ? Buffer.from(value, "hex").toString("base64")
      : value;
  }) as object;
  const reason = message.verify(message.fromObject(plain));
  if (reason !== null) throw new TypeError(`the schema refuses it: ${reason}`);
  return message.encode(message.fromObject(plain)).finish();
}

/** What the bytes say: 64-bit integers as decimal strings, bytes as base64. */
export function fromProtobuf(bytes: Uint8Array, options: object = {}): Record<string, unknown> {
  const decoded = message.decode(bytes);
  return message.toObject(decoded, { longs: String, bytes: String, enums: Number, json: true, ...options });
}

/**
 * What the OTLP JSON text says as protobuf: encoded and decoded again, bytes as base64, 64-bit integers as decimal strings.
 * Throws if the schema refuses it.
 */
export function toProtobuf(json: string, options: object = {}): Record<string, unknown> {
  return fromProtobuf(toProtobufBytes(json), options);
}

type Plain = Record<string, unknown>;

/**
 * What the OTLP JSON text says of each span, by trace and span id: the span with its scope and resource as protobuf, default
 * values filled in, since protobuf cannot tell them from absent ones, and attributes by key, since they are a set.
 */
export function toProtobufSpans(json: string): Map<string, unknown> {
  const { resourceSpans = [] } = toProtobuf(json, { defaults: true }) as { resourceSpans?: Plain[] };
  const spans = new Map<string, unknown>();
  for (const { scopeSpans = [], ...resource } of resourceSpans) {
    for (const { spans: inner = [], ...scope } of scopeSpans as Plain[]) {
      for (const span of inner as Plain[]) {
        spans.set(
          `${String(span["traceId"])} ${String(span["spanId"])}`,
          sortKeys({ resource, scope, span }),
        );
      }
    }
  }
  return spans;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value.map(sortKeys);
    const isKeyed =
      list.length > 0 && list.every((item) => typeof (item as Plain | null)?.["key"] === "string");
    return isKeyed ? list.sort((a, b) => ((a as Plain)["key"]! < (b as Plain)["key"]! ? -1 : 1)) : list;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, sortKeys(field)]));
}
