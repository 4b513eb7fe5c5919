import { isRecord, withoutUndefined } from "../model/objects.js";
import type { TracePatch } from "../model/patch.js";
import type { Resource, Span } from "../model/span.js";
import { MlflowKey } from "../model/dialects/mlflow.js";

/**
 * Hooks that see everything before it leaves the recorder, and return what may leave. They run when a batch is made, not while
 * the traced code runs, and again for a span that was already written while it was open.
 */
export interface Redaction {
  /** Ids, parent, kind and times stay the span's own, whatever it returns. */
  readonly span?: (span: Span) => Span;
  /** Returning undefined drops the patch. Its operation and its trace stay its own. */
  readonly patch?: (patch: TracePatch) => TracePatch | undefined;
  /** Sees each resource once: the service, and with OpenTelemetry also its machine, process and command line. */
  readonly resource?: (resource: Resource) => Resource;
}

/** The span as it may leave. If the hook fails, only its name, kind, type, times and status code remain. */
export function redactSpan(span: Span, hook: Redaction["span"], onError: (error: unknown) => void): Span {
  if (!hook) return span;
  const { traceId, spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano } = span;
  const { resourceId, scopeId } = span;
  const times = { startTimeUnixNano, endTimeUnixNano };
  const own = { traceId, spanId, parentSpanId, kind, ...times, resourceId, scopeId };
  const type = span.attributes[MlflowKey.spanType];
  const code = span.status && (span.status.code ?? 0);
  try {
    // Copied through JSON, so that the hook cannot change the span later.
    const redacted = JSON.parse(JSON.stringify(hook(span))) as unknown;
    if (!isSpan(redacted)) throw new TypeError("redact.span must return a span");
    return withoutUndefined({ ...redacted, ...own });
  } catch (error) {
    onError(error);
    return withoutUndefined({
      ...own,
      name,
      attributes: withoutUndefined({ [MlflowKey.spanType]: type, "spanbook.redaction": "failed" }),
      status: code === undefined ? undefined : { code },
    });
  }
}

/** Whether all that a hook may change has the shape it has in a span. A malformed span would cost others in its batch. */
function isSpan(value: unknown): value is Span {
  if (!isRecord(value)) return false;
  const { name, attributes, status = {}, events = [], links = [] } = value;
  if (typeof name !== "string" || !Array.isArray(events) || !Array.isArray(links)) return false;
  return [attributes, status, ...(events as unknown[]), ...(links as unknown[])].every(isRecord);
}

/** The patch as it may leave; undefined if it may not, or if the hook fails. */
export function redactPatch(
  patch: TracePatch,
  hook: Redaction["patch"],
  onError: (error: unknown) => void,
): TracePatch | undefined {
  if (!hook) return patch;
  const texts = ["key", "value"].filter((part) => part in patch);
  try {
    const redacted: Partial<Record<string, unknown>> | undefined = hook(patch);
    if (!redacted) return undefined;
    if (texts.some((part) => typeof redacted[part] !== "string")) {
      throw new TypeError("redact.patch must return a patch or undefined");
    }
    return { ...patch, ...Object.fromEntries(texts.map((part) => [part, redacted[part]])) };
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/** The resource as it may leave. If the hook fails, no attribute remains. */
export function redactResource(
  resource: Resource,
  hook: Redaction["resource"],
  onError: (error: unknown) => void,
): Resource {
  if (!hook) return resource;
  try {
    const redacted = JSON.parse(JSON.stringify(hook(resource))) as Resource | null;
    if (!isRecord(redacted?.attributes)) throw new TypeError("redact.resource must return a resource");
    return redacted;
  } catch (error) {
    onError(error);
    return { ...resource, attributes: {} };
  }
}
