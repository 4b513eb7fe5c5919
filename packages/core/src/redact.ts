/** Hooks that remove secrets and personal data from what is recorded. */
export { createRedaction, type RedactionOptions } from "./redact/create-redaction.js";
