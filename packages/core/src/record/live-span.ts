import { MlflowKey } from "../model/dialects/mlflow.js";
import type {
  Span,
  SpanEvent,
  SpanKind,
  SpanLink,
  SpanStatus,
  SpanStatusCode,
  SpanStatusName,
} from "../model/span.js";
import { compareUnixNano, type Clock } from "../model/time.js";
import { escapeKey, unescapeKey, type Value } from "../model/values.js";
import { captureAttribute, captureJson, messageOf } from "./capture.js";
import { toExceptionEvent } from "./exception.js";

/** What a live span needs of its recorder; all spans of one trace share it. */
export interface TraceScope {
  readonly traceId: string;
  readonly clock: Clock;
  /** The longest text kept of one value, in characters. */
  readonly maxValueCharacters: number;
  readonly resourceId: string;
  readonly scopeId: string;
  run<Result>(span: LiveSpan, fn: () => Result): Result;
  onEnd(span: LiveSpan): void;
}

export interface LiveSpanFields {
  readonly spanId: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: SpanKind;
  readonly startTimeUnixNano?: string;
}

/** Nanoseconds since the Unix epoch. A number is exact only to about 256 ns. */
export type UnixNano = bigint | number | string;

export interface EndOptions {
  readonly outputs?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly status?: SpanStatusName;
  readonly endTimeNs?: UnixNano;
}

/**
 * A span while it is being recorded. Its values are frozen as text when they are set. After `end` nothing changes it, and
 * no method ever throws.
 */
export class LiveSpan implements Disposable {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly startTimeUnixNano: string;
  name: string;
  endTimeUnixNano: string | undefined;

  readonly #trace: TraceScope;
  readonly #kind: SpanKind;
  readonly #attributes: Record<string, Value> = {};
  #events: SpanEvent[] | undefined;
  #links: SpanLink[] | undefined;
  #status: SpanStatus | undefined;

  /** Use `startSpan` or `withSpan`. */
  constructor(trace: TraceScope, { spanId, parentId, name, kind = 1, startTimeUnixNano }: LiveSpanFields) {
    this.#trace = trace;
    this.#kind = kind;
    this.traceId = trace.traceId;
    this.spanId = spanId;
    this.parentId = parentId;
    this.name = name;
    this.startTimeUnixNano = startTimeUnixNano ?? trace.clock.now();
  }

  get isEnded(): boolean {
    return this.endTimeUnixNano !== undefined;
  }

  /** As they were set, read back from their JSON text. */
  get inputs(): unknown {
    return this.#readJson(MlflowKey.inputs);
  }

  get outputs(): unknown {
    return this.#readJson(MlflowKey.outputs);
  }

  get spanType(): string {
    const type = this.#readJson(MlflowKey.spanType);
    return typeof type === "string" ? type : "UNKNOWN";
  }

  get status(): SpanStatus {
    return this.#status ?? { code: 0 };
  }

