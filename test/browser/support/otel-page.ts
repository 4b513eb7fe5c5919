/** The page in which OpenTelemetry's API over the recorder is tried: `otelPage.run(name)` runs a program and returns its spans. */
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { createTracing } from "@spanbook/core";
import { traceFetch } from "@spanbook/core/fetch";
import { createMemoryStore } from "@spanbook/core/memory";
import { register, unregister } from "@spanbook/core/otel";

const store = createMemoryStore();
const tracing = createTracing({ store });
if (!register(tracing)) throw new Error("register was refused");
const tracer = trace.getTracer("library");

const programs = {
  nested() {
    tracing.withSpan(
      () =>
        tracer.startActiveSpan("theirs", (span) => {
          tracing.withSpan(() => tracer.startSpan("innermost").end(), { name: "inner" });
          span.end();
        }),
      { name: "ours" },
    );
    const span = tracer.startSpan("root");
    context.with(trace.setSpan(ROOT_CONTEXT, span), () => tracing.withSpan(() => 1, { name: "below" }));
    span.end();
  },
  async awaited() {
    const untraced = () => Promise.resolve();
    await tracing.withSpan(
      async () => {
        await tracer.startActiveSpan("theirs", async (span) => {
          await tracing.withSpan(async () => tracer.startSpan("innermost").end(), { name: "first" });
          await tracing.withSpan(async () => untraced(), { name: "second" });
          tracer.startSpan("third").end();
          span.end();
        });
        tracer.startSpan("sibling").end();
        const other = tracer.startSpan("other");
        await context.with(trace.setSpan(context.active(), other), async () => {
          await tracing.withSpan(async () => 1, { name: "in other" });
          tracing.withSpan(() => 1, { name: "still in other" });
        });
        other.end();
        tracer.startSpan("last").end();
      },
      { name: "ours" },
    );
  },
  fetched: () => fetchInstrumented(),
  async fetchedByBoth() {
    const stop = traceFetch({ tracing });
    await fetchInstrumented();
    stop();
  },
};

async function fetchInstrumented(): Promise<void> {
  const instrumentation = new FetchInstrumentation();
  await tracing.withSpan(() => fetch("/blank").then((response) => response.text()), { name: "ours" });
  // The instrumentation ends its span a little after the response, for the browser's own timing of it.
  while (tracing.stats().recorded > tracing.stats().written) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await tracing.flush();
  }
  instrumentation.disable();
}

async function run(name: keyof typeof programs): Promise<string[]> {
  await store.delete({ maxTraces: 1000 });
  await programs[name]();
  await tracing.flush();
  const { traces } = await store.search({ includeSpans: true, orderBy: ["timestamp_ms ASC"] });
  const names = traces.flatMap(({ data: { spans } }) =>
    spans.map((span) => {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      const mark = span.attributes["spanbook.parent"] === undefined ? "" : " (inferred)";
      return `${parent ? `${parent.name} > ` : ""}${span.name}${mark}`;
    }),
  );
  // Firefox's clock is coarse: spans that begin at the same time come in any order.
  return names.sort();
}

Object.assign(globalThis, { otelPage: { run, unregister } });
