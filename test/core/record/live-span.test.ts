import { describe, expect, it } from "vitest";
import { SpanLogLevel } from "@spanbook/core";
import { describeSpan, type Span } from "@spanbook/core/model";
import { createRecordingWorld } from "../../support/tracing.js";

describe("a span's limits", () => {
  it("drop new attributes and the oldest events and links, and count them", async () => {
    const { tracing, onlyTrace } = createRecordingWorld({ maxAttributes: 2, maxEvents: 2, maxLinks: 1 });
    const span = tracing.startSpan({ name: "s", inputs: "in" });
    span.setAttributes({ a: 1, b: 2, c: 3 }).setAttribute("a", 4).setOutputs("out");
    for (const name of ["e1", "e2", "e3", "e4"]) span.addEvent({ name });
    for (const spanId of ["1", "2"]) span.addLink({ traceId: "a".repeat(32), spanId: spanId.repeat(16) });
    span.end();
    const [stored] = await onlyTrace();
    expect(stored).toMatchObject({ droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 1 });
    expect(stored?.attributes).toMatchObject({ a: 4, b: 2 });
    expect(stored?.attributes).not.toHaveProperty("c");
    expect(stored?.events?.map(({ name }) => name)).toEqual(["e3", "e4"]);
    expect(stored?.links?.map(({ spanId }) => spanId)).toEqual(["2".repeat(16)]);
    expect(stored && describeSpan(stored)).toMatchObject({ inputs: "in", outputs: "out" });
  });

  it("are OpenTelemetry's 128 by default", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const span = tracing.startSpan({ name: "s" });
    for (let i = 0; i < 130; i++) span.setAttribute(`k${i}`, i).addEvent({ name: `e${i}` });
    span.end();
    const [stored] = await onlyTrace();
    expect(Object.keys(stored?.attributes ?? {})).toHaveLength(128);
    expect(stored).toMatchObject({ droppedAttributesCount: 2, droppedEventsCount: 2 });
    expect(stored?.events?.[0]?.name).toBe("e2");
  });
});

describe("a span's texts", () => {
  it("keep their line breaks everywhere", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const text = "one\ntwo\n";
    const attributes = { text, "mlflow.note": text };
    tracing.withSpan(
      () => {
        tracing.startSpan({ name: text, attributes: { text } }).end();
        tracing.startSpan({ name: "s", attributes }).end();
        tracing.startSpan({ name: "s" }).addEvent({ name: text, attributes }).setStatus("ERROR", text).end();
      },
      { name: "root" },
    );
    const [, named, noted, failed] = await onlyTrace();
    expect(named).toMatchObject({ name: text, attributes: { text } });
    expect(noted).toMatchObject({ attributes });
    expect(failed).toMatchObject({
      events: [{ name: text, attributes }],
      status: { code: 2, message: text },
    });
  });
});

describe("a span's log level", () => {
  it("is the default of its type until it is set, and ERROR after an exception", () => {
    const { tracing, errors } = createRecordingWorld();
    const tool = tracing.startSpan({ name: "t", spanType: "TOOL" });
    const glue = tracing.startSpan({ name: "g", logLevel: "warning" as never });
    expect([tool.logLevel, glue.logLevel, tracing.startSpan({ name: "d" }).logLevel]).toEqual([20, 30, 10]);
    tool.recordException(new Error("x"));
    glue.setLogLevel(SpanLogLevel.CRITICAL).recordException(new Error("x"));
    expect([tool.logLevel, glue.logLevel]).toEqual([SpanLogLevel.ERROR, SpanLogLevel.CRITICAL]);
    glue.setLogLevel("loud" as never);
    expect(glue.logLevel).toBe(50);
    expect(errors).toMatchObject([{ message: "a log level must be one of SpanLogLevel, got loud" }]);
  });
});

describe("a span given hostile values", () => {
  it("reports them, and goes on", async () => {
    const { tracing, errors, onlyTrace } = createRecordingWorld();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const unreadable = {
      get bad(): never {
        throw new Error("mine");
      },
    };
    const span = tracing.startSpan({ name: "s", inputs: proxy, attributes: proxy });
    span.setAttributes(unreadable).setStatus("GREAT" as never);
    span.addEvent({ name: "e", attributes: unreadable });
    span.addLink({ traceId: "a".repeat(32), spanId: "b".repeat(16), attributes: proxy });
    span.end({ outputs: proxy, attributes: unreadable, status: 7 as never });
    const [stored] = await onlyTrace();
    expect(stored?.status).toEqual({ code: 1 });
    expect(errors.map((error) => (error as Error).message)).toEqual([
      "Cannot perform 'ownKeys' on a proxy that has been revoked",
      "mine",
      "a status must be UNSET, OK or ERROR, got GREAT",
      "mine",
      "Cannot perform 'ownKeys' on a proxy that has been revoked",
      "mine",
      "a status must be UNSET, OK or ERROR, got 7",
    ]);
  });
});