  /** A copy. */
  get attributes(): Record<string, Value> {
    return Object.fromEntries(
      Object.entries(this.#attributes).map(([key, value]) => [unescapeKey(key), value]),
    );
  }

  getAttribute(key: string): Value | undefined {
    const own = escapeKey(key);
    return Object.hasOwn(this.#attributes, own) ? this.#attributes[own] : undefined;
  }

  setInputs(inputs: unknown): this {
    return this.#setJson(MlflowKey.inputs, inputs);
  }

  setOutputs(outputs: unknown): this {
    return this.#setJson(MlflowKey.outputs, outputs);
  }

  /** One of `SpanType`, or any other text. */
  setSpanType(spanType: string): this {
    return this.#setJson(MlflowKey.spanType, spanType);
  }

  /** `undefined` is not recorded; 0, "", false and null are values. */
  setAttribute(key: string, value: unknown): this {
    if (this.isEnded) return this;
    const captured = captureAttribute(value, this.#trace.maxValueCharacters);
    if (captured !== undefined) define(this.#attributes, escapeKey(String(key)), captured);
    return this;
  }

  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    for (const [key, value] of safeEntries(attributes)) this.setAttribute(key, value);
    return this;
  }

  /** By name, by OTLP's number, or as an object of code and message. */
  setStatus(status: SpanStatusName | SpanStatusCode | SpanStatus, message?: string): this {
    if (!this.isEnded) this.#status = toStatus(status, message);
    return this;
  }

  addEvent(event: {
    readonly name: string;
    readonly attributes?: Readonly<Record<string, unknown>>;
    readonly timeNs?: UnixNano;
  }): this {
    if (this.isEnded) return this;
    (this.#events ??= []).push({
      timeUnixNano: toUnixNanoText(event.timeNs) ?? this.#trace.clock.now(),
      name: String(event.name),
      ...(event.attributes && { attributes: this.#capture(event.attributes) }),
    });
    return this;
  }

  addLink(link: {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: Readonly<Record<string, unknown>>;
  }): this {
    if (this.isEnded) return this;
    const { traceId, spanId, attributes } = link;
    (this.#links ??= []).push({
      traceId,
      spanId,
      ...(attributes && { attributes: this.#capture(attributes) }),
    });
    return this;
  }

  /** Adds the `exception` event and sets ERROR with the exception's message. */
  recordException(exception: unknown): this {
    if (this.isEnded) return this;
    (this.#events ??= []).push(toExceptionEvent(exception, this.#trace.clock.now()));
    return this.setStatus("ERROR", messageOf(exception));
  }

  /** A second call is ignored; an end before the start counts as the start. */
  end(options: EndOptions = {}): void {
    if (this.isEnded) return;
    const { outputs, attributes, status, endTimeNs } = options;
    if (attributes) this.setAttributes(attributes);
    if (outputs !== undefined) this.setOutputs(outputs);
    if (status) this.setStatus(status);
    else this.#status ??= { code: 1 };
    const end = toUnixNanoText(endTimeNs) ?? this.#trace.clock.now();
    this.endTimeUnixNano = compareUnixNano(end, this.startTimeUnixNano) < 0 ? this.startTimeUnixNano : end;
    this.#trace.onEnd(this);
  }

  /** Runs `fn` with this span active: spans started in it become children. The span is not ended. */
  run<Result>(fn: () => Result): Result {
    return this.#trace.run(this, fn);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** The span as plain data, as it is now. */
  toSpan(): Span {
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      ...(this.parentId !== undefined && { parentSpanId: this.parentId }),
      name: this.name,
      kind: this.#kind,
      startTimeUnixNano: this.startTimeUnixNano,
      ...(this.endTimeUnixNano !== undefined && { endTimeUnixNano: this.endTimeUnixNano }),
      attributes: { ...this.#attributes },
      ...(this.#events && { events: [...this.#events] }),
      ...(this.#links && { links: [...this.#links] }),
      ...(this.#status && { status: this.#status }),
      resourceId: this.#trace.resourceId,
      scopeId: this.#trace.scopeId,
    };
  }

  /** The trace's part that new children share. */
  get traceScope(): TraceScope {
    return this.#trace;
  }

  #setJson(key: string, value: unknown): this {
    if (this.isEnded || value === undefined) return this;
    const { text, cut } = captureJson(value, this.#trace.maxValueCharacters);
    this.#attributes[key] = text;
    if (cut) this.#attributes[`spanbook.cut.${key}`] = JSON.stringify(cut);
    return this;
  }

  #readJson(key: string): unknown {
    const text = this.#attributes[key];
    return typeof text === "string" ? (JSON.parse(text) as unknown) : undefined;
  }

  #capture(attributes: Readonly<Record<string, unknown>>): Record<string, Value> {
    const captured: Record<string, Value> = {};
    for (const [key, value] of safeEntries(attributes)) {
      const attribute = captureAttribute(value, this.#trace.maxValueCharacters);
      if (attribute !== undefined) define(captured, escapeKey(key), attribute);
    }
    return captured;
  }
}

const statusCodes = { UNSET: 0, OK: 1, ERROR: 2 } as const;

function toStatus(
  status: SpanStatusName | SpanStatusCode | SpanStatus,
  message: string | undefined,
): SpanStatus {
  const text = message === undefined ? undefined : { message: String(message) };
  if (typeof status === "object") {
    return { code: status.code ?? 0, ...(status.message && { message: status.message }) };
  }
  return { code: typeof status === "number" ? status : statusCodes[status], ...text };
}

/** Decimal text; undefined for what is no time. */
export function toUnixNanoText(time: UnixNano | undefined): string | undefined {
  switch (typeof time) {
    case "bigint":
      return time >= 0n ? time.toString() : undefined;
    case "number":
      return Number.isFinite(time) && time >= 0 ? BigInt(Math.round(time)).toString() : undefined;
    case "string":
      return /^\d{1,20}$/.test(time) ? time.replace(/^0+(?=\d)/, "") : undefined;
    default:
      return undefined;
  }
}

// A getter or a proxy of the caller's may throw: what it hides is left out.
function safeEntries(attributes: Readonly<Record<string, unknown>>): [string, unknown][] {
  try {
    return Object.entries(attributes);
  } catch {
    return [];
  }
}

// "__proto__" is a key like any other; assigning it would set the prototype.
function define(target: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}
