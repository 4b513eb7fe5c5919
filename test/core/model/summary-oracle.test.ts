/**
 * The incremental fold against a slow oracle, which computes the info from scratch after every record and patch, in random
 * orders with repetitions. The oracle ignores the order, so the fold must not depend on it either.
 */
import {
  createFold,
  foldPatch,
  foldSpan,
  supersedes,
  toTraceInfo,
  type Assessment,
  type AssessmentValue,
  type Cost,
  type SpanDigest,
  type TokenUsage,
} from "@spanbook/core/model";
import { parseFold, serializeFold, type TracePatch } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { randomPatch, randomRecord } from "../../support/random-spans.js";
import { createRandom } from "../../support/random.js";
import { traceId } from "../../support/spans.js";

/** Each span has one recorder; that of odd ids is gone. */
const recorderOf = (spanId: string) => (parseInt(spanId, 16) % 2 === 1 ? "gone" : "alive");
const isAlive = (recorderId: string) => recorderId === "alive";

describe("the fold of spans and patches", () => {
  for (let seed = 1; seed <= 25; seed++) {
    it(`agrees with the slow oracle after each of 100 random records and patches, seed ${seed}`, () => {
      const random = createRandom(seed);
      const trace = random.integer(1, 50);
      let fold = createFold(traceId(trace));
      const digests = new Map<string, SpanDigest>();
      const came: SpanDigest[] = [];
      const patches: TracePatch[] = [];
      for (let step = 0; step < 100; step++) {
        if (random.chance(0.3)) {
          const patch =
            patches.length > 0 && random.chance(0.2)
              ? random.pick(patches)
              : randomPatch(random, trace, step + 1000 * random.integer(0, 9));
          patches.push(patch);
          foldPatch(fold, patch);
        } else {
          const { digest } = randomRecord(random, trace);
          came.push(digest);
          const stored = digests.get(digest.spanId);
          if (!stored || supersedes(digest, stored)) {
            digests.set(digest.spanId, digest);
            foldSpan(fold, digest, recorderOf(digest.spanId), stored);
          }
        }
        if (random.chance(0.2)) fold = parseFold(serializeFold(fold));
        expect(toTraceInfo(fold, 1, isAlive)).toEqual(slowInfo(came, patches));
      }
    });
  }
});

/** The info of a trace from its records and patches in any order: in plain code, and from scratch every time. */
function slowInfo(records: readonly SpanDigest[], patches: readonly TracePatch[]) {
  const winners = [...new Set(records.map(({ spanId }) => spanId))].map((spanId) => {
    const [best] = records
      .filter((record) => record.spanId === spanId)
      .sort((a, b) => Number(isEnded(b)) - Number(isEnded(a)) || b.version - a.version);
    return best!;
  });
  winners.sort((a, b) => compareStarts(a, b) || (a.spanId < b.spanId ? -1 : 1));
  const root = winners.find((winner) => winner.parentSpanId === undefined);
  const lead = root ?? winners[0];
  if (!lead) return undefined;

  const open = winners.filter((winner) => !isEnded(winner));
  const failed = winners.filter(({ status }) => status === "ERROR");
  const isGoingOn = root ? !isEnded(root) : open.length > 0;
  const isFailed = root ? root.status === "ERROR" : failed.length > 0;
  const ends = winners.flatMap((winner) => winner.endTimeUnixNano ?? []).map(BigInt);
  const lastEnd = ends.reduce((last, end) => (end > last ? end : last), 0n);
  const end = root?.endTimeUnixNano === undefined ? lastEnd : BigInt(root.endTimeUnixNano);
  const saidState = slowPatches(patches).get("field:state");
  const liveState = isAlive(recorderOf(lead.spanId)) ? "IN_PROGRESS" : "UNFINISHED";
  const endState = isFailed ? "ERROR" : "OK";

  const calls = winners.filter(
    ({ type, usage, cost }) =>
      ["LLM", "CHAT_MODEL", "EMBEDDING", "RERANKER", "UNKNOWN"].includes(type) &&
      (usage ?? cost) !== undefined,
  );
  const inner = calls.filter((call) => !calls.some(({ parentSpanId }) => parentSpanId === call.spanId));

  const values = slowPatches(patches);
  const underPrefix = (prefix: string) =>
    Object.fromEntries(
      [...values].flatMap(([target, value]) =>
        target.startsWith(prefix) && value !== undefined ? [[target.slice(prefix.length), value]] : [],
      ),
    );
  const metadata = underPrefix("metadata:");
  return withoutMissing({
    traceId: lead.traceId,
    name: lead.name,
    state: isGoingOn ? liveState : (saidState ?? endState),
    requestTime: Number(BigInt(lead.startTimeUnixNano) / 1000n) / 1000,
    startTimeUnixNano: lead.startTimeUnixNano,
    executionDuration: isGoingOn ? undefined : Number(end - BigInt(lead.startTimeUnixNano)) / 1e6,
    requestPreview: values.get("field:requestPreview") ?? lead.requestPreview,
    responsePreview: values.get("field:responsePreview") ?? lead.responsePreview,
    tags: underPrefix("tag:"),
    traceMetadata: metadata,
    clientRequestId: values.get("field:clientRequestId"),
    assessments: slowAssessments(patches),
    experimentId: lead.experimentId,
    runId: metadata["mlflow.sourceRun"] ?? lead.runId,
    sessionId: metadata["mlflow.trace.session"] ?? winners.find(({ sessionId }) => sessionId)?.sessionId,
    userId: metadata["mlflow.trace.user"] ?? winners.find(({ userId }) => userId)?.userId,
    spanCount: winners.length,
    openSpanCount: open.length,
    errorCount: failed.length,
    tokenUsage: sumOf<TokenUsage>(inner.flatMap(({ usage }) => usage ?? [])) ?? root?.usage,
    cost: sumOf<Cost>(inner.flatMap(({ cost }) => cost ?? [])) ?? root?.cost,
    revision: 1,
  });
}

