import { readFileSync } from "node:fs";
import { chromeTrace, exportMlflow, importMlflow, isMlflowJson } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Span, type Trace } from "@spanbook/core/model";
import { exportOtlp } from "@spanbook/core/otlp";
import { describe, expect, it } from "vitest";
import { aBatch, aPatch, aSpan, getTrace, nano, searchInfos, spanId, traceId } from "../../support/spans.js";

const fixture = readFileSync(new URL("../../fixtures/mlflow/trace-v3.json", import.meta.url), "utf8");

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

async function importedTrace(text: string): Promise<Trace> {
  const store = createMemoryStore();
  await importMlflow(store, text);
  const [info] = await searchInfos(store);
  return (await store.get(info!.traceId))!;
}

describe("importMlflow", () => {
  it("reads what MLflow for Python writes", async () => {
    const store = createMemoryStore();
    expect(await importMlflow(store, fixture)).toEqual({
      traces: 1,
      spans: 4,
      skipped: 0,
      errors: [],
    });
    const { info, data } = await importedTrace(fixture);
    expect(info).toMatchObject({
      traceId: "887bbff4d9e4d44515e4230f6efe5075",
      name: "ask",
      state: "OK",
      clientRequestId: "req-1",
      experimentId: "656908263985379649",
      sessionId: "s1",
      userId: "alice",
      tags: { topic: "geo", "mlflow.traceName": "ask" },
      requestPreview: '{"q": "Where?"}',
      spanCount: 4,
      errorCount: 1,
      tokenUsage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    });
    expect(data.spans[0]).toMatchObject({
      spanId: "44facf72eb868809",
      startTimeUnixNano: "1795262990133088868",
      endTimeUnixNano: "1795262990153984636",
      status: { code: 1 },
      attributes: { count: 3, ratio: 0.5, list: [1, 2], "mlflow.spanFunctionName": '"ask"' },
    });
    expect(data.spans[3]).toMatchObject({
      parentSpanId: "44facf72eb868809",
      status: { code: 2, message: "ValueError: no" },
      events: [
        {
          name: "exception",
          timeUnixNano: "1795262990153611008",
          attributes: { "exception.type": "ValueError" },
        },
      ],
    });
    expect(
      data.spans
        .map((span) => describeSpan(span))
        .map(({ type, documents, messages }) => [type, documents, messages?.length]),
    ).toEqual([
      ["AGENT", undefined, undefined],
      [
        "RETRIEVER",
        [{ id: "d1", content: "Paris is in France.", metadata: { doc_uri: "a.txt", chunk_id: "c1" } }],
        undefined,
      ],
      ["CHAT_MODEL", undefined, 2],
      ["UNKNOWN", undefined, undefined],
    ]);
  });

  it("reads schema 2, and ids whose leading zeros were left out", async () => {
    const text = JSON.stringify({
      info: {
        request_id: "tr-0abc",
        experiment_id: "7",
        timestamp_ms: 1700000000000,
        execution_time_ms: 5,
        status: "ERROR",
        request_metadata: { "mlflow.trace.session": "s1" },
        tags: { topic: "law" },
      },
      data: {
        spans: [
          {
            name: "root",
            context: { trace_id: "0xabc", span_id: "0xdef" },
            parent_id: null,
            start_time: 1700000000000000000,
            end_time: 1700000000005000000,
            status_code: "ERROR",
            status_message: "bad",
            attributes: { "mlflow.traceRequestId": '"tr-0abc"', "mlflow.spanType": '"LLM"', n: "1" },
            events: [{ name: "e", timestamp: 1700000000001000000, attributes: { a: 1 } }],
          },
        ],
        request: "null",
        response: "null",
      },
    });
    const { info, data } = await importedTrace(text);
    expect(info).toMatchObject({
      state: "ERROR",
      experimentId: "7",
      sessionId: "s1",
      tags: { topic: "law" },
    });
    expect(data.spans[0]).toMatchObject({
      traceId: "abc".padStart(32, "0"),
      spanId: "def".padStart(16, "0"),
      status: { code: 2, message: "bad" },
      attributes: { n: 1 },
      events: [{ name: "e", timeUnixNano: "1700000000001000000", attributes: { a: 1 } }],
    });
  });

  it("reads lists and lines, keeps what is good and reports what is not", async () => {
    const one = JSON.stringify(JSON.parse(fixture));
    for (const text of [`[${fixture}]`, `${one}\n${one}\n`]) {
      expect(await importMlflow(createMemoryStore(), text)).toMatchObject({ traces: 1 });
    }
    const deep = JSON.stringify(JSON.parse(fixture)).replace(
      '"count":"3"',
      `"count":${"[".repeat(5000)}${"]".repeat(5000)}`,
    );
    const bad = one.replace('"span_id":"Z8RG5APBAtA="', '"span_id":"?"');
    const { errors, spans } = await importMlflow(createMemoryStore(), [one, "{", bad, deep, "3"].join("\n"));
    expect(spans).toBe(10);
    expect(errors.filter(({ path }) => path !== "info.assessments")).toMatchObject([
      { line: 2 },
      { line: 3, path: "data.spans[1] (retrieve)", message: 'span_id must be 8 bytes, got "?"' },
      { line: 4, path: "data.spans[0] (ask)", message: "a value is nested deeper than 200" },
      { line: 5, message: 'expected an MLflow trace with info and data.spans, got "3"' },
    ]);
  });

  it.each([
    ["nothing like JSON", "PK"],
    ["OTLP", '{"resourceSpans":[]}'],
    ["a number", "3"],
  ])("refuses %s with one clear error", async (_what, text) => {
    await expect(importMlflow(createMemoryStore(), text)).rejects.toThrow(/^not MLflow JSON: line 1: /);
  });

  it("reads concatenated files, and a list that is cut off", async () => {
    const pretty = JSON.stringify(JSON.parse(fixture), undefined, 2);
    const one = JSON.stringify(JSON.parse(fixture));
    for (const text of [one + one, `${pretty}${pretty}`, `\uFEFF${pretty}\r\n\uFEFF${pretty}`]) {
      const result = await importMlflow(createMemoryStore(), text);
      expect(result).toMatchObject({ spans: 8, errors: [] });
    }
    const lines = pretty.split("\n").length;
    const cut = `[\n${pretty},\nnull,\n${pretty.slice(0, -3)}`;
    expect(await importMlflow(createMemoryStore(), cut)).toMatchObject({
      spans: 4,
      errors: [
        { line: lines + 2, message: expect.stringContaining('got "null"') as string },
        {
          line: lines + 3,
          message: "the JSON that begins here is cut off, or a bracket or quote is missing",
        },
      ],
    });
  });

  it("reads NaN, which Python writes, as text", async () => {
    const document = JSON.parse(fixture) as { info: { trace_metadata: object } };
    Object.assign(document.info.trace_metadata, { score: "NaN", "the NaN": "-Infinity" });
    const text = JSON.stringify(document).replace(':"NaN"', ": NaN").replace(':"-Infinity"', ":-Infinity");
    const store = createMemoryStore();
    expect(await importMlflow(store, text)).toMatchObject({ traces: 1, errors: [] });
    expect(await searchInfos(store)).toMatchObject([
      { traceMetadata: { score: "NaN", "the NaN": "-Infinity" } },
    ]);
  });

  it("reads the spans of an artifact, traces.json, which has no info", async () => {
    const { data } = JSON.parse(fixture) as { data: object };
    const artifact = JSON.stringify(data);
    expect(isMlflowJson(artifact)).toBe(true);
    expect(isMlflowJson('{"spans": []}')).toBe(true);
    expect(isMlflowJson('{"data": [{"traceID": "1", "spans": []}]}')).toBe(false);
    expect((await importedTrace(artifact)).info).toMatchObject({ name: "ask", spanCount: 4, tags: {} });
  });

  it("keeps integers in attributes that are too large for a number", async () => {
    const file = fixture.replace('"count": "3"', '"count": "-1152921504606846977", "zip": "\\"0123\\""');
    expect(file).not.toBe(fixture);
    const { attributes } = (await importedTrace(file)).data.spans[0]!;
    expect(attributes).toMatchObject({ count: { $int: "-1152921504606846977" }, zip: "0123" });
  });

  it("changes nothing when a file is imported twice", async () => {
    const store = createMemoryStore();
    await importMlflow(store, fixture);
    const [before] = await searchInfos(store);
    await importMlflow(store, fixture);
    expect(await searchInfos(store)).toEqual([before]);
  });
});