describe("MLflow's own keys", () => {
  it("keep objects as JSON text, as MLflow writes them", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 };
    tracing.startSpan({ name: "s", attributes: { "mlflow.chat.tokenUsage": usage } }).end();
    const [stored] = await onlyTrace();
    expect(stored?.attributes["mlflow.chat.tokenUsage"]).toBe(JSON.stringify(usage));
    expect(stored && describeSpan(stored).usage).toEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
  });
});

describe("prices", () => {
  it("put a cost on spans with a model and tokens but no cost of their own", async () => {
    const { tracing, allTraces } = createRecordingWorld({
      prices: { "m-1": { input: 2, output: 10, cacheRead: 0.5 }, "p/m-2": { input: 1, output: 1 } },
    });
    const call = (model: string, more: Record<string, unknown> = {}) => {
      const span = tracing.startSpan({ name: model, spanType: "LLM" });
      span.setAttributes({
        "mlflow.llm.model": model,
        "mlflow.chat.tokenUsage": { input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 600 },
        ...more,
      });
      span.end();
    };
    call("vendor/m-1");
    call("m-2", { "mlflow.llm.provider": "p" });
    call("m-3");
    call("m-1", { "mlflow.llm.cost": { input_cost: 1, output_cost: 1, total_cost: 2 } });
    const costs = (await allTraces()).map(({ info }) => [info.name, info.cost?.totalCost]);
    expect(costs.sort()).toEqual([
      ["m-1", 2],
      ["m-2", 0.0011],
      ["m-3", undefined],
      ["vendor/m-1", 0.0011 + 0.001],
    ]);
  });
});

