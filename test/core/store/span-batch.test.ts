import { describe, expect, it } from "vitest";
import {
  fromBatchMessage,
  toBatch,
  toBatchMessage,
  type SpanBatch,
} from "../../../packages/core/src/store/span-batch.js";
import type { Span } from "../../../packages/core/src/index.js";

const open: Span = {
  traceId: "1".repeat(32),
  spanId: "2".repeat(16),
  name: "answer",
  kind: 1,
  startTimeUnixNano: "1700000000000000000",
  attributes: { "mlflow.spanType": '"LLM"', "mlflow.spanInputs": '{"question":"why"}' },
};
const ended: Span = {
  ...open,
  spanId: "3".repeat(16),
  parentSpanId: open.spanId,
  endTimeUnixNano: "1700000000000000007",
  status: { code: 1 },
};
const unreadBatch: SpanBatch = {
  id: "4".repeat(32),
  recorderId: "5".repeat(32),
  unread: [open, ended],
  patches: [],
  origins: { resources: {}, scopes: {} },
};

describe("a batch of spans", () => {
  it("has records with digest and payload for whoever reads them", () => {
    const { spans } = toBatch(unreadBatch);
    expect(spans.map(({ payload }) => JSON.parse(payload) as Span)).toEqual([open, ended]);
    expect(spans[0]?.digest).toMatchObject({ type: "LLM", version: 1, requestPreview: "why" });
    expect(spans[1]?.digest).toMatchObject({ parentSpanId: open.spanId, status: "OK", version: 2 });
  });

  it("is posted as spans and read as records", () => {
    const message = structuredClone(toBatchMessage(toBatch(unreadBatch)));
    expect(message).toEqual(unreadBatch);
    expect(structuredClone(fromBatchMessage(message))).toEqual(structuredClone(toBatch(unreadBatch)));
  });

  it("is posted as records where it was read by conventions that a worker does not know", () => {
    const batch = toBatch(unreadBatch, [{ type: () => "AGENT" }]);
    const message = structuredClone(toBatchMessage(batch));
    expect(fromBatchMessage(message).spans[0]?.digest.type).toBe("AGENT");
  });

  it("is whole in a copy, which has the records and nothing else", () => {
    const batch = toBatch(unreadBatch);
    const copy = { ...batch, final: true };
    expect(toBatchMessage(copy)).toEqual({ ...structuredClone(batch), final: true });
    expect(JSON.parse(JSON.stringify(batch))).toEqual(structuredClone(batch));
  });
});
