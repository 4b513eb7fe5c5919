/**
 * Random records and patches from a small world, so that they meet: few traces, few spans, few values. What a record says
 * depends only on its span, version and whether it has ended, so two records that tie are equal; and all records of one
 * span agree on its parent, times, session and user, as a recorder's do. Times are quarters of a millisecond and costs
 * quarters of a dollar, so that sums are exact in any order.
 */
import type { SpanRecord, TracePatch } from "@spanbook/core/store";
import { createRandom, type Random } from "./random.js";
import { anAssessment, aPatch, aSpan, recordOf, tokens, type SpanSketch } from "./spans.js";

export const spansPerTrace = 8;

/** A record of one of the spans of that trace, at a version from 1 to 4. */
export function randomRecord(random: Random, trace: number): SpanRecord {
  const id = random.integer(1, spansPerTrace);
  return makeRecord(trace, id, random.integer(1, 4), random.chance(0.4));
}

/** The `order`th patch of that trace. */
export function randomPatch(random: Random, trace: number, order: number): TracePatch {
  const value = `value ${order}`;
  const key = random.pick(["a", "b", "__proto__", "", "c.d"]);
  switch (random.integer(0, 6)) {
    case 0:
      return aPatch(order, { op: "deleteTag", key }, trace);
    case 1:
      return aPatch(
        order,
        {
          op: "setMetadata",
          key: random.pick([key, "mlflow.trace.session", "mlflow.trace.user", "mlflow.sourceRun"]),
          value,
        },
        trace,
      );
    case 2: {
      const field = random.pick(["requestPreview", "responsePreview", "clientRequestId"] as const);
      return aPatch(order, { op: "setField", field, value }, trace);
    }
    case 3:
      return aPatch(order, { op: "setField", field: "state", value: random.pick(["OK", "ERROR"]) }, trace);
    case 4: {
      const id = random.pick(["a-1", "a-2", "__proto__"]);
      if (random.chance(0.2)) return aPatch(order, { op: "deleteAssessment", key: id }, trace);
      const overrides = random.pick(["a-1", "a-2", "none"]);
      const assessment = anAssessment({ value: order, timeMs: order, overrides });
      return aPatch(order, { op: "setAssessment", key: id, value: JSON.stringify(assessment) }, trace);
    }
    default:
      return aPatch(order, { op: "setTag", key, value }, trace);
  }
}

function makeRecord(trace: number, id: number, version: number, open: boolean): SpanRecord {
  const always = fixedSketch(createRandom(trace * 1000 + id), trace, id);
  const random = createRandom(trace * 100_000 + id * 100 + version * 2 + Number(open));
  const type = random.pick(["LLM", "CHAT_MODEL", "UNKNOWN", "AGENT", "TOOL"]);
  const sketch: SpanSketch = {
    ...always,
    open,
    name: random.pick(["ask", "answer", "Ask", "größe", ""]),
    type,
    status: random.pick(["OK", "OK", "UNSET", "ERROR"]),
    ...(random.chance(0.4) && { inputs: `question ${version}`, outputs: { answer: version } }),
    ...(random.chance(0.4) && { usage: tokens(random.integer(0, 9), random.integer(0, 9)) }),
    ...(random.chance(0.3) && { model: random.pick(["small", "large"]) }),
    ...(random.chance(0.3) && { cost: { inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 } }),
    ...(random.chance(0.5) && { experimentId: random.pick(["7", "8"]) }),
    ...(random.chance(0.3) && { runId: random.pick(["run-1", "run-2"]) }),
    attributes: { note: "\u2028 \ud800 '\0", version },
    fields: random.pick([
      {},
      { resourceId: "r1" },
      { resourceId: "r2", scopeId: "s1" },
      { scopeId: "unknown" },
    ]),
  };
  return recordOf(aSpan(sketch), version);
}

function fixedSketch(random: Random, trace: number, id: number): SpanSketch {
  const isRoot = id === 1 || random.chance(0.15);
  const startMs = random.integer(0, 12) / 4 + (trace % 5) * 10;
  return {
    trace,
    id,
    ...(!isRoot && { parent: random.integer(1, spansPerTrace) }),
    startMs,
    endMs: startMs + random.integer(-2, 40) / 4,
    ...(random.chance(0.2) && { sessionId: random.pick(["s1", "s2"]) }),
    ...(random.chance(0.2) && { userId: random.pick(["alice", "bob"]) }),
  };
}
