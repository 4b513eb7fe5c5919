/** Random sequences of operations on OpenTelemetry's API, to run on two implementations of it. */
import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type TimeInput,
  type Tracer,
} from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Random } from "./random.js";

/** Runs as many operations as the random numbers give, at least `operationCount`; spans may stay open. */
export function runRandomOperations(tracer: Tracer, random: Random, operationCount: number): void {
  const spans: Span[] = [];
  let count = 0;

  const name = () => `span ${spans.length}`;
  const anySpan = () => random.pick(spans);
  const keep = (span: Span) => void spans.push(span);

  function parent() {
    const way = random.integer(0, 9);
    if (way < 4 && spans.length > 0) return trace.setSpan(ROOT_CONTEXT, anySpan());
    if (way < 7) return context.active();
    if (way === 7) return trace.setSpanContext(context.active(), remoteContext(random));
    if (way === 8) return suppressTracing(context.active());
    return ROOT_CONTEXT;
  }

  const operations: (() => void)[] = [
    () => keep(tracer.startSpan(name(), spanOptions(random), parent())),
    () => keep(tracer.startSpan(name(), spanOptions(random))),
    () => {
      tracer.startActiveSpan(name(), spanOptions(random), parent(), (span) => {
        keep(span);
        run(random.integer(0, 4));
        if (random.chance(0.8)) span.end(maybeTime(random));
      });
    },
    () => void anySpan().setAttribute(key(random), value(random)),
    () => void anySpan().setAttributes(attributes(random)),
    () => void anySpan().addEvent(text(random)),
    () => void anySpan().addEvent(text(random), simpleAttributes(random), maybeTime(random)),
    () => void anySpan().addEvent(text(random), maybeTime(random)),
    () => void anySpan().addLink(link(random)),
    () => void anySpan().addLinks([link(random), link(random)]),
    () =>
      void anySpan().setStatus({
        code: random.integer(0, 2),
        ...(random.chance(0.5) && { message: text(random) }),
      }),
    () => void anySpan().updateName(`${text(random)} ${random.integer(0, 99)}`),
    () => anySpan().recordException(random.pick(exceptions), maybeTime(random)),
    () => anySpan().end(maybeTime(random)),
    () => many(random, (index) => void anySpan().setAttribute(`many ${index}`, index)),
    () => {
      const span = anySpan();
      many(random, (index) => void span.addEvent(`many ${index}`));
    },
    () => {
      const span = anySpan();
      many(random, () => void span.addLink(link(random)));
    },
  ];

  function run(most: number): void {
    for (let left = most; left > 0 && count < operationCount; left--) {
      count++;
      const operation = spans.length === 0 ? operations[0] : random.pick(operations);
      operation?.();
    }
  }

  run(operationCount);
}

function many(random: Random, operation: (index: number) => void): void {
  if (!random.chance(0.05)) return;
  for (let index = 0; index < 140; index++) operation(index);
}

const exceptions: Exception[] = [
  "only a text",
  "",
  {} as Exception,
  Object.assign(new TypeError("bad"), { stack: "TypeError: bad\n    at here" }),
  { code: 42, message: "numbered" },
  { name: "Named" },
];

function spanOptions(random: Random): SpanOptions {
  return {
    ...(random.chance(0.5) && { kind: random.integer(SpanKind.INTERNAL, SpanKind.CONSUMER) as SpanKind }),
    ...(random.chance(0.5) && { attributes: simpleAttributes(random) }),
    ...(random.chance(0.3) && { links: [link(random), link(random)] }),
    ...(random.chance(0.3) && { startTime: time(random) }),
    ...(random.chance(0.1) && { root: true }),
  };
}

/** All in September 2001, so that given times can be told from clock times. */
function time(random: Random): TimeInput {
  const ms = 1_000_000_000_000 + random.integer(0, 999_999);
  return random.pick<TimeInput>([
    ms,
    ms + 0.25,
    new Date(ms),
    [1_000_000_000, random.integer(0, 999_999_999)],
  ]);
}

function maybeTime(random: Random): TimeInput | undefined {
  return random.chance(0.5) ? time(random) : random.pick([undefined, 5, 0]);
}

function remoteContext(random: Random): SpanContext {
  return {
    traceId: random.pick(["0123456789abcdef0123456789abcdef", "0".repeat(32)]),
    spanId: "0123456789abcdef",
    traceFlags: random.integer(0, 1),
    isRemote: true,
    ...(random.chance(0.5) && { traceState: createTraceState("a=1,b=2") }),
  };
}

function link(random: Random): Link {
  return {
    context: remoteContext(random),
    ...(random.chance(0.5) && { attributes: simpleAttributes(random) }),
  };
}

const key = (random: Random) => random.pick(["a", "b", "$int", "http.url", "gen_ai.system", ""]);
const text = (random: Random) => random.pick(["", "text", "länger 🙂", "x".repeat(300)]);

const simpleValues = ["text", "", 0, 1, -1.5, 2 ** 60, NaN, -0, true, false, [1, 2], ["a", "b"], [true], []];
const nestedValues = [null, { a: { b: [1, { c: null }] } }, [1, "mixed", [2]], new Uint8Array([1, 2, 255])];
const invalidValues = [
  undefined,
  () => 1,
  10n,
  Symbol("s"),
  new Date(0),
  new Map(),
  [new Error("x")],
  { at: new Date(0) },
];

const value = (random: Random): unknown => random.pick([...simpleValues, ...nestedValues, ...invalidValues]);

function attributes(random: Random): Attributes {
  return Object.fromEntries(Array.from({ length: random.integer(0, 4) }, () => [key(random), value(random)]));
}

/** Without what the implementations count differently. */
function simpleAttributes(random: Random): Attributes {
  const entries = Array.from({ length: random.integer(0, 4) }, () => [
    key(random) || "c",
    random.pick(simpleValues),
  ]);
  return Object.fromEntries(entries) as Attributes;
}