describe("exportMlflow", () => {
  it("reproduces what MLflow wrote", async () => {
    const json = await textOf(exportMlflow(await importedTrace(fixture)));
    expect(json).toContain('"start_time_unix_nano":1795262990133088868,');
    const expected = JSON.parse(fixture) as {
      info: Record<string, unknown>;
      data: { spans: { attributes: object }[] };
    };
    const written = JSON.parse(json) as typeof expected;
    // Assessments are in the order in which they were made; JSON text lacks MLflow's blanks.
    const assessments = (expected.info["assessments"] as unknown[]).toReversed();
    const texts = JSON.stringify(assessments).replace('{\\"city\\": ', '{\\"city\\":');
    expect(written.info).toEqual({
      ...expected.info,
      execution_duration_ms: 21,
      assessments: JSON.parse(texts) as unknown,
    });
    for (const [index, { attributes, ...span }] of expected.data.spans.entries()) {
      const { attributes: writtenAttributes, ...writtenSpan } = written.data.spans[index]!;
      expect(writtenSpan).toEqual(span);
      const parsed = (texts: object) =>
        Object.fromEntries(
          Object.entries(texts).map(([key, text]) => [key, JSON.parse(text as string) as unknown]),
        );
      expect(parsed(writtenAttributes)).toMatchObject(parsed(attributes));
    }
  });

  it("and importMlflow keep all that each schema can hold", async () => {
    const store = createMemoryStore();
    const spans = [
      aSpan({
        type: "AGENT",
        inputs: { q: "\u0000ns:x" },
        outputs: [1.5],
        sessionId: "s1",
        experimentId: "7",
        status: "ERROR",
        attributes: { text: "3", $$dollar: "x", list: [1, { a: null }], flag: true },
        fields: { events: [{ timeUnixNano: nano(1), name: "e", attributes: { a: 1 } }] },
      }),
      aSpan({ id: 2, parent: 1, open: true, type: "LLM", status: "OK" }),
    ];
    const patches = [
      aPatch(1, { op: "setTag", key: "topic", value: "law" }),
      aPatch(2, { op: "setMetadata", key: "m", value: "x" }),
    ];
    await store.write(aBatch(spans, { patches }));
    for (const schema of [2, 3] as const) {
      const copy = createMemoryStore();
      await importMlflow(copy, exportMlflow(store, { schema }));
      const { info, data } = await getTrace(copy);
      expect(info).toMatchObject({
        tags: { topic: "law" },
        traceMetadata: { m: "x" },
        sessionId: "s1",
        experimentId: "7",
      });
      expect(data.spans.map(withoutStatusMessage)).toMatchObject(spans as object[]);
    }
  });

  it("and importMlflow leave a trace without an experiment without one, and a trace of MLflow's in its default experiment", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    for (const schema of [2, 3] as const) {
      const text = await textOf(exportMlflow(store, { schema }));
      const copy = createMemoryStore();
      await importMlflow(copy, text);
      const { info } = await getTrace(copy);
      expect(info.experimentId).toBeUndefined();
      expect(info.traceMetadata).toEqual({ "mlflow.trace_schema.version": String(schema) });

      const theirs = createMemoryStore();
      await importMlflow(theirs, text.replace('"spanbook.noExperiment":"true",', ""));
      expect((await getTrace(theirs)).info.experimentId).toBe("0");
    }
  });

  it("adds MLflow's keys to spans of other conventions", async () => {
    const span = aSpan({
      attributes: { "openinference.span.kind": "TOOL", "input.value": "x", "llm.model_name": "m" },
    });
    const store = createMemoryStore();
    await store.write(aBatch([span]));
    const trace = JSON.parse(await textOf(exportMlflow(store))) as {
      data: { spans: [{ attributes: object }] };
    };
    expect(trace.data.spans[0].attributes).toEqual({
      "mlflow.spanType": '"TOOL"',
      "mlflow.spanInputs": '"x"',
      "mlflow.llm.model": '"m"',
      "openinference.span.kind": '"TOOL"',
      "input.value": '"x"',
      "llm.model_name": '"m"',
      "mlflow.traceRequestId": `"tr-${traceId(1)}"`,
    });
  });

  it("writes the tokens and cost of a trace and its calls where MLflow looks for them, and that a call failed", async () => {
    const store = createMemoryStore();
    const attributes = {
      "langfuse.observation.type": "generation",
      "langfuse.observation.usage_details": '{"input": 3, "output": 4}',
      "langfuse.observation.cost_details": '{"input": 0.25, "output": 0.5}',
      "langfuse.observation.level": "ERROR",
      "langfuse.observation.status_message": "it broke",
    };
    await store.write(aBatch([aSpan({ attributes })]));
    const { info, data } = JSON.parse(await textOf(exportMlflow(store))) as {
      info: { state: string; trace_metadata: Record<string, string> };
      data: { spans: [{ status: object; attributes: Record<string, string> }] };
    };
    const usage = '{"input_tokens":3,"output_tokens":4,"total_tokens":7}';
    const cost = '{"input_cost":0.25,"output_cost":0.5,"total_cost":0.75}';
    expect(info).toMatchObject({
      state: "ERROR",
      trace_metadata: { "mlflow.trace.tokenUsage": usage, "mlflow.trace.cost": cost },
    });
    const [span] = data.spans;
    expect(span.attributes).toMatchObject({ "mlflow.chat.tokenUsage": usage, "mlflow.llm.cost": cost });
    expect(span.status).toEqual({ code: "STATUS_CODE_ERROR", message: "it broke" });
  });

  it("refuses an unknown schema", async () => {
    await expect(textOf(exportMlflow([], { schema: 1 as never }))).rejects.toThrow(
      "schema must be 2 or 3, got 1",
    );
  });

  function withoutStatusMessage({ status, ...span }: Span): object {
    return { ...span, status: { code: status?.code } };
  }
});

