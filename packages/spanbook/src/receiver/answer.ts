/**
 * The answers of an OTLP/HTTP receiver, in the encoding of the request. Source: opentelemetry.io/docs/specs/otlp, "OTLP/HTTP
 * Response"
 */
import { encodeOtlpFailure, encodeOtlpResponse } from "@spanbook/core/protobuf";

export type Encoding = "json" | "protobuf";

export interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Why the request was refused. */
  readonly reason?: string;
}

export const contentTypes: Readonly<Record<Encoding, string>> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

/** Everything was accepted, or all but some spans, for the reason in `errorMessage`. */
export function accepted(encoding: Encoding, rejectedSpans: number, errorMessage: string): Answer {
  const response =
    rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } };
  return {
    status: 200,
    body: encoding === "json" ? JSON.stringify(response) : encodeOtlpResponse(response),
  };
}

/** The request was refused: a google.rpc.Status, whose code is one of gRPC's. */
export function refused(encoding: Encoding, status: number, message: string): Answer {
  const failure = { code: status === 503 ? grpcUnavailable : grpcInvalidArgument, message };
  const body = encoding === "json" ? JSON.stringify(failure) : encodeOtlpFailure(failure);
  return { status, body, reason: message };
}

const grpcInvalidArgument = 3;
const grpcUnavailable = 14;
