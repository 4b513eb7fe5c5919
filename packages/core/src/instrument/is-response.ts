/** Whether it is a Response of the platform, which may have no such class. Only the program may read its body. */
export function isResponse(value: unknown): value is Response {
  return typeof Response === "function" && value instanceof Response;
}