describe("redaction", () => {
  it("sees spans, patches and previews before they leave", async () => {
    const hide = (text: string) => text.replaceAll("4111", "****");
    const { tracing, allTraces } = createRecordingWorld({
      redact: {
        span: (span) => ({
          ...span,
          traceId: "forged",
          attributes: JSON.parse(hide(JSON.stringify(span.attributes))) as typeof span.attributes,
        }),
        patch: (patch) =>
          "key" in patch && patch.key === "secret"
            ? undefined
            : (JSON.parse(hide(JSON.stringify(patch))) as typeof patch),
      },
    });
    const pay = tracing.trace(
      (card: string) => {
        tracing.updateCurrentTrace({ tags: { secret: "x", card }, requestPreview: `pay ${card}` });
        return `paid ${card}`;
      },
      { name: "pay" },
    );
    expect(pay("4111")).toBe("paid 4111");
    const [trace] = await allTraces();
    expect(JSON.stringify(trace)).not.toContain("4111");
    expect(trace?.info).toMatchObject({
      tags: { card: "****" },
      requestPreview: "pay ****",
      responsePreview: "paid ****",
    });
  });

  it("that fails keeps the span without its payload, drops the patch, and is reported", async () => {
    const { tracing, onlyTrace, allTraces, errors } = createRecordingWorld({
      redact: {
        span: () => {
          throw new Error("span hook");
        },
        patch: () => {
          throw new Error("patch hook");
        },
      },
    });
    tracing.withSpan(
      (span) => {
        span.addEvent({ name: "secret" });
        tracing.updateCurrentTrace({ tags: { secret: "x" } });
        span.recordException(new Error("secret failure"));
      },
      { name: "s", spanType: "TOOL", inputs: "secret" },
    );
    const [span] = await onlyTrace();
    expect(span).toMatchObject({
      name: "s",
      status: { code: 2 },
      attributes: { "mlflow.spanType": '"TOOL"', "spanbook.redaction": "failed" },
    });
    expect(JSON.stringify(await allTraces())).not.toContain("secret");
    expect(errors).toMatchObject([{ message: "patch hook" }, { message: "span hook" }]);
  });

  it("that returns what JSON cannot hold counts as failed, and the span is kept", async () => {
    const { tracing, onlyTrace, errors } = createRecordingWorld({
      redact: { span: (span) => ({ ...span, attributes: { card: 4111n as never } }) },
    });
    tracing.withSpan(() => "paid", { name: "pay" });
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ name: "pay", attributes: { "spanbook.redaction": "failed" } });
    expect(errors).toMatchObject([{ name: "TypeError" }]);
    expect(tracing.stats()).toMatchObject({ written: 1, dropped: 0 });
  });

  it("that returns no valid span or patch counts as failed, and the rest of the batch is unharmed", async () => {
    const isRoot = ({ parentSpanId }: Span) => parentSpanId === undefined;
    const wrong: ((span: Span) => unknown)[] = [
      () => null,
      ({ name: _name, ...span }) => span,
      (span) => ({ ...span, attributes: null }),
      (span) => ({ ...span, status: "OK" }),
      (span) => ({ ...span, events: [null] }),
      (span) => ({ ...span, links: "none" }),
      (span) => Object.assign(span, { name: undefined, attributes: undefined }),
    ];
    const givenBack = wrong.values();
    const { tracing, onlyTrace, errors } = createRecordingWorld({
      redact: {
        span: (span) => (isRoot(span) ? span : (givenBack.next().value?.(span) as Span)),
        patch: () => 5 as never,
        resource: () => null as never,
      },
    });
    const root = tracing.startSpan({ name: "root" }).updateTrace({ tags: { topic: "law" } });
    for (const { length } of wrong) tracing.startSpan({ name: "child", parent: root, inputs: length }).end();
    root.end();
    const spans = await onlyTrace();
    const failed = spans.filter(({ attributes }) => attributes["spanbook.redaction"] === "failed");
    expect(spans.map(({ name }) => name)).toEqual(["root", ...wrong.map(() => "child")]);
    expect(failed.length).toBe(wrong.length);
    expect(JSON.stringify(failed)).not.toContain("spanInputs");
    expect(errors).toMatchObject([
      { message: "redact.resource must return a resource" },
      { message: "redact.patch must return a patch or undefined" },
      { message: "redact.span must return a span" },
    ]);
  });

  it("cannot change a span's parent, kind and origin, nor what a patch does", async () => {
    const { tracing, onlyTrace, allTraces } = createRecordingWorld({
      redact: {
        span: (span) => ({ ...span, parentSpanId: "forged", kind: "forged" as never, scopeId: "forged" }),
        patch: (patch) => ({ ...patch, op: "forged", field: "forged" }) as never,
      },
    });
    tracing.startSpan({ name: "root" }).updateTrace({ requestPreview: "asked" }).end();
    const [span] = await onlyTrace();
    expect(span).toMatchObject({ kind: 1, scopeId: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(span?.parentSpanId).toBeUndefined();
    expect((await allTraces())[0]?.info.requestPreview).toBe("asked");
  });

  it("cannot change a span after returning it", async () => {
    const attributes: Record<string, string> = { card: "****" };
    const { tracing, onlyTrace } = createRecordingWorld({
      redact: { span: (span) => ({ ...span, attributes }) },
      flushIntervalMs: 0,
    });
    tracing.withSpan(() => "paid", { name: "pay" });
    const flushed = tracing.flush();
    attributes["card"] = "4111";
    await flushed;
    expect((await onlyTrace())[0]?.attributes).toEqual({ card: "****" });
  });
});

describe("a span", () => {
  it("never throws, whatever it is given", async () => {
    const { tracing, errors } = createRecordingWorld();
    const hostile = new Proxy({}, { get: () => { throw new Error("hostile"); } }) as never; // prettier-ignore
    for (const given of [null, 0, hostile] as never[]) {
      const span = tracing.startSpan({ name: "root" });
      span.addEvent(given).addLink(given).setAttributes(given).setStatus(given).updateTrace(given);
      span.setAttribute(given, 1).setSpanType(given).setLogLevel(given).recordException(given);
      span.end(given);
      expect(span.isEnded).toBe(true);
      tracing.endSpan(given, given);
      tracing.endTrace(given);
      tracing.startSpan(given).end();
      tracing.startTrace(given).end();
      tracing.updateCurrentTrace(given);
    }
    expect(errors.length).toBeGreaterThan(10);
    await tracing.flush();
    const { recorded, written } = tracing.stats();
    expect(written).toBe(recorded);
  });

  it("ends once, even if a hook or an option read at its end ends it again", async () => {
    const { tracing, onlyTrace } = createRecordingWorld();
    tracing.registerOnSpanEndHook((span) => span.end({ outputs: "the hook's" }));
    const span = tracing.startSpan({ name: "s" });
    span.end({
      get outputs() {
        span.end();
        return "mine";
      },
    });
    const [stored] = await onlyTrace();
    expect(stored && describeSpan(stored)).toMatchObject({ outputs: "mine" });
    expect(tracing.stats()).toMatchObject({ recorded: 1, written: 1, dropped: 0 });
  });
});
