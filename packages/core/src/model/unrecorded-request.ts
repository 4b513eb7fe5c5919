const key = Symbol.for("spanbook.unrecorded-request");

/**
 * Options for a request of Spanbook's own, such as an upload, so that no auto tracing records it. The platform ignores
 * them, and other wrappers of `fetch` pass them on.
 */
export const unrecordedRequest = { [key]: true };

export function isUnrecordedRequest(options: unknown): boolean {
  return typeof options === "object" && options !== null && key in options;
}
