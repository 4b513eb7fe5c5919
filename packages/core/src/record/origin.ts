import { contentId } from "../model/ids.js";
import type { Origins, Resource, Scope } from "../model/span.js";
import { version } from "../model/version.js";

/** Where a recorder's spans come from, and the ids under which they refer to it. */
export interface Origin {
  readonly resourceId: string;
  readonly scopeId: string;
  readonly origins: Origins;
}

export function createOrigin(serviceName: string): Origin {
  const resource: Resource = {
    attributes: {
      "service.name": serviceName,
      "telemetry.sdk.name": "spanbook",
      "telemetry.sdk.language": "document" in globalThis ? "webjs" : "nodejs",
      "telemetry.sdk.version": version,
    },
  };
  const scope: Scope = { name: "@spanbook/core", version };
  const [resourceId, scopeId] = [contentId(resource), contentId(scope)];
  const origins = { resources: { [resourceId]: resource }, scopes: { [scopeId]: scope } };
  return { resourceId, scopeId, origins };
}
