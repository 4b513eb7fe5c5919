/** Whether it is a Response of the platform, which may have none. Its body is the program's to read. */
export function isResponse(value: unknown): value is Response {
  return typeof Response === "function" && value instanceof Response;
}