/** What each target was last set to, by the patch with the greatest id; undefined if that patch deleted it. */
function slowPatches(patches: readonly TracePatch[]): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>();
  for (const patch of [...patches].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (patch.op === "setField") values.set(`field:${patch.field}`, patch.value);
    else if (patch.op === "setMetadata") values.set(`metadata:${patch.key}`, patch.value);
    else if (patch.op === "setTag") values.set(`tag:${patch.key}`, patch.value);
    else if (patch.op === "deleteTag") values.set(`tag:${patch.key}`, undefined);
  }
  return values;
}

/** Each assessment from its versions since it was last deleted; undefined if there are none. */
function slowAssessments(patches: readonly TracePatch[]): Assessment[] | undefined {
  const versions = new Map<string, AssessmentValue[]>();
  const distinct = new Map(patches.map((patch) => [patch.id, patch]));
  for (const patch of [...distinct.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (patch.op === "deleteAssessment") versions.delete(patch.key);
    if (patch.op !== "setAssessment") continue;
    versions.set(patch.key, [...(versions.get(patch.key) ?? []), JSON.parse(patch.value) as AssessmentValue]);
  }
  const overridden = [...versions.values()].map((values) => values.at(-1)?.overrides);
  const assessments = [...versions].map(([assessmentId, values]) => {
    const { timeMs: lastUpdateTimeMs, ...value } = values.at(-1)!;
    return {
      assessmentId,
      ...value,
      createTimeMs: values[0]!.timeMs,
      lastUpdateTimeMs,
      valid: !overridden.includes(assessmentId),
      ...(values.length > 1 && { history: values.slice(0, -1) }),
    };
  });
  assessments.sort((a, b) => a.createTimeMs - b.createTimeMs || (a.assessmentId < b.assessmentId ? -1 : 1));
  return assessments.length > 0 ? assessments : undefined;
}

function sumOf<Figures extends object>(parts: readonly Figures[]): Figures | undefined {
  if (parts.length === 0) return undefined;
  const sum: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, figure] of Object.entries(part) as [string, number][]) {
      sum[name] = (sum[name] ?? 0) + figure;
    }
  }
  return sum as Figures;
}

function isEnded(digest: SpanDigest): boolean {
  return digest.endTimeUnixNano !== undefined;
}

function compareStarts(a: SpanDigest, b: SpanDigest): number {
  return Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano));
}

function withoutMissing(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
