import type { Origins, Resource } from "./span.js";

/** A resource's attribute that says that a recorder's `redact` saw its spans before they were stored. */
const redactionKey = "spanbook.redaction";

/** The resource of a recorder that redacts. */
export function withRedactionMark(resource: Resource): Resource {
  return { ...resource, attributes: { ...resource.attributes, [redactionKey]: "on" } };
}

/** Whether all that these resources stand for was redacted. What other programs recorded does not say so. */
export function isRedacted({ resources }: Pick<Origins, "resources">): boolean {
  const all = Object.values(resources);
  return all.length > 0 && all.every(({ attributes }) => attributes[redactionKey] === "on");
}
