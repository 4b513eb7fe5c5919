/**
 * The TypeScript examples of MLflow's manual tracing guide and of its SDK's documentation, re-typed, on our import. A comment
 * explains each intended difference.
 *
 * Source: mlflow.org/docs, genai/tracing/app-instrumentation/manual-tracing and typescript-sdk
 */
import * as mlflow from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan } from "@spanbook/core/model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

beforeEach(() => {
  // MLflow's init names a server here, ours a store.
  mlflow.init({ store: createMemoryStore(), experimentId: "123456789" });
});
afterEach(() => mlflow.shutdown());

async function lastSpan(name?: string) {
  await mlflow.flushTraces();
  const trace = await mlflow.getLastActiveTrace();
  const [span] = trace?.searchSpans({ name }) ?? [];
  if (!trace || !span) throw new Error("no trace was recorded");
  return { info: trace.info, span, ...describeSpan(span) };
}

describe("MLflow's guide to manual tracing", () => {
  it("decorates a class method", async () => {
    class MyClass {
      @mlflow.trace({ spanType: mlflow.SpanType.LLM })
      generateText(_prompt: string) {
        return "It's sunny in Seattle!";
      }
    }
    expect(new MyClass().generateText("weather?")).toBe("It's sunny in Seattle!");
    expect(await lastSpan()).toMatchObject({
      span: { name: "generateText" },
      type: "LLM",
      // The parameter's name in the source, as in MLflow.
      inputs: { _prompt: "weather?" },
      outputs: "It's sunny in Seattle!",
    });
  });

  it("wraps a named function", async () => {
    const getWeather = async (city: string) => {
      await Promise.resolve();
      return `The weather in ${city} is sunny`;
    };
    const tracedGetWeather = mlflow.trace(getWeather, { name: "get-weather" });
    expect(await tracedGetWeather("San Francisco")).toBe("The weather in San Francisco is sunny");
    expect(await lastSpan()).toMatchObject({
      span: { name: "get-weather" },
      inputs: { city: "San Francisco" },
    });
  });

  it("wraps an anonymous function", async () => {
    const getWeather = mlflow.trace((city: string) => `The weather in ${city} is sunny`, {
      name: "get-weather",
    });
    getWeather("San Francisco");
    expect((await lastSpan()).span.name).toBe("get-weather");
    // Without a name MLflow calls the span "span", ours says that the function is anonymous.
    mlflow.trace(() => 1)();
    const { span } = await lastSpan();
    expect(span.name).toBe("anonymous");
    expect(span.attributes).not.toHaveProperty(["mlflow.spanFunctionName"]);
  });

  it("customizes a span by options, and inside the function", async () => {
    class MyClass {
      @mlflow.trace({
        name: "call-local-llm",
        spanType: mlflow.SpanType.LLM,
        attributes: { model: "gpt-4o-mini" },
      })
      generateText(_prompt: string) {
        const span = mlflow.getCurrentActiveSpan();
        span?.setAttribute("temperature", 0);
        return "It's sunny in Seattle!";
      }
    }
    new MyClass().generateText("weather?");
    const { span } = await lastSpan();
    expect(span.name).toBe("call-local-llm");
    expect(span.attributes).toMatchObject({ model: "gpt-4o-mini", temperature: 0 });
  });

  it("adds tags and previews to the trace", async () => {
    class MyClass {
      @mlflow.trace({ name: "Summarization Pipeline" })
      summarizeDocument(documentContent: string, userInstructions: string) {
        mlflow.updateCurrentTrace({ tags: { fruit: "apple" } });
        mlflow.updateCurrentTrace({
          requestPreview: `Doc: ${documentContent.slice(0, 30)}... Instr: ${userInstructions.slice(0, 30)}...`,
        });
        const summary = `Summary of '${documentContent.slice(0, 20)}...' based on '${userInstructions}'`;
        mlflow.updateCurrentTrace({ responsePreview: `Summary: ${summary.slice(0, 50)}...` });
        return summary;
      }
    }
    new MyClass().summarizeDocument("A long document with many details", "Be brief.");
    expect((await lastSpan()).info).toMatchObject({
      name: "Summarization Pipeline",
      tags: { fruit: "apple" },
      requestPreview: "Doc: A long document with many deta... Instr: Be brief....",
      responsePreview: "Summary: Summary of 'A long document with...' based on 'Be ...",
    });
  });

  it("traces a code block", async () => {
    const result = await mlflow.withSpan(
      async (span: mlflow.LiveSpan) => {
        const x = 1;
        const y = 2;
        span.setInputs({ x, y });
        const z = x + y;
        span.setOutputs(z);
        return Promise.resolve(z);
      },
      { name: "MySpan" },
    );
    expect(result).toBe(3);
    expect(await lastSpan()).toMatchObject({ span: { name: "MySpan" }, inputs: { x: 1, y: 2 }, outputs: 3 });
  });

  it("records an exception and rethrows it", async () => {
    const thrown = new Error("no luck");
    const fail = mlflow.trace(
      () => {
        throw thrown;
      },
      { name: "fail" },
    );
    expect(() => fail()).toThrow(thrown);
    const { info, span } = await lastSpan();
    expect(info.state).toBe("ERROR");
    expect(span.events?.[0]).toMatchObject({ name: "exception" });
  });

  it("makes spans by hand, and nests them by their parent", async () => {
    const parent = mlflow.startSpan({
      name: "parent",
      spanType: mlflow.SpanType.CHAIN,
      inputs: { prompt: "Hello" },
    });
    const child = mlflow.startSpan({ name: "child", parent });
    child.end();
    parent.end({ status: "OK", outputs: { response: "Hi" } });
    const { info, span } = await lastSpan("child");
    expect(info).toMatchObject({ name: "parent", spanCount: 2, experimentId: "123456789" });
    expect(span.parentSpanId).toBe(parent.spanId);
    expect([parent.parentId, child.parentId]).toEqual([undefined, parent.spanId]); // null in MLflow
  });

  it("keeps 0, an empty text, false and null, which MLflow's options drop", async () => {
    for (const value of [0, "", false, null]) {
      mlflow.startSpan({ name: "falsy", inputs: value }).end({ outputs: value });
      expect(await lastSpan()).toMatchObject({ inputs: value, outputs: value });
    }
  });

  it("records the user and the session", async () => {
    mlflow.withSpan(
      () =>
        mlflow.updateCurrentTrace({
          metadata: { "mlflow.trace.session": "session-4f85", "mlflow.trace.user": "user-id-cc15" },
          clientRequestId: "req-12345",
        }),
      { name: "chat" },
    );
    expect((await lastSpan()).info).toMatchObject({
      sessionId: "session-4f85",
      userId: "user-id-cc15",
      clientRequestId: "req-12345",
    });
  });

  it("sets a status by the code's name, and reads it", async () => {
    const span = mlflow.startSpan({ name: "fails" });
    span.setStatus(mlflow.SpanStatusCode.ERROR, "no answer");
    expect(span.status.statusCode === mlflow.SpanStatusCode.ERROR).toBe(true);
    span.end();
    expect((await lastSpan()).span.status).toEqual({ code: 2, message: "no answer" });
    const code: mlflow.SpanStatusCode = mlflow.SpanStatusCode.OK;
    mlflow.startSpan({ name: "ends" }).end({ status: code });
    expect((await lastSpan()).span.status).toEqual({ code: 1 });
  });

  it("continues in another service, by headers", async () => {
    const headers = mlflow.withSpan(() => mlflow.getTracingContextHeadersForHttpRequest(), {
      name: "client",
    });
    const caller = await lastSpan("client");
    const handle = () => mlflow.withSpan(() => "handled", { name: "server" });
    expect(mlflow.withTracingContextFromHeaders({ ...headers }, handle)).toBe("handled");
    const incoming = { Traceparent: headers.traceparent };
    expect(await mlflow.withTracingContextFromHeadersAsync(incoming, async () => handle())).toBe("handled");
    await mlflow.flushTraces();
    const servers = (await mlflow.getTrace(caller.info.traceId))?.searchSpans({ name: "server" });
    expect(servers?.map(({ parentSpanId }) => parentSpanId)).toEqual([
      caller.span.spanId,
      caller.span.spanId,
    ]);
    // MLflow throws if there is no trace in the headers: a request from someone who records nothing would fail.
    expect(mlflow.withTracingContextFromHeaders({}, handle)).toBe("handled");
    expect(mlflow.getTracingContextHeadersForHttpRequest()).toEqual({});
  });

  it("streams, with a reducer", async () => {
    const streamData = mlflow.trace(
      function* () {
        for (const c of "hello") yield c;
      },
      { name: "stream_data", outputReducer: (chunks: readonly string[]) => chunks.join(",") },
    );
    expect([...streamData()].join("")).toBe("hello");
    const { span, outputs } = await lastSpan();
    expect(outputs).toBe("h,e,l,l,o");
    expect(span.events?.[4]).toMatchObject({
      name: "mlflow.chunk.item.4",
      attributes: { "mlflow.chunk.value": "o" },
    });
  });
});
