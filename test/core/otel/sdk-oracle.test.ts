import { context, type Tracer } from "@opentelemetry/api";
import { TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";
import { createTracing, type Tracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Span, SpanEvent, SpanLink } from "@spanbook/core/model";
import { createContextManager, createTracerProvider, SpanbookSpanProcessor } from "@spanbook/core/otel";
import type { TraceStore } from "@spanbook/core/store";
import { afterEach, describe, expect, it } from "vitest";
import { createRandom } from "../../support/random.js";
import { runRandomOperations } from "../../support/random-otel.js";

// OpenTelemetry's own SDK (version 3, which goes with API 1.10) is the oracle: the same operations on its tracer and on ours
// leave the same spans, apart from ids and clock times. What differs on purpose:
//
// - the SDK writes flags on every span, the recorder on those whose parent is remote
// - attributes of events: the SDK leaves out nested objects, the recorder keeps them
// - objects under MLflow's keys become JSON text, as in MLflow
// - invalid values (functions, dates, …): both leave them out; among the attributes that a span, an event or a link starts
//   with, and when there are already too many, the SDK also counts them as dropped
//
// The random operations avoid all of these but the first.

const seeds = Array.from({ length: 50 }, (_, seed) => seed);

interface Implementation {
  readonly tracer: Tracer;
  readonly store: TraceStore;
  readonly tracing: Tracing;
}

function ours(): Implementation {
  const store = createMemoryStore();
  const tracing = createTracing({ store });
  return { store, tracing, tracer: createTracerProvider(tracing).getTracer("library", "1.0") };
}

function sdk(): Implementation {
  const store = createMemoryStore();
  const tracing = createTracing({ store });
  const provider = new SdkTracerProvider({ spanProcessors: [new SpanbookSpanProcessor({ tracing })] });
  return { store, tracing, tracer: provider.getTracer("library", "1.0") };
}

async function record(
  { tracer, store, tracing }: Implementation,
  operate: (tracer: Tracer) => void,
): Promise<unknown[]> {
  context.setGlobalContextManager(createContextManager(tracing));
  operate(tracer);
  context.disable();
  await tracing.shutdown();
  expect(tracing.stats()).toMatchObject({ dropped: 0, buffered: 0 });
  const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
  return traces
    .map(({ data }) => data.spans.map((span) => toComparable(span, data.spans)).sort(byText))
    .sort(byText);
}

function toComparable(span: Span, all: readonly Span[]): unknown {
  const { traceId: _, spanId: _id, resourceId: _resource, flags: _flags, parentSpanId, ...fields } = span;
  const parent = all.find((candidate) => candidate.spanId === parentSpanId);
  return {
    ...fields,
    parent: parent ? parent.name : parentSpanId,
    startTimeUnixNano: givenTime(span.startTimeUnixNano),
    endTimeUnixNano: span.endTimeUnixNano && givenTime(span.endTimeUnixNano),
    events: span.events?.map((event) => ({
      ...withAttributes(event),
      timeUnixNano: givenTime(event.timeUnixNano),
    })),
    links: span.links?.map(withAttributes),
  };
}

/** Absent and empty lists are the same in OTLP. */
function withAttributes<Part extends SpanEvent | SpanLink>(part: Part): Part {
  return { ...part, attributes: part.attributes ?? {} };
}

function givenTime(unixNano: string): string {
  return unixNano.startsWith("1000") ? unixNano : "of a clock";
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

afterEach(() => context.disable());

describe("the API's operations leave the spans that OpenTelemetry's SDK leaves", () => {
  it(`for ${seeds.length} random sequences of them`, async () => {
    let spanCount = 0;
    for (const seed of seeds) {
      const operate = (tracer: Tracer) => runRandomOperations(tracer, createRandom(seed), 60);
      const expected = await record(sdk(), operate);
      expect(await record(ours(), operate), `seed ${seed}`).toEqual(expected);
      spanCount += expected.flat().length;
    }
    expect(spanCount).toBeGreaterThan(seeds.length * 5);
  });
});
