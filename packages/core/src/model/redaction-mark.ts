import type { Origins, Resource } from "./span.js";

/** The resource attribute saying that a recorder's `redact` saw the spans before they were stored. */
const redactionKey = "spanbook.redaction";

/** The resource of a recorder that redacts. */
export function withRedactionMark(resource: Resource): Resource {
  return { ...resource, attributes: { ...resource.attributes, [redactionKey]: "on" } };
}

/** Whether everything recorded under these resources was redacted. Recordings of other programs do not say so. */
export function isRedacted({ resources }: Pick<Origins, "resources">): boolean {
  const all = Object.values(resources);
  return all.length > 0 && all.every(({ attributes }) => attributes[redactionKey] === "on");
}
