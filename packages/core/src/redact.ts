export { createRedaction, type RedactionOptions } from "./redact/create-redaction.js";
