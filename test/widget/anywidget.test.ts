import { gzipSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import { exportOtlp } from "@spanbook/core/otlp";
import type { Trace } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { readTraces } from "../../packages/widget/src/anywidget/read-traces.js";
import { createReplaceableReader } from "../../packages/widget/src/reading/replaceable-reader.js";
import { fromTrait, toTrait } from "../../packages/widget/src/anywidget/selection-trait.js";
import { spanId, traceId } from "../support/spans.js";
import { demoTraces, manyTraces } from "../support/traces.js";

const mlflowText = await readFile(new URL("../fixtures/python/dspy-program.jsonl", import.meta.url), "utf8");
const mlflow = JSON.parse(mlflowText) as object;
const [otlpTrace] = demoTraces();
const otlpText = await toText(exportOtlp([otlpTrace!]));
const otlp = JSON.parse(otlpText) as object;

async function toText(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += String(piece);
  return text;
}

function namesOf(traces: readonly Trace[]): string[] {
  return traces.map(({ info }) => info.name).sort();
}

describe("a widget's traces may be", () => {
  const one = [otlpTrace!.info.name];
  const other = ["Forecaster.forward"];
  test.each<[string, unknown, string[]]>([
    ["OTLP JSON as text", otlpText, one],
    ["OTLP JSON, parsed", otlp, one],
    ["MLflow's JSON as text", mlflowText, other],
    [
      "MLflow's JSON, parsed, in any order of fields",
      Object.fromEntries(Object.entries(mlflow).reverse()),
      other,
    ],
    ["MLflow's JSON, a list as text", `[${mlflowText}]`, other],
    ["bytes", Buffer.from(otlpText), one],
    ["gzip of text, as a view of a buffer", new DataView(new Uint8Array(gzipSync(otlpText)).buffer), one],
    ["a list of either", [otlp, mlflow], [...other, ...one]],
    ["a list of texts and bytes", [otlpText, gzipSync(mlflowText)], [...other, ...one]],
    ["a list of either as text", `\uFEFF ${JSON.stringify([mlflow, otlp])}`, [...other, ...one]],
    ["gzip of a list of texts", gzipSync(JSON.stringify([otlpText, mlflowText])), [...other, ...one]],
    ["an empty list", [], []],
    ["an empty list as text", "[]", []],
    ["nothing", null, []],
  ])("%s", async (_what, given, names) => {
    const { traces, errors } = await readTraces(given);
    expect(errors).toEqual([]);
    expect(namesOf(traces)).toEqual([...names].sort());
  });

  test("partly unreadable: the rest is read, and each error says where it is", async () => {
    const { traces, errors } = await readTraces([otlpText, { a: 1 }, 7]);
    expect(namesOf(traces)).toEqual([otlpTrace!.info.name]);
    expect(errors).toEqual([
      "traces[1]: not OTLP JSON: line 1: expected an object with resourceSpans, got an object with a",
      "traces[2]: expected OTLP JSON or MLflow trace JSON (text, bytes or parsed), or a list of these, got 7",
    ]);
  });

  test.each<[unknown, string]>([
    [7, "traces: expected OTLP JSON or MLflow trace JSON (text, bytes or parsed), or a list of these, got 7"],
    ["hello", "traces: not OTLP JSON: line 1: expected an object with resourceSpans, got hello"],
    [
      [true],
      "traces[0]: expected OTLP JSON or MLflow trace JSON (text, bytes or parsed), or a list of these, got true",
    ],
    [new Uint8Array([0x1f, 0x8b, 1]), "the gzip is damaged"],
  ])("nothing else: %j is refused, with what was expected", async (given, message) => {
    await expect(readTraces(given)).rejects.toThrow(message);
  });

  test("text, in which MLflow's times keep their nanoseconds", async () => {
    const { traces } = await readTraces(mlflowText);
    const [start] = /(?<="start_time_unix_nano": )\d+/.exec(mlflowText) ?? [];
    expect(traces[0]?.data.spans[0]?.startTimeUnixNano).toBe(start);
  });
});

describe("a reader whose traces are replaced", () => {
  test("reads what is there now, and reports which were changed, added or removed", async () => {
    const [first, second, third] = manyTraces(3);
    const { reader, replace } = createReplaceableReader(({ info }) => JSON.stringify(info.tags));
    let told = 0;
    const stop = reader.onChange?.(() => told++);
    replace([first!, second!]);
    const page = await reader.search({});
    const revision = Math.max(...page.traces.map(({ info }) => info.revision));
    expect(page.traces).toHaveLength(2);

    replace([first!, second!]);
    expect((await reader.changes(revision, 100)).changes).toEqual([]);
    replace([{ ...first!, info: { ...first!.info, tags: { topic: "law" } } }, third!]);
    const { changes } = await reader.changes(revision, 100);
    expect(changes.map(({ traceId: id, deleted }) => [id, deleted]).sort()).toEqual(
      [
        [first!.info.traceId, false],
        [second!.info.traceId, true],
        [third!.info.traceId, false],
      ].sort(),
    );
    expect((await reader.get(first!.info.traceId))?.info.tags).toEqual({ topic: "law" });
    expect(await reader.get(second!.info.traceId)).toBeUndefined();
    expect(told).toBe(3);
    stop?.();
    replace([]);
    expect(told).toBe(3);
  });
});

test("a selection is written with Python's names, and may be read with MLflow's ids", () => {
  expect(toTrait({ traceId: traceId(1), spanId: spanId(2) })).toEqual({
    trace_id: traceId(1),
    span_id: spanId(2),
  });
  expect(toTrait({ traceId: traceId(1) })).toEqual({ trace_id: traceId(1), span_id: null });
  expect(toTrait(undefined)).toBeNull();
  expect(fromTrait({ trace_id: `tr-${traceId(1)}`, span_id: null })).toEqual({ traceId: traceId(1) });
  expect(fromTrait({ trace_id: traceId(1), span_id: spanId(2) })).toEqual({
    traceId: traceId(1),
    spanId: spanId(2),
  });
  for (const bad of [null, undefined, {}, "x", { trace_id: 7 }]) expect(fromTrait(bad)).toBeUndefined();
});
