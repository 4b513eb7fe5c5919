import {
  awaitedRecorder,
  createFold,
  digestSpan,
  foldPatch,
  foldSpan,
  supersedes,
  toTraceInfo,
  type TraceFold,
} from "@spanbook/core/model";
import { parseFold, serializeFold } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import {
  aPatch,
  aSpan,
  epochMs,
  nano,
  spanId,
  tokens,
  traceId,
  type SpanSketch,
} from "../../support/spans.js";

/** Folds spans of version 1 by "recorder-a". */
function foldOf(...sketches: SpanSketch[]): TraceFold {
  const fold = createFold(traceId(1));
  for (const sketch of sketches) foldSpan(fold, digestSpan(aSpan(sketch), 1), "recorder-a", undefined);
  return fold;
}

function infoOf(fold: TraceFold, isAlive = true) {
  return toTraceInfo(fold, 1, () => isAlive);
}

describe("a trace's summary", () => {
  it("does not exist before the first span", () => {
    const fold = createFold(traceId(1));
    expect(infoOf(fold)).toBeUndefined();
    foldPatch(fold, aPatch(1, { op: "setTag", key: "topic", value: "law" }));
    expect(infoOf(fold)).toBeUndefined();
  });

  it("has everything that spans and patches say", () => {
    const fold = foldOf(
      {
        name: "ask",
        startMs: 0.5,
        endMs: 10.25,
        status: "OK",
        inputs: "why?",
        outputs: "so",
        experimentId: "7",
        runId: "run-1",
      },
      {
        id: 2,
        parent: 1,
        startMs: 1,
        status: "ERROR",
        type: "LLM",
        usage: tokens(3, 4),
        cost: { inputCost: 1, outputCost: 2, totalCost: 3 },
        sessionId: "s1",
        userId: "alice",
      },
    );
    foldPatch(fold, aPatch(1, { op: "setTag", key: "topic", value: "law" }));
    foldPatch(fold, aPatch(2, { op: "setMetadata", key: "source", value: "cell 3" }));
    foldPatch(fold, aPatch(3, { op: "setField", field: "clientRequestId", value: "request-1" }));
    expect(toTraceInfo(fold, 42, () => false)).toEqual({
      traceId: traceId(1),
      name: "ask",
      state: "OK",
      requestTime: epochMs + 0.5,
      startTimeUnixNano: nano(0.5),
      executionDuration: 9.75,
      requestPreview: "why?",
      responsePreview: "so",
      tags: { topic: "law" },
      traceMetadata: { source: "cell 3" },
      clientRequestId: "request-1",
      experimentId: "7",
      runId: "run-1",
      sessionId: "s1",
      userId: "alice",
      spanCount: 2,
      openSpanCount: 0,
      errorCount: 1,
      tokenUsage: tokens(3, 4),
      cost: { inputCost: 1, outputCost: 2, totalCost: 3 },
      revision: 42,
    });
  });

  it("has no key whose value is undefined", () => {
    expect(Object.values(infoOf(foldOf({ open: true }))!)).not.toContain(undefined);
  });

  it("waits for the recorder of an open root, or of the earliest span if there is no root", () => {
    expect(awaitedRecorder(createFold(traceId(1)))).toBeUndefined();
    expect(awaitedRecorder(foldOf({}))).toBeUndefined();
    expect(awaitedRecorder(foldOf({}, { id: 2, parent: 1, open: true }))).toBeUndefined();
    expect(awaitedRecorder(foldOf({ open: true }))).toBe("recorder-a");
    expect(awaitedRecorder(foldOf({ id: 2, parent: 1, open: true }))).toBe("recorder-a");
    const fold = foldOf({ open: true });
    foldSpan(fold, digestSpan(aSpan({ id: 2, parent: 1, open: true }), 1), "recorder-b", undefined);
    expect(awaitedRecorder(fold)).toBe("recorder-a");
    expect(infoOf(fold, true)?.state).toBe("IN_PROGRESS");
    expect(infoOf(fold, false)?.state).toBe("UNFINISHED");
  });

  it("sums costs to the same last digit in any order", () => {
    const calls = [0.1, 0.2, 0.3].map((inputCost, index): SpanSketch => ({
      id: index + 2,
      parent: 1,
      type: "LLM",
      cost: { inputCost, outputCost: 0, totalCost: inputCost },
    }));
    for (const order of [calls, calls.toReversed()]) {
      expect(infoOf(foldOf({}, ...order))?.cost?.totalCost).toBe(0.1 + 0.2 + 0.3);
    }
  });

  it("sorts tags by key, so that the order of patches does not show", () => {
    const fold = foldOf({});
    for (const [order, key] of ["b", "a", "c"].entries()) {
      foldPatch(fold, aPatch(order, { op: "setTag", key, value: key }));
    }
    expect(JSON.stringify(infoOf(fold)?.tags)).toBe('{"a":"a","b":"b","c":"c"}');
  });
});

describe("a patch", () => {
  it("reports whether it took effect", () => {
    const fold = foldOf({});
    expect(foldPatch(fold, aPatch(2, { op: "setTag", key: "a", value: "two" }))).toBe(true);
    expect(foldPatch(fold, aPatch(2, { op: "setTag", key: "a", value: "two" }))).toBe(false);
    expect(foldPatch(fold, aPatch(1, { op: "deleteTag", key: "a" }))).toBe(false);
    expect(foldPatch(fold, aPatch(3, { op: "deleteTag", key: "a" }))).toBe(true);
    expect(foldPatch(fold, aPatch(1, { op: "setTag", key: "b", value: "one" }))).toBe(true);
    expect(infoOf(fold)?.tags).toEqual({ b: "one" });
  });
});

describe("a record", () => {
  it("replaces an open one if it has ended, and one of the same kind if its version is higher", () => {
    const open = (version: number) => digestSpan(aSpan({ open: true }), version);
    const ended = (version: number) => digestSpan(aSpan(), version);
    expect(supersedes(open(2), open(1))).toBe(true);
    expect(supersedes(open(1), open(1))).toBe(false);
    expect(supersedes(open(1), open(2))).toBe(false);
    expect(supersedes(ended(1), open(9))).toBe(true);
    expect(supersedes(open(9), ended(1))).toBe(false);
    expect(supersedes(ended(2), ended(1))).toBe(true);
    expect(supersedes(ended(1), ended(1))).toBe(false);
  });
});

describe("a fold as text", () => {
  it("is restored exactly, with any key", () => {
    const fold = foldOf(
      { name: "lone \ud800", sessionId: "s1", type: "LLM", usage: tokens(1, 2) },
      { id: 2, parent: 1, open: true, userId: "alice" },
    );
    for (const [order, key] of ["__proto__", "constructor", "", "a.b"].entries()) {
      foldPatch(fold, aPatch(order, { op: "setTag", key, value: key }));
    }
    foldPatch(fold, aPatch(9, { op: "deleteTag", key: "a.b" }));
    const text = serializeFold(fold);
    expect(text).not.toContain("\n");
    const back = parseFold(text);
    expect(back).toEqual(fold);
    expect(infoOf(back)).toEqual(infoOf(fold));
    expect(serializeFold(back)).toBe(text);
    expect(back.modelCalls.get(spanId(1))?.usage).toEqual(tokens(1, 2));
  });

  it("works for an empty fold too", () => {
    const fold = createFold(traceId(1));
    expect(parseFold(serializeFold(fold))).toEqual(fold);
  });
});
