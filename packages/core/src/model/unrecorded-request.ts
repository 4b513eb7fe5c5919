const key = Symbol.for("spanbook.unrecorded-request");

/**
 * Options of a request of Spanbook's own, such as an upload of what was recorded: no auto tracing records it. The platform does
 * not read them, and what else is put around `fetch` hands them on.
 */
export const unrecordedRequest = { [key]: true };

export function isUnrecordedRequest(options: unknown): boolean {
  return typeof options === "object" && options !== null && key in options;
}
