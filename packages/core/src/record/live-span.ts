import { MlflowKey } from "../model/dialects/mlflow.js";
import { defaultLogLevel, SpanLogLevel, toLogLevel, type SpanLogLevelName } from "../model/log-level.js";
import {
  toStatusName,
  type Span,
  type SpanKind,
  type SpanStatus,
  type SpanStatusName,
} from "../model/span.js";
import { compareUnixNano } from "../model/time.js";
import type { Value } from "../model/values.js";
import { usualStatus, type Line } from "../store/span-line.js";
import { captureText } from "./capture.js";
import { messageOf } from "./careful-json.js";
import { toExceptionEvent } from "./exception.js";
import type { Active, TraceScope } from "./recorder.js";
import { SpanContents, unescaped, type Writable } from "./span-contents.js";
import type { EndOptions, LiveSpanFields, NewSpanEvent, NewSpanLink, Relation } from "./span-fields.js";
import { toStatus, type StatusLike } from "./span-status.js";
import { toHrTime, toUnixNanoText, type UnixNano } from "./span-time.js";
import type { TraceUpdate } from "./trace-update.js";

const nothingActive: Active = {};

/** Sampled, with a parent that is known to be remote. */
const remoteParentFlags = 0x301;

/**
 * A span while it is being recorded. Values are frozen as text when they are set. After `end` nothing changes it, and no method
 * ever throws: errors of hostile values go to the recorder's `onError`.
 */
export class LiveSpan implements Disposable {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly startTimeUnixNano: string;
  /** W3C's `tracestate` that came with a remote parent, without our own entry; children inherit it. */
  readonly traceState: string | undefined;
  endTimeUnixNano: string | undefined;

  readonly #trace: TraceScope;
  readonly #kind: SpanKind;
  readonly #scopeId: string;
  readonly #isParentRemote: boolean;
  readonly #isStartGiven: boolean;
  readonly #contents: SpanContents;
  #name: string;
  /** The context in which only this span is active: kept, since it is the same at each `run`. */
  #alone: Active | undefined;
  #isEnding = false;
  #status: SpanStatus | undefined;

  /** Use `startSpan` or `withSpan`. */
  constructor(trace: TraceScope, spanId: string, relation: Relation, fields: LiveSpanFields) {
    const { recorder } = trace;
    this.#trace = trace;
    this.#kind = toKind(fields.kind);
    this.#scopeId = fields.scopeId ?? recorder.scopeId;
    this.#isParentRemote = relation.isParentRemote ?? false;
    this.#contents = new SpanContents(recorder.limits);
    this.traceId = trace.traceId;
    this.spanId = spanId;
    this.parentId = relation.parentId;
    this.traceState = relation.traceState;
    this.#name = this.#text(fields.name);
    const givenStart = toUnixNanoText(fields.startTimeNs);
    this.#isStartGiven = givenStart !== undefined;
    this.startTimeUnixNano = givenStart ?? trace.clock.start();
  }

  /** The name that is shown. */
  get name(): string {
    return this.#name;
  }

  /** Whether the span has ended. Nothing changes it after that. */
  get isEnded(): boolean {
    return this.endTimeUnixNano !== undefined;
  }

  /** As they were set, read back from their JSON text. */
  get inputs(): unknown {
    return this.#contents.readJson(MlflowKey.inputs);
  }

  /** As they were set, read back from their JSON text. */
  get outputs(): unknown {
    return this.#contents.readJson(MlflowKey.outputs);
  }

  /** One of `SpanType` or any other text; UNKNOWN if none was set. */
  get spanType(): string {
    const type = this.#contents.readJson(MlflowKey.spanType);
    return typeof type === "string" ? type : "UNKNOWN";
  }

