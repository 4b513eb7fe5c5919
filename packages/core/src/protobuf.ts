export {
  decodeOtlpFailure,
  decodeOtlpProtobuf,
  decodeOtlpResponse,
  encodeOtlpFailure,
  encodeOtlpProtobuf,
  encodeOtlpResponse,
} from "./exchange/otlp-protobuf.js";
