import { checkBatch, checkChangesArguments, checkSelector, type Batch } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { aBatch, aPatch, aSpan, recordOf } from "../../support/spans.js";

describe("a bad batch", () => {
  const record = recordOf(aSpan());
  const patch = aPatch(1, { op: "setTag", key: "topic", value: "law" });
  const withDigest = (change: object) =>
    aBatch([record, { ...record, digest: { ...record.digest, ...change } }]);
  const withPatch = (change: object) => ({ ...aBatch(), patches: [{ ...patch, ...change }] });
  const cases: [unknown, string][] = [
    [undefined, "batch must be an object, got undefined"],
    [{ ...aBatch(), id: 5 }, "batch.id must be a string that is not empty, got 5"],
    [{ ...aBatch(), spans: null }, "batch.spans must be an array, got null"],
    [
      withDigest({ traceId: "ABC" }),
      'batch.spans[1].digest.traceId must be 32 lower-case hex digits, got "ABC"',
    ],
    [
      withDigest({ endTimeUnixNano: "007" }),
      'batch.spans[1].digest.endTimeUnixNano must be nanoseconds as a decimal string, got "007"',
    ],
    [withDigest({ status: {} }), "batch.spans[1].digest.status must be UNSET, OK or ERROR, got an object"],
    [
      withDigest({ parentSpanId: "x".repeat(100) }),
      `batch.spans[1].digest.parentSpanId must be 16 lower-case hex digits, got "${"x".repeat(40)}"`,
    ],
    [
      withPatch({ op: "x" }),
      'batch.patches[0].op must be setTag, deleteTag, setMetadata, setField, setAssessment or deleteAssessment, got "x"',
    ],
    [withPatch({ key: 5 }), "batch.patches[0].key must be a string, got 5"],
    [
      withPatch({ op: "setField", field: "name" }),
      'batch.patches[0].field must be requestPreview, responsePreview, clientRequestId, state, got "name"',
    ],
  ];
  for (const [batch, message] of cases) {
    it(`is refused with "${message}"`, () => {
      expect(() => checkBatch(batch as Batch)).toThrow(new TypeError(message));
    });
  }

  it("is never one that a recorder makes", () => {
    const batch = aBatch([aSpan(), aSpan({ id: 2, parent: 1, open: true })], {
      patches: [patch, aPatch(2, { op: "deleteTag", key: "" })],
      final: true,
    });
    expect(() => checkBatch(batch)).not.toThrow();
  });
});

describe("a bad argument", () => {
  it("is named together with its bounds", () => {
    expect(() => checkChangesArguments(-1, 10)).toThrow(
      new RangeError("since must be an integer from 0 to 9007199254740991, got -1"),
    );
    expect(() => checkChangesArguments(0, 10_001)).toThrow(
      new RangeError("limit must be an integer from 1 to 10000, got 10001"),
    );
    expect(() => checkSelector({ experimentId: "7", maxTimestampMillis: 1 } as never)).toThrow(
      new TypeError(
        "a delete takes traceIds, experimentId, beforeMs, maxTraces, keepBytes, got maxTimestampMillis",
      ),
    );
    expect(() => checkSelector({ experimentId: "7", beforeMs: undefined } as never)).toThrow(
      new TypeError("beforeMs of a delete must have a value, got undefined"),
    );
    expect(() => checkSelector({})).toThrow(
      new TypeError(
        "a delete needs traceIds, experimentId, beforeMs, maxTraces or keepBytes, got none of them",
      ),
    );
  });
});