  /** As it was set, otherwise the default of the span's type. */
  get logLevel(): SpanLogLevel {
    return toLogLevel(this.#contents.readJson(MlflowKey.logLevel)) ?? defaultLogLevel(this.spanType);
  }

  /** The status by name, UNSET until the end unless it was set, and its message. */
  get status(): { readonly statusCode: SpanStatusName; readonly description: string } {
    return { statusCode: toStatusName(this.#status), description: this.#status?.message ?? "" };
  }

  /** Seconds and nanoseconds, as OpenTelemetry's HrTime; `startTimeUnixNano` is the same time as text. */
  get startTime(): readonly [number, number] {
    return toHrTime(this.startTimeUnixNano);
  }

  /** Like {@link startTime}; undefined while the span is open. */
  get endTime(): readonly [number, number] | undefined {
    return this.endTimeUnixNano === undefined ? undefined : toHrTime(this.endTimeUnixNano);
  }

  /** Copies; timestamps are nanoseconds since the Unix epoch. */
  get events(): { name: string; attributes: Record<string, Value>; timestamp: bigint }[] {
    return (this.#contents.events ?? []).map(({ name, attributes = {}, timeUnixNano }) => ({
      name,
      attributes: unescaped(attributes),
      timestamp: BigInt(timeUnixNano),
    }));
  }

  /** Copies. */
  get links(): { traceId: string; spanId: string; attributes: Record<string, Value> }[] {
    return (this.#contents.links ?? []).map(({ traceId, spanId, attributes = {} }) => ({
      traceId,
      spanId,
      attributes: unescaped(attributes),
    }));
  }

  /** A copy. */
  get attributes(): Record<string, Value> {
    return unescaped(this.#contents.attributes);
  }

  /** The value as it is kept: typed as in OTLP, under MLflow's keys JSON text. Undefined if there is none. */
  getAttribute(key: string): Value | undefined {
    return this.#contents.getAttribute(key);
  }

  /** Renames the span. */
  updateName(name: string): this {
    return this.#change(() => (this.#name = this.#text(name)));
  }

  /**
   * Takes any value; `undefined` changes nothing. What JSON cannot hold is written in a readable form; what is too long is cut.
   */
  setInputs(inputs: unknown): this {
    return this.#setJson(MlflowKey.inputs, inputs);
  }

  /** Takes any value, as {@link setInputs} does. What the traced function returns does not replace it. */
  setOutputs(outputs: unknown): this {
    return this.#setJson(MlflowKey.outputs, outputs);
  }

  /** One of `SpanType`, or any other text. */
  setSpanType(spanType: string): this {
    return this.#setJson(MlflowKey.spanType, spanType);
  }

  /** One of `SpanLogLevel`, or its name in any case. Anything else is reported and ignored. */
  setLogLevel(level: SpanLogLevel | SpanLogLevelName | Lowercase<SpanLogLevelName>): this {
    return this.#change(() => {
      const known = toLogLevel(level);
      if (known === undefined) throw new RangeError(`a log level must be one of SpanLogLevel, got ${level}`);
      this.#setJson(MlflowKey.logLevel, known);
    });
  }

  /** `undefined` is not recorded; 0, "", false and null are values. An object under one of MLflow's keys is kept as JSON text. */
  setAttribute(key: string, value: unknown): this {
    return this.#change(() => this.#contents.setAttribute(String(key), value));
  }

  /** Sets several attributes, each as {@link setAttribute} does. */
  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    if (this.isEnded) return this;
    try {
      this.#contents.setAttributes(attributes);
    } catch (error) {
      this.#trace.recorder.onError(error);
    }
    return this;
  }

  /** `description` goes with a name or number; an object has its own. Anything that is not a status is reported and ignored. */
  setStatus(status: StatusLike, description?: string): this {
    return this.#change(() => {
      const { code, message } = toStatus(status, description);
      this.#status = { code, ...(message !== undefined && { message: this.#text(message) }) };
    });
  }

  /** Beyond `maxEvents` the oldest is dropped and counted. */
  addEvent(event: NewSpanEvent): this {
    return this.#change(() => {
      const { name, attributes, timestamp } = event;
      this.#contents.addEvent({
        timeUnixNano: toUnixNanoText(timestamp) ?? this.#trace.clock.now(),
        name: this.#text(name),
        ...this.#contents.capture(attributes),
      });
    });
  }

  /** Beyond `maxLinks` the oldest is dropped and counted. */
  addLink(newLink: NewSpanLink): this {
    return this.#change(() => {
      const { traceId, spanId, traceState, attributes } = newLink;
      this.#contents.addLink({
        traceId,
        spanId,
        ...(traceState !== undefined && { traceState }),
        ...this.#contents.capture(attributes),
      });
    });
  }

  /** Adds the `exception` event, sets ERROR with the exception's message, and raises the log level to ERROR. */
  recordException(exception: unknown): this {
    return this.#change(() => {
      const { clock, recorder } = this.#trace;
      const { maxValueCharacters } = recorder.limits;
      this.#contents.addEvent(toExceptionEvent(exception, clock.now(), maxValueCharacters));
      this.#status = { code: 2, message: this.#text(messageOf(exception)) };
      if (this.logLevel < SpanLogLevel.ERROR) this.#setJson(MlflowKey.logLevel, SpanLogLevel.ERROR);
    });
  }

  /** Sets tags, metadata and previews of the span's trace, whether or not the span is active, also after it has ended. */
  updateTrace(update: TraceUpdate): this {
    this.#trace.recorder.updateTrace(this.traceId, update);
    return this;
  }

  /**
   * Ends the span, with status OK unless another was set. A second call is ignored; an end before the start counts as the
   * start.
   */
  end(options: EndOptions = {}): void {
    if (this.isEnded || this.#isEnding) return;
    // A hook or a getter called from here may end the span as well.
    this.#isEnding = true;
    const { recorder, open, clock } = this.#trace;
    recorder.beforeEnd(this);
    let endTimeNs: UnixNano | undefined;
    try {
      const { outputs, attributes, status } = options;
      ({ endTimeNs } = options);
      if (attributes) this.setAttributes(attributes);
      if (outputs !== undefined) this.setOutputs(outputs);
      if (status !== undefined) this.setStatus(status);
    } catch (error) {
      recorder.onError(error);
    }
    this.#status ??= usualStatus;
    try {
      const end = toUnixNanoText(endTimeNs) ?? clock.now();
      // The clock never goes back, but a given time may.
      const isGiven = endTimeNs !== undefined || this.#isStartGiven;
      const isBefore = isGiven && compareUnixNano(end, this.startTimeUnixNano) < 0;
      this.endTimeUnixNano = isBefore ? this.startTimeUnixNano : end;
      open.delete(this);
      recorder.onEnd(this);
    } catch (error) {
      recorder.onError(error);
    }
  }

  /** Runs `fn` with this span active: spans started in it become children. Does not end the span. */
  run<Result>(fn: () => Result): Result {
    return this.runBeside(this.#trace.recorder.context.active(), fn);
  }

  /** As {@link run}, for callers that already know the active context. Takes arguments, so that they need no closure. */
  runBeside<Args extends unknown[], Result>(
    { remote, foreign }: Active = nothingActive,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Result {
    const { recorder, defaults } = this.#trace;
    const isAlone = remote === undefined && foreign === undefined;
    return recorder.context.run(
      isAlone ? (this.#alone ??= { span: this, defaults }) : { span: this, defaults, remote, foreign },
      fn,
      ...args,
    );
  }

  /** Ends the span, as {@link end} does. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** The span as it is now, as plain data. Once it has ended, the attributes are the span's own, not copies. */
  toSpan(): Span {
    const { parentId, endTimeUnixNano, traceState } = this;
    // Assigned, not spread, because every span passes here: several spreads would cost more than all the rest.
    const span: Writable<Span> = {
      traceId: this.traceId,
      spanId: this.spanId,
      name: this.#name,
      kind: this.#kind,
      startTimeUnixNano: this.startTimeUnixNano,
      attributes: this.isEnded ? this.#contents.attributes : { ...this.#contents.attributes },
      resourceId: this.#trace.recorder.resourceId,
      scopeId: this.#scopeId,
    };
    if (parentId !== undefined) span.parentSpanId = parentId;
    if (endTimeUnixNano !== undefined) span.endTimeUnixNano = endTimeUnixNano;
    if (this.#status) span.status = this.#status;
    if (traceState !== undefined) span.traceState = traceState;
    if (this.#isParentRemote) span.flags = remoteParentFlags;
    this.#contents.addTo(span);
    return span;
  }

  /** Writes the span as lines (see span-line.ts) from index `at` on; returns the index after the last. */
  writeLines(lines: Line[], at: number): number {
    const { scopeId, writeLines } = this.#trace.recorder;
    const isUsual =
      this.#contents.isUsual &&
      this.#status === (this.isEnded ? usualStatus : undefined) &&
      this.#kind === 1 &&
      this.#scopeId === scopeId &&
      this.traceState === undefined &&
      !this.#isParentRemote &&
      !this.#name.includes("\n");
    if (isUsual) return writeLines(lines, at, this, this.#contents.attributes);
    lines[at] = JSON.stringify(this.toSpan());
    return at + 1;
  }

  /** About how much text its attributes, events and links hold. */
  get sizeCharacters(): number {
    return this.#contents.sizeCharacters;
  }

  /** Whether its parent, if any, is not a span of this recorder. */
  get isLocalRoot(): boolean {
    return this.parentId === undefined || this.#isParentRemote;
  }

  /** What all spans of the trace share. */
  get traceScope(): TraceScope {
    return this.#trace;
  }

  #text(value: unknown): string {
    return captureText(value, this.#trace.recorder.limits.maxValueCharacters);
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

  #setJson(key: string, value: unknown): this {
    if (!this.isEnded && value !== undefined) this.#contents.setJson(key, value);
    return this;
  }
}

/** Internal for anything that is not a kind, which would make a back end refuse the whole request. */
function toKind(kind: SpanKind | undefined): SpanKind {
  return kind !== undefined && Number.isInteger(kind) && kind >= 0 && kind <= 5 ? kind : 1;
}
