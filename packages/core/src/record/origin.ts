import { contentId } from "../model/ids.js";
import { withRedactionMark } from "../model/redaction-mark.js";
import type { Origins, Resource, Scope } from "../model/span.js";
import { version } from "../model/version.js";
import { redactResource, type Redaction } from "./redaction.js";

/** Where a recorder's spans come from, and the ids by which they refer to it. */
export interface Origin {
  readonly resourceId: string;
  readonly scopeId: string;
  /** All of them so far. What it returned before stays as it was. */
  origins(): Origins;
  /** Registers where spans of another API come from. Returns the id; equal values get the same id. */
  addResource(resource: Resource): string;
  addScope(scope: Scope): string;
}

export function createOrigin(
  serviceName: string,
  redact: Redaction | undefined,
  onError: (error: unknown) => void,
): Origin {
  let all: Origins = { resources: {}, scopes: {} };
  function addResource(given: Resource): string {
    const resource = redact ? withRedactionMark(redactResource(given, redact.resource, onError)) : given;
    const id = contentId(resource);
    if (!all.resources[id]) all = { ...all, resources: { ...all.resources, [id]: resource } };
    return id;
  }
  function addScope(scope: Scope): string {
    const id = contentId(scope);
    if (!all.scopes[id]) all = { ...all, scopes: { ...all.scopes, [id]: scope } };
    return id;
  }
  const resourceId = addResource({
    attributes: {
      "service.name": serviceName,
      "telemetry.sdk.name": "spanbook",
      "telemetry.sdk.language": "document" in globalThis ? "webjs" : "nodejs",
      "telemetry.sdk.version": version,
    },
  });
  const scopeId = addScope({ name: "@spanbook/core", version });
  return { resourceId, scopeId, origins: () => all, addResource, addScope };
}
