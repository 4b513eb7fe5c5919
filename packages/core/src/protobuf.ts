export { decodeOtlpProtobuf, encodeOtlpProtobuf } from "./exchange/otlp-protobuf.js";
