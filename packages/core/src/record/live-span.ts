import { decodeJson, MlflowKey } from "../model/dialects/mlflow.js";
import { defaultLogLevel, SpanLogLevel, toLogLevel, type SpanLogLevelName } from "../model/log-level.js";
import {
  toStatusName,
  type Span,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
  type SpanStatus,
  type SpanStatusCode,
  type SpanStatusName,
} from "../model/span.js";
import { compareUnixNano } from "../model/time.js";
import { escapeKey, unescapeKey, type Value } from "../model/values.js";
import { captureAttribute, captureJson, captureText, messageOf } from "./capture.js";
import { toExceptionEvent } from "./exception.js";
import type { SpanLimits, TraceScope } from "./recorder.js";
import type { TraceUpdate } from "./trace-update.js";

/** What a span is made of; times in nanoseconds since the Unix epoch, as decimal text. */
export interface LiveSpanFields {
  readonly spanId: string;
  readonly parentId?: string | undefined;
  readonly name: string;
  readonly kind?: SpanKind | undefined;
  readonly startTimeUnixNano?: string | undefined;
}

/** Nanoseconds since the Unix epoch. A number is exact only to about 256 ns. */
export type UnixNano = bigint | number | string;

/** A status by name, by OTLP's number, or as code and message. */
export type StatusLike = SpanStatusName | `STATUS_CODE_${SpanStatusName}` | SpanStatusCode | SpanStatus;

/** What a span is told at its end. */
export interface EndOptions {
  /** In place of outputs that were set before. */
  readonly outputs?: unknown;
  /** Each as `setAttribute` takes it. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the one that was set, else OK. */
  readonly status?: StatusLike | undefined;
  /** Default: now. */
  readonly endTimeNs?: UnixNano | undefined;
}

/** An event as it is given to a span; without a timestamp it happens now. */
export interface NewSpanEvent {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly timestamp?: UnixNano | undefined;
}

/** A link as it is given to a span: ids in hex. */
export interface NewSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A span while it is being recorded. Its values are frozen as text when they are set. After `end` nothing changes it, and
 * no method ever throws: what a hostile value does instead goes to the recorder's `onError`.
 */
export class LiveSpan implements Disposable {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly startTimeUnixNano: string;
  endTimeUnixNano: string | undefined;

  readonly #trace: TraceScope;
  readonly #kind: SpanKind;
  readonly #attributes: Record<string, Value> = {};
  #attributeCount = 0;
  #sizeCharacters = 0;
  #isEnding = false;
  #events: SpanEvent[] | undefined;
  #links: SpanLink[] | undefined;
  #status: SpanStatus | undefined;
  #droppedAttributesCount = 0;
  #droppedEventsCount = 0;
  #droppedLinksCount = 0;

  /** Use `startSpan` or `withSpan`. */
  constructor(trace: TraceScope, { spanId, parentId, name, kind = 1, startTimeUnixNano }: LiveSpanFields) {
    this.#trace = trace;
    this.#kind = kind;
    this.traceId = trace.traceId;
    this.spanId = spanId;
    this.parentId = parentId;
    this.name = this.#text(String(name));
    this.startTimeUnixNano = startTimeUnixNano ?? trace.clock.now();
  }

  /** Whether nothing changes it any more. */
  get isEnded(): boolean {
    return this.endTimeUnixNano !== undefined;
  }

  /** As they were set, read back from their JSON text. */
  get inputs(): unknown {
    return this.#readJson(MlflowKey.inputs);
  }

  /** As they were set, read back from their JSON text. */
  get outputs(): unknown {
    return this.#readJson(MlflowKey.outputs);
  }

  /** One of `SpanType` or any other text; UNKNOWN where none was set. */
  get spanType(): string {
    const type = this.#readJson(MlflowKey.spanType);
    return typeof type === "string" ? type : "UNKNOWN";
  }

