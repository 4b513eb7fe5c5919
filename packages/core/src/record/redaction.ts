import { withoutUndefined } from "../model/objects.js";
import type { TracePatch } from "../model/patch.js";
import type { Resource, Span } from "../model/span.js";
import { MlflowKey } from "../model/dialects/mlflow.js";

/**
 * Hooks that see everything before it leaves the recorder, and give back what may. They run when a batch is made, not while
 * the traced code runs, and once more for a span that was written while it was open.
 */
export interface Redaction {
  /** Ids, parent and times stay the span's own, whatever it gives back. */
  readonly span?: (span: Span) => Span;
  /** undefined drops the patch. */
  readonly patch?: (patch: TracePatch) => TracePatch | undefined;
  /** What recorded: a service, and with OpenTelemetry also its machine, process and command line. Once for each. */
  readonly resource?: (resource: Resource) => Resource;
}

/** The span as it may leave. A hook that fails takes everything from it but its name, type, times and status code. */
export function redactSpan(span: Span, hook: Redaction["span"], onError: (error: unknown) => void): Span {
  if (!hook) return span;
  const { traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano } = span;
  const own = withoutUndefined({ traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano });
  try {
    // As text and back: what the hook keeps of it and changes later does not change the span.
    const redacted = JSON.parse(JSON.stringify(hook(span))) as Span;
    if (typeof redacted.attributes !== "object") throw new TypeError("a redaction must give back a span");
    return { ...redacted, ...own };
  } catch (error) {
    onError(error);
    const { name, kind, resourceId, scopeId } = span;
    const type = span.attributes[MlflowKey.spanType];
    return withoutUndefined({
      ...own,
      name,
      kind,
      attributes: withoutUndefined({ [MlflowKey.spanType]: type, "spanbook.redaction": "failed" }),
      status: span.status && { code: span.status.code ?? 0 },
      resourceId,
      scopeId,
    });
  }
}

/** The patch as it may leave; undefined where it may not, or where the hook fails. */
export function redactPatch(
  patch: TracePatch,
  hook: Redaction["patch"],
  onError: (error: unknown) => void,
): TracePatch | undefined {
  if (!hook) return patch;
  try {
    const redacted = hook(patch);
    return redacted && { ...redacted, id: patch.id, traceId: patch.traceId };
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/** The resource as it may leave. A hook that fails takes all of its attributes. */
export function redactResource(
  resource: Resource,
  hook: Redaction["resource"],
  onError: (error: unknown) => void,
): Resource {
  if (!hook) return resource;
  try {
    return JSON.parse(JSON.stringify(hook(resource))) as Resource;
  } catch (error) {
    onError(error);
    return { ...resource, attributes: {} };
  }
}
