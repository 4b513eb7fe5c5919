import { trace, TraceFlags, type Context } from "@opentelemetry/api";
import type { Span } from "../model/span.js";
import type { BatchedSpan } from "../record/batcher.js";
import { createTracing } from "../record/create-tracing.js";
import type { TracingOptions } from "../record/options.js";
import type { Tracing } from "../record/tracing.js";
import { bridgeOf } from "./adopted.js";
import { OtelSpan } from "./otel-span.js";
import { toScope } from "./scope.js";
import { fromSdkResource, fromSdkSpan, isLocalRoot, type SdkResource, type SdkSpan } from "./sdk-span.js";

/**
 * A span processor for OpenTelemetry's SDK, versions 2 and 3: stores the SDK's spans, open ones too, with their resource and
 * scope. Given a recorder, the spans are part of its traces; given a store, it makes a recorder for it.
 *
 * To share one context in both directions, also give the SDK the manager of `createContextManager`.
 */
export class SpanbookSpanProcessor {
  readonly #tracing: Tracing;
  readonly #isOwn: boolean;
  readonly #batched = new WeakMap<SdkSpan, BatchedSpan>();
  readonly #ids = new WeakMap<object, string>();
  /** Spans whose resource is not yet known. */
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: { readonly tracing: Tracing } | TracingOptions) {
    this.#isOwn = !("tracing" in options);
    this.#tracing = "tracing" in options ? options.tracing : createTracing(options);
  }

  /** Stores the span as open, if it is sampled and the recorder is enabled. */
  onStart(span: SdkSpan, parentContext: Context): void {
    const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
    if (!isSampled || !this.#tracing.isEnabled()) return;
    const rootAttributes = bridgeOf(this.#tracing).rootAttributes();
    const parent = trace.getSpan(parentContext);
    const notBefore = parent instanceof OtelSpan ? parent.live.startTimeUnixNano : undefined;
    const batched = new BatchedSdkSpan(span, () => ({
      ...fromSdkSpan(span, rootAttributes, notBefore),
      ...this.#originOf(span),
    }));
    this.#batched.set(span, batched);
    this.#whenResourceIsKnown(span, () => bridgeOf(this.#tracing).started(batched));
  }

  /** Stores its end. */
  onEnd(span: SdkSpan): void {
    const batched = this.#batched.get(span);
    if (!batched) return;
    const { traceId } = span.spanContext();
    this.#whenResourceIsKnown(span, () => bridgeOf(this.#tracing).ended(batched, traceId));
  }

  /** Resolves when everything that ended before is durable; rejects with the store's error if it is not. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#waiting);
    await this.#tracing.flush();
  }

  /** Like {@link forceFlush}. A recorder that was created here records nothing more. */
  async shutdown(): Promise<void> {
    await this.forceFlush();
    if (this.#isOwn) await this.#tracing.shutdown();
  }

  #whenResourceIsKnown({ resource }: SdkSpan, then: () => void): void {
    if (!resource.asyncAttributesPending) return then();
    const waiting = Promise.resolve(resource.waitForAsyncAttributes?.())
      .catch(this.#tracing.bridge.onError)
      .then(then)
      .finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
  }

  #originOf({ resource, instrumentationScope }: SdkSpan): { resourceId: string; scopeId: string } {
    const bridge = this.#tracing.bridge;
    return {
      resourceId: this.#idOf(resource, (value: SdkResource) => bridge.addResource(fromSdkResource(value))),
      scopeId: this.#idOf(instrumentationScope, (value) => bridge.addScope(toScope(value))),
    };
  }

  #idOf<Value extends object>(value: Value, add: (value: Value) => string): string {
    let id = this.#ids.get(value);
    if (id === undefined) this.#ids.set(value, (id = add(value)));
    return id;
  }
}

/** A class, because V8 keeps the getters of a single object, and all they can see, until it collects the whole heap. */
class BatchedSdkSpan implements BatchedSpan {
  readonly isLocalRoot: boolean;
  readonly toSpan: () => Span;
  readonly #span: SdkSpan;

  constructor(span: SdkSpan, toSpan: () => Span) {
    this.isLocalRoot = isLocalRoot(span);
    this.toSpan = toSpan;
    this.#span = span;
  }

  get isEnded(): boolean {
    return this.#span.ended;
  }

  get sizeCharacters(): number {
    const { attributes, events, links } = this.#span;
    return JSON.stringify([attributes, events, links]).length;
  }

  writeLines(lines: Parameters<BatchedSpan["writeLines"]>[0], at: number): number {
    lines[at] = JSON.stringify(this.toSpan());
    return at + 1;
  }
}