describe("chromeTrace", () => {
  it("has no time before zero, which Perfetto would drop, even if clocks differ", async () => {
    const store = createMemoryStore();
    const event = { timeUnixNano: "5", name: "e" };
    const root = aSpan({ id: 1, startMs: 10, endMs: 100 });
    await store.write(
      aBatch([root, aSpan({ id: 2, parent: 1, startMs: 0, endMs: 20, fields: { events: [event] } })]),
    );
    const { traceEvents } = JSON.parse(await textOf(chromeTrace(store))) as {
      traceEvents: { ts?: number }[];
    };
    expect(traceEvents.map(({ ts }) => ts)).toEqual([undefined, 0, 0, 10_000]);
  });

  it("writes spans as events that nest on each thread, in microseconds from the first start", async () => {
    const store = createMemoryStore();
    await store.write(
      aBatch([
        aSpan({ id: 1, name: "root", startMs: 0, endMs: 100, type: "AGENT", inputs: "q" }),
        aSpan({ id: 2, parent: 1, name: "a", startMs: 10, endMs: 50 }),
        aSpan({ id: 3, parent: 1, name: "b", startMs: 20, endMs: 60.5 }),
        aSpan({
          id: 4,
          parent: 1,
          name: "open",
          startMs: 70,
          open: true,
          fields: { events: [{ timeUnixNano: nano(80), name: "e" }] },
        }),
      ]),
    );
    const { traceEvents } = JSON.parse(await textOf(chromeTrace(store))) as {
      traceEvents: Record<string, unknown>[];
    };
    expect(traceEvents.map(({ ph, name, tid, ts, dur }) => [ph, name, tid, ts, dur])).toEqual([
      ["M", "process_name", undefined, undefined, undefined],
      ["X", "root", 1, 0, 100_000],
      ["X", "a", 1, 10_000, 40_000],
      ["X", "b", 2, 20_000, 40_500],
      ["X", "open", 1, 70_000, 30_000],
      ["i", "e", 1, 80_000, undefined],
    ]);
    expect(traceEvents[1]).toMatchObject({ cat: "AGENT", pid: 1, args: { spanId: spanId(1), inputs: "q" } });
    expect(traceEvents[4]).toMatchObject({ args: { isOpen: true, parentSpanId: spanId(1) } });
  });

  it("is valid JSON even if there is nothing to write", async () => {
    expect(JSON.parse(await textOf(chromeTrace([])))).toEqual({ displayTimeUnit: "ms", traceEvents: [] });
  });
});

it("a trace imported from MLflow can be exported as OTLP", async () => {
  expect(await textOf(exportOtlp(await importedTrace(fixture)))).toContain('"mlflow.traceTag.topic"');
});
