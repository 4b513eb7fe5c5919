/**
 * The protobuf schema of OTLP as judge of our JSON: the code that OpenTelemetry generated from the official .proto files,
 * as it lies in its JavaScript packages.
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

/**
 * What the OTLP JSON text says as protobuf: encoded and decoded again, bytes as hex, 64-bit integers as decimal strings.
 * Throws where the schema refuses it.
 */
export function toProtobuf(json: string): Record<string, unknown> {
  const plain = JSON.parse(json, (key, value: unknown) => {
    return bytesFields.has(key) && typeof value === "string"
      ? Buffer.from(value, "hex").toString("base64")
      : value;
  }) as object;
  const reason = message.verify(message.fromObject(plain));
  if (reason !== null) throw new TypeError(`the schema refuses it: ${reason}`);
  const decoded = message.decode(message.encode(message.fromObject(plain)).finish());
  return message.toObject(decoded, { longs: String, bytes: String, enums: Number, json: true });
}
