import type { SpanStatus, SpanStatusNumber, SpanStatusName } from "../model/span.js";

/** A status by name, by OTLP's number, or as code and message. */
export type StatusLike = SpanStatusName | `STATUS_CODE_${SpanStatusName}` | SpanStatusNumber | SpanStatus;

/** Throws RangeError for anything that is not a status. */
export function toStatus(
  status: StatusLike,
  message: string | undefined,
): { code: SpanStatusNumber; message: string | undefined } {
  if (typeof status === "object") return toStatus(status.code ?? 0, status.message);
  const name = String(status).replace("STATUS_CODE_", "");
  const code = typeof status === "number" ? status : ["UNSET", "OK", "ERROR"].indexOf(name);
  if (code !== 0 && code !== 1 && code !== 2) {
    throw new RangeError(`a status must be UNSET, OK or ERROR, got ${name}`);
  }
  return { code, message };
}
