import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";
import { init, shutdown } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { register, unregister } from "@spanbook/core/otel";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { createRecordingWorld } from "../../support/tracing.js";

const slot = Symbol.for("opentelemetry.js.api.1");

afterEach(() => {
  for (const api of [trace, context, propagation]) api.disable();
});

const messages = (errors: readonly unknown[]) => errors.map((error) => (error as Error).message);

describe("register", () => {
  it("refuses as a whole, and says so, if another provider was registered first", () => {
    const { tracing, errors } = createRecordingWorld();
    const other = new SdkTracerProvider();
    trace.setGlobalTracerProvider(other);
    expect(register(tracing)).toBe(false);
    expect(messages(errors)).toEqual([
      "OpenTelemetry's API refused to register: trace (another is registered)",
    ]);
    unregister();
    expect(trace.getTracer("any").startSpan("theirs").isRecording()).toBe(true);
    expect(context.setGlobalContextManager(new AsyncLocalStorageContextManager())).toBe(true);
  });

  it("refuses if the slot belongs to another version of the API", () => {
    const { tracing, errors } = createRecordingWorld();
    const globals = globalThis as unknown as Record<symbol, unknown>;
    const before = globals[slot];
    onTestFinished(() => void (globals[slot] = before));
    globals[slot] = { version: "1.2.3" };
    expect(register(tracing)).toBe(false);
    expect(messages(errors)).toEqual([
      "OpenTelemetry's API refused to register: " +
        ["trace", "context", "propagation"]
          .map((part) => `${part} (the slot belongs to version 1.2.3 of @opentelemetry/api)`)
          .join(", "),
    ]);
  });

  it("replaces what was registered here before, and is undone by unregister", async () => {
    const [one, two] = [createRecordingWorld(), createRecordingWorld()];
    expect([register(one.tracing), register(two.tracing)]).toEqual([true, true]);
    trace.getTracer("library").startSpan("second").end();
    unregister();
    expect(trace.getTracer("library").startSpan("none").isRecording()).toBe(false);
    expect(await one.allTraces()).toHaveLength(0);
    expect(await two.onlyTrace()).toMatchObject([{ name: "second" }]);
  });

  it("without a recorder follows init, whichever is called first", async () => {
    expect(register()).toBe(true);
    const tracer = trace.getTracer("library");
    expect(tracer.startSpan("early").isRecording()).toBe(false);
    for (const name of ["first", "second"]) {
      const store = createMemoryStore();
      const tracing = init({ store });
      tracer.startSpan(name).end();
      await tracing.flush();
      expect((await store.search({})).traces.map(({ info }) => info.name)).toEqual([name]);
    }
    await shutdown();
  });
});
