/** The body of an OTLP/HTTP request. Protobuf is in a chunk of its own, which is loaded only if it is used. */
import { toRecord } from "../model/json.js";

/** OpenTelemetry's names. Its third, gRPC, is not supported: a page cannot speak it. */
export type OtlpProtocol = "http/json" | "http/protobuf";

export interface UploadEncoding {
  readonly contentType: string;
  readonly encode: (resourceSpans: readonly object[]) => Uint8Array<ArrayBuffer>;
}

export async function openEncoding(protocol: OtlpProtocol): Promise<UploadEncoding> {
  if (protocol === "http/json") {
    const encoder = new TextEncoder();
    return {
      contentType: "application/json",
      encode: (resourceSpans) => encoder.encode(toWellFormed(JSON.stringify({ resourceSpans }))),
    };
  }
  const { encodeOtlpProtobuf } = await import("./otlp-protobuf.js");
  return {
    contentType: "application/x-protobuf",
    encode: (resourceSpans) => encodeOtlpProtobuf({ resourceSpans }),
  };
}

/**
 * Replaces halves of surrogate pairs, as from an emoji that was cut in two, by U+FFFD, as protobuf does. A server that
 * reads JSON with protobuf's Python library, such as MLflow's, refuses the whole request because of one.
 */
function toWellFormed(json: string): string {
  return json.includes("\\ud") ? json.replace(loneSurrogate, "\\ufffd") : json;
}

// As JSON.stringify writes it; after an even number of backslashes, or it is part of inner JSON text.
const loneSurrogate = /\\ud[89a-f][\da-f]{2}(?<=(?:^|[^\\])(?:\\\\)*\\u.{4})/g;

/**
 * What a server's answer says, in JSON or protobuf, by name; `text` is an answer in any other form. Empty if it says
 * nothing.
 */
export async function readAnswer(
  response: Response,
): Promise<{ fields: Readonly<Record<string, unknown>>; text: string }> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.headers.get("Content-Type")?.includes("protobuf") === true) {
    return { fields: await decoded(bytes, response.ok), text: "" };
  }
  const text = new TextDecoder().decode(bytes);
  try {
    return { fields: toRecord(JSON.parse(text)), text: "" };
  } catch {
    return { fields: {}, text };
  }
}

async function decoded(bytes: Uint8Array, isAccepted: boolean): Promise<Readonly<Record<string, unknown>>> {
  if (bytes.length === 0) return {};
  const { decodeOtlpFailure, decodeOtlpResponse } = await import("./otlp-protobuf.js");
  try {
    return isAccepted ? decodeOtlpResponse(bytes) : decodeOtlpFailure(bytes);
  } catch {
    return {}; // an answer that cannot be read says nothing
  }
}
