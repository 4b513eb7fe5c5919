/** OTLP as protobuf, to and from the document that OTLP JSON is. */
export {
  decodeOtlpFailure,
  decodeOtlpProtobuf,
  decodeOtlpResponse,
  encodeOtlpFailure,
  encodeOtlpProtobuf,
  encodeOtlpResponse,
} from "./exchange/otlp-protobuf.js";