  /** As it was set, else the default of the span's type. */
  get logLevel(): SpanLogLevel {
    return toLogLevel(this.#readJson(MlflowKey.logLevel)) ?? defaultLogLevel(this.spanType);
  }

  /** The name of the status, UNSET until the end unless it was set, and its message. */
  get status(): { readonly statusCode: SpanStatusName; readonly description: string } {
    return { statusCode: toStatusName(this.#status), description: this.#status?.message ?? "" };
  }

  /** Seconds and nanoseconds, as OpenTelemetry's HrTime; `startTimeUnixNano` is the same as text. */
  get startTime(): readonly [number, number] {
    return toHrTime(this.startTimeUnixNano);
  }

  /** As {@link startTime}; undefined while the span is open. */
  get endTime(): readonly [number, number] | undefined {
    return this.endTimeUnixNano === undefined ? undefined : toHrTime(this.endTimeUnixNano);
  }

  /** Copies; timestamps are nanoseconds since the Unix epoch. */
  get events(): { name: string; attributes: Record<string, Value>; timestamp: bigint }[] {
    return (this.#events ?? []).map(({ name, attributes = {}, timeUnixNano }) => ({
      name,
      attributes: unescaped(attributes),
      timestamp: BigInt(timeUnixNano),
    }));
  }

  /** Copies. */
  get links(): { traceId: string; spanId: string; attributes: Record<string, Value> }[] {
    return (this.#links ?? []).map(({ traceId, spanId, attributes = {} }) => ({
      traceId,
      spanId,
      attributes: unescaped(attributes),
    }));
  }

  /** A copy. */
  get attributes(): Record<string, Value> {
    return unescaped(this.#attributes);
  }

  /** As it is kept: typed as OTLP has it, under MLflow's keys JSON text. Undefined where there is none. */
  getAttribute(key: string): Value | undefined {
    const own = escapeKey(key);
    return Object.hasOwn(this.#attributes, own) ? this.#attributes[own] : undefined;
  }

  /**
   * Any value; `undefined` changes nothing. What JSON cannot hold is written in a readable form, what is too long is
   * cut.
   */
  setInputs(inputs: unknown): this {
    return this.#setJson(MlflowKey.inputs, inputs);
  }

  /** Any value, as with {@link setInputs}. What the traced function gives back does not replace it. */
  setOutputs(outputs: unknown): this {
    return this.#setJson(MlflowKey.outputs, outputs);
  }

  /** One of `SpanType`, or any other text. */
  setSpanType(spanType: string): this {
    return this.#setJson(MlflowKey.spanType, spanType);
  }

  /** One of `SpanLogLevel`, or its name in any case. Anything else is reported, and changes nothing. */
  setLogLevel(level: SpanLogLevel | SpanLogLevelName | Lowercase<SpanLogLevelName>): this {
    return this.#change(() => {
      const known = toLogLevel(level);
      if (known === undefined) throw new RangeError(`a log level must be one of SpanLogLevel, got ${level}`);
      this.#setJson(MlflowKey.logLevel, known);
    });
  }

  /** `undefined` is not recorded; 0, "", false and null are values. Under MLflow's keys an object is kept as JSON text. */
  setAttribute(key: string, value: unknown): this {
    return this.#change(() => this.#setAttribute(String(key), value));
  }

  /** Each as with {@link setAttribute}. */
  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    return this.#change(() => {
      for (const [key, value] of Object.entries(attributes)) this.#setAttribute(key, value);
    });
  }

  /** The description is kept for names and numbers; a status that is none is reported, and changes nothing. */
  setStatus(status: StatusLike, description?: string): this {
    return this.#change(() => {
      const { code, message } = toStatus(status, description);
      this.#status = { code, ...(message !== undefined && { message: this.#text(String(message)) }) };
    });
  }

  /** Beyond `maxEvents` the oldest is dropped and counted. */
  addEvent(event: NewSpanEvent): this {
    return this.#change(() => {
      const { name, attributes, timestamp } = event;
      this.#pushEvent({
        timeUnixNano: toUnixNanoText(timestamp) ?? this.#trace.clock.now(),
        name: this.#text(String(name)),
        ...(attributes && { attributes: this.#capture(attributes) }),
      });
    });
  }

  /** Beyond `maxLinks` the oldest is dropped and counted. */
  addLink(newLink: NewSpanLink): this {
    return this.#change(() => {
      const { traceId, spanId, attributes } = newLink;
      this.#links ??= [];
      const link = { traceId, spanId, ...(attributes && { attributes: this.#capture(attributes) }) };
      this.#droppedLinksCount += this.#push(this.#links, link, this.#limits.maxLinks);
    });
  }

  /** Adds the `exception` event, sets ERROR with the exception's message, and raises the log level to ERROR. */
  recordException(exception: unknown): this {
    return this.#change(() => {
      this.#pushEvent(toExceptionEvent(exception, this.#trace.clock.now(), this.#limits.maxValueCharacters));
      this.#status = { code: 2, message: this.#text(messageOf(exception)) };
      if (this.logLevel < SpanLogLevel.ERROR) this.#setJson(MlflowKey.logLevel, SpanLogLevel.ERROR);
    });
  }

  /** Sets tags, metadata and previews of the span's trace, whether it is active or not; also after the span has ended. */
  updateTrace(update: TraceUpdate): this {
    this.#trace.recorder.updateTrace(this.traceId, update);
    return this;
  }

  /** Status OK unless another was set. A second call is ignored; an end before the start counts as the start. */
  end(options: EndOptions = {}): void {
    if (this.isEnded || this.#isEnding) return;
    // A hook or a getter that is asked now may end the span as well.
    this.#isEnding = true;
    const { recorder, open, clock } = this.#trace;
    recorder.beforeEnd(this);
    let endTimeNs: UnixNano | undefined;
    this.#change(() => {
      const { outputs, attributes, status } = options;
      ({ endTimeNs } = options);
      if (attributes) this.setAttributes(attributes);
      if (outputs !== undefined) this.setOutputs(outputs);
      if (status !== undefined) this.setStatus(status);
    });
    this.#status ??= { code: 1 };
    try {
      const end = toUnixNanoText(endTimeNs) ?? clock.now();
      this.endTimeUnixNano = compareUnixNano(end, this.startTimeUnixNano) < 0 ? this.startTimeUnixNano : end;
      open.delete(this.spanId);
      recorder.onEnd(this);
    } catch (error) {
      recorder.onError(error);
    }
  }

  /** Runs `fn` with this span active: spans started in it become children. The span is not ended. */
  run<Result>(fn: () => Result): Result {
    const { recorder, defaults } = this.#trace;
    return recorder.context.run({ span: this, defaults }, fn);
  }

  /** Ends the span, as {@link end} does. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** The span as plain data, as it is now. */
  toSpan(): Span {
    const { resourceId, scopeId } = this.#trace.recorder;
    const { parentId, endTimeUnixNano } = this;
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      ...(parentId !== undefined && { parentSpanId: parentId }),
      name: this.name,
      kind: this.#kind,
      startTimeUnixNano: this.startTimeUnixNano,
      ...(endTimeUnixNano !== undefined && { endTimeUnixNano }),
      attributes: { ...this.#attributes },
      ...(this.#events && { events: [...this.#events] }),
      ...(this.#links && { links: [...this.#links] }),
      ...(this.#status && { status: this.#status }),
      ...(this.#droppedAttributesCount > 0 && { droppedAttributesCount: this.#droppedAttributesCount }),
      ...(this.#droppedEventsCount > 0 && { droppedEventsCount: this.#droppedEventsCount }),
      ...(this.#droppedLinksCount > 0 && { droppedLinksCount: this.#droppedLinksCount }),
      resourceId,
      scopeId,
    };
  }

  /** About how much text its attributes, events and links hold. */
  get sizeCharacters(): number {
    return this.#sizeCharacters;
  }

  /** The trace's part that new children share. */
  get traceScope(): TraceScope {
    return this.#trace;
  }

  get #limits(): SpanLimits {
    return this.#trace.recorder.limits;
  }

  #text(text: string): string {
    return captureText(text, this.#limits.maxValueCharacters);
  }

  #change(change: () => void): this {
    if (this.isEnded) return this;
    try {
      change();
    } catch (error) {
      this.#trace.recorder.onError(error);
    }
    return this;
  }

  #setAttribute(key: string, value: unknown): void {
    if (typeof value === "object" && key.startsWith("mlflow.")) {
      this.#setJson(key, value);
      return;
    }
    const { maxAttributes, maxValueCharacters } = this.#limits;
    const captured = captureAttribute(value, maxValueCharacters);
    if (captured === undefined) return;
    const own = escapeKey(key);
    if (!Object.hasOwn(this.#attributes, own) && ++this.#attributeCount > maxAttributes) {
      this.#droppedAttributesCount++;
    } else {
      this.#put(own, captured);
    }
  }

  #setJson(key: string, value: unknown): this {
    if (this.isEnded || value === undefined) return this;
    const { text, cut } = captureJson(value, this.#limits.maxValueCharacters);
    this.#put(key, text);
    if (cut) this.#put(`spanbook.cut.${key}`, JSON.stringify(cut));
    return this;
  }

  #put(key: string, value: Value): void {
    const before = Object.hasOwn(this.#attributes, key) ? charactersOf(this.#attributes[key]) : 0;
    this.#sizeCharacters += charactersOf(value) - before;
    define(this.#attributes, key, value);
  }

  #readJson(key: string): unknown {
    return decodeJson(this.#attributes[key]);
  }

  #pushEvent(event: SpanEvent): void {
    this.#events ??= [];
    this.#droppedEventsCount += this.#push(this.#events, event, this.#limits.maxEvents);
  }

  /** Gives how many it let go: beyond the limit the oldest. */
  #push<Item extends SpanEvent | SpanLink>(items: Item[], item: Item, limit: number): number {
    items.push(item);
    this.#sizeCharacters += charactersOf(item.attributes);
    if (items.length <= limit) return 0;
    this.#sizeCharacters -= charactersOf(items.shift()?.attributes);
    return 1;
  }

  #capture(attributes: Readonly<Record<string, unknown>>): Record<string, Value> {
    const captured: Record<string, Value> = {};
    for (const [key, value] of Object.entries(attributes)) {
      const attribute = captureAttribute(value, this.#limits.maxValueCharacters);
      if (attribute !== undefined) define(captured, escapeKey(key), attribute);
    }
    return captured;
  }
}

function toStatus(
  status: StatusLike,
  message: string | undefined,
): { code: SpanStatusCode; message: string | undefined } {
  if (typeof status === "object") return { code: status.code ?? 0, message: status.message };
  const name = String(status).replace("STATUS_CODE_", "");
  const code = typeof status === "number" ? status : ["UNSET", "OK", "ERROR"].indexOf(name);
  if (code !== 0 && code !== 1 && code !== 2) {
    throw new RangeError(`a status must be UNSET, OK or ERROR, got ${name}`);
  }
  return { code, message };
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

function charactersOf(value: Value | undefined): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  let characters = 0;
  for (const [key, item] of Object.entries(value)) {
    characters += key.length + charactersOf(item as Value);
  }
  return characters;
}

function toHrTime(unixNano: string): readonly [number, number] {
  return [Number(unixNano.slice(0, -9)), Number(unixNano.slice(-9))];
}

function unescaped(attributes: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [unescapeKey(key), value]));
}

// "__proto__" is a key like any other; assigning it would set the prototype.
function define(target: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}
