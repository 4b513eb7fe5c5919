import { describe, expect, it } from "vitest";
import {
  fromBatchMessage,
  toBatch,
  toBatchMessage,
  type SpanBatch,
} from "../../../packages/core/src/store/span-batch.js";
import { createLineWriter, usualStatus, type Line } from "../../../packages/core/src/store/span-line.js";
import type { Span } from "../../../packages/core/src/index.js";
import type { Value } from "../../../packages/core/src/model/values.js";
import { createRandom } from "../../support/random.js";

const usual = { resourceId: "6".repeat(32), scopeId: "7".repeat(32) };
const open: Span = {
  traceId: "1".repeat(32),
  spanId: "2".repeat(16),
  name: "answer",
  kind: 1,
  startTimeUnixNano: "1700000000000000000",
  attributes: { "mlflow.spanType": '"LLM"', "mlflow.spanInputs": '{"question":"why"}' },
  ...usual,
};
const ended: Span = {
  ...open,
  spanId: "3".repeat(16),
  parentSpanId: open.spanId,
  endTimeUnixNano: "1700000000000000007",
  status: usualStatus,
};

function toLines(span: Span): Line[] {
  const { traceId, spanId, parentSpanId: parentId, name, startTimeUnixNano, endTimeUnixNano } = span;
  const lines: Line[] = [];
  const fields = { traceId, spanId, parentId, name, startTimeUnixNano, endTimeUnixNano };
  createLineWriter()(lines, 0, fields, span.attributes);
  return lines;
}

function batchOf(...spans: Span[]): SpanBatch {
  return {
    id: "4".repeat(32),
    recorderId: "5".repeat(32),
    texts: spans.map((span) => toLines(span).join("\n")),
    usual,
    patches: [],
    origins: { resources: {}, scopes: {} },
  };
}

describe("a batch of spans", () => {
  it("has records with digest and payload for whoever reads them", () => {
    const { spans } = toBatch(batchOf(open, ended));
    expect(spans.map(({ payload }) => JSON.parse(payload) as Span)).toEqual([open, ended]);
    expect(spans[0]?.digest).toMatchObject({ type: "LLM", version: 1, requestPreview: "why" });
    expect(spans[1]?.digest).toMatchObject({ parentSpanId: open.spanId, status: "OK", version: 2 });
  });

  it("is posted as text and read as records", () => {
    const message = structuredClone(toBatchMessage(toBatch(batchOf(open, ended))));
    expect(message).toEqual(batchOf(open, ended));
    expect(structuredClone(fromBatchMessage(message))).toEqual(
      structuredClone(toBatch(batchOf(open, ended))),
    );
  });

  it("is posted as records if it was read with conventions that a worker does not know", () => {
    const batch = toBatch(batchOf(open), [{ type: () => "AGENT" }]);
    const message = structuredClone(toBatchMessage(batch));
    expect(fromBatchMessage(message).spans[0]?.digest.type).toBe("AGENT");
  });

  it("is complete in a copy, which has the records and nothing else", () => {
    const batch = toBatch(batchOf(open, ended));
    const copy = { ...batch, final: true };
    expect(toBatchMessage(copy)).toEqual({ ...structuredClone(batch), final: true });
    expect(JSON.parse(JSON.stringify(batch))).toEqual(structuredClone(batch));
  });

  it("shares its getter with all other batches, since the engine may keep what a getter sees for longer than the batch", () => {
    const getterOf = (batch: object) => Object.getOwnPropertyDescriptor(batch, "spans")?.get;
    expect(getterOf(toBatch(batchOf(open)))).toBeTypeOf("function");
    expect(getterOf(toBatch(batchOf(open)))).toBe(getterOf(toBatch(batchOf(ended), [])));
  });

  it("keeps any attributes of a span, and spans with more than attributes", () => {
    const random = createRandom(1);
    const texts = [
      "",
      "a",
      "tab\t",
      "line\nline\r",
      '"{\\',
      "é\u2028",
      "\ud800",
      "x".repeat(100),
      "{}",
      "null",
    ];
    const values: Value[] = [...texts, 0, -1.5, 1e21, true, null, [1, ["a"]], { a: { $double: "NaN" } }];
    const keys = [...texts, "constructor", "__proto__", "1"];
    const spans = Array.from({ length: 500 }, (): Span => {
      const count = random.integer(0, 4);
      const entries = Array.from({ length: count }, () => [random.pick(keys), random.pick(values)] as const);
      return { ...random.pick([open, ended]), name: "n", attributes: Object.fromEntries(entries) };
    });
    const unusual = { ...ended, kind: 2, status: { code: 2, message: "a\nb" } } as const;
    const lines = [...spans.flatMap(toLines), JSON.stringify(unusual), ...toLines(open)];
    const records = toBatch({ ...batchOf(), texts: [lines.join("\n")] }).spans;
    expect(records.map(({ payload }) => JSON.parse(payload) as Span)).toEqual([...spans, unusual, open]);
  });
});
