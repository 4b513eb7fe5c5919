/**
 * How spans and patches become a trace's info, defined only here, so that two stores cannot disagree. A store keeps one
 * {@link TraceFold} per trace and folds each new digest and patch into it, without reading the trace's earlier spans.
 */
import { toAssessments, type Assessment } from "./assessment.js";
import { withoutUndefined } from "./objects.js";
import type { TraceField, TracePatch } from "./patch.js";
import { compareUnixNano, millisecondsBetween, toUnixMs } from "./time.js";
import type { Cost, SpanDigest, TokenUsage, TraceInfo, TraceState } from "./trace.js";

export interface TraceFold {
  readonly traceId: string;
  spanCount: number;
  openSpanCount: number;
  errorCount: number;
  /** The first span without a parent, and the first span of all; first by start, then by span id. */
  root?: FoldedSpan;
  first?: FoldedSpan;
  lastEndUnixNano?: string;
  /** The earliest span that names a session, and a user. */
  session?: Stamped;
  user?: Stamped;
  /** Spans that may count towards the trace's usage, by span id. */
  readonly modelCalls: Map<string, ModelCall>;
  /** Patched values by target, such as "tag.topic"; a value is absent if the last patch deleted it. */
  readonly registers: Map<string, Register>;
}

interface FoldedSpan {
  readonly digest: SpanDigest;
  readonly recorderId: string;
}

interface Stamped {
  readonly startTimeUnixNano: string;
  readonly spanId: string;
  readonly value: string;
}

interface ModelCall {
  readonly parentSpanId?: string;
  readonly usage?: TokenUsage;
  readonly cost?: Cost;
}

interface Register {
  readonly patchId: string;
  readonly value?: string;
}

export function createFold(traceId: string): TraceFold {
  return {
    traceId,
    spanCount: 0,
    openSpanCount: 0,
    errorCount: 0,
    modelCalls: new Map(),
    registers: new Map(),
  };
}

/** Whether a record of a span replaces the stored one: ended beats open, then the higher version wins. */
export function supersedes(next: SpanDigest, stored: SpanDigest): boolean {
  const nextEnded = next.endTimeUnixNano !== undefined;
  const storedEnded = stored.endTimeUnixNano !== undefined;
  return nextEnded === storedEnded ? next.version > stored.version : nextEnded;
}

/**
 * Folds a span in. `replaced` is the stored digest of the same span, if there is one; the caller has made sure that
 * `digest` {@link supersedes} it.
 */
export function foldSpan(
  fold: TraceFold,
  digest: SpanDigest,
  recorderId: string,
  replaced: SpanDigest | undefined,
): void {
  fold.spanCount += replaced ? 0 : 1;
  fold.openSpanCount += Number(isOpen(digest)) - Number(replaced !== undefined && isOpen(replaced));
  fold.errorCount += Number(digest.status === "ERROR") - Number(replaced?.status === "ERROR");

  const folded = { digest, recorderId };
  if (digest.parentSpanId === undefined && isFirst(digest, fold.root?.digest)) fold.root = folded;
  if (isFirst(digest, fold.first?.digest)) fold.first = folded;
  if (digest.sessionId !== undefined && isFirst(digest, fold.session)) {
    fold.session = stamp(digest, digest.sessionId);
  }
  if (digest.userId !== undefined && isFirst(digest, fold.user)) fold.user = stamp(digest, digest.userId);

  const end = digest.endTimeUnixNano;
  if (end !== undefined && compareUnixNano(end, fold.lastEndUnixNano ?? "") > 0) fold.lastEndUnixNano = end;

  if (isModelCall(digest)) fold.modelCalls.set(digest.spanId, toModelCall(digest));
  else if (replaced) fold.modelCalls.delete(digest.spanId);
}

/**
 * Folds a patch in: the patch with the greatest id decides each target, in whatever order they come. False if there already was
 * a later one.
 */
export function foldPatch(fold: TraceFold, patch: TracePatch): boolean {
  const target = patchTarget(patch);
  const current = fold.registers.get(target);
  if (current && current.patchId >= patch.id) return false;
  fold.registers.set(target, {
    patchId: patch.id,
    ...("value" in patch && { value: patch.value }),
  });
  return true;
}

/** The info of a fold, or undefined while it has no span (only patches). `isAlive` tells whether a recorder may still write. */
export function toTraceInfo(
  fold: TraceFold,
  revision: number,
  isAlive: (recorderId: string) => boolean,
): TraceInfo | undefined {
  const lead = fold.root ?? fold.first;
  if (!lead) return undefined;
  const { digest } = lead;
  const field = (name: TraceField) => fold.registers.get(`field.${name}`)?.value;
  const metadata = registersUnder(fold, "metadata.");
  const { usage, cost } = sumModelCalls(fold.modelCalls);
  const end = fold.root
    ? digest.endTimeUnixNano
    : fold.openSpanCount === 0
      ? fold.lastEndUnixNano
      : undefined;
  return withoutUndefined({
    traceId: fold.traceId,
    name: digest.name,
    state: stateOf(fold, isAlive),
    requestTime: toUnixMs(digest.startTimeUnixNano),
    startTimeUnixNano: digest.startTimeUnixNano,
    executionDuration: end === undefined ? undefined : millisecondsBetween(digest.startTimeUnixNano, end),
    requestPreview: field("requestPreview") ?? digest.requestPreview,
    responsePreview: field("responsePreview") ?? digest.responsePreview,
    tags: registersUnder(fold, "tag."),
    traceMetadata: metadata,
    clientRequestId: field("clientRequestId"),
    assessments: assessmentsOf(fold),
    experimentId: digest.experimentId,
    runId: metadata["mlflow.sourceRun"] ?? digest.runId,
    sessionId: metadata["mlflow.trace.session"] ?? fold.session?.value,
    userId: metadata["mlflow.trace.user"] ?? fold.user?.value,
    spanCount: fold.spanCount,
    openSpanCount: fold.openSpanCount,
    errorCount: fold.errorCount,
    // DSPy states them only for the whole call, on its root.
    tokenUsage: usage ?? fold.root?.digest.usage,
    cost: cost ?? fold.root?.digest.cost,
    revision,
  });
}

/**
 * The recorder that still has to end the trace, or undefined if it has ended: while that recorder is alive the trace is
 * in progress; once it is gone, the trace changes to unfinished.
 */
export function awaitedRecorder(fold: TraceFold): string | undefined {
  const lead = fold.root ?? fold.first;
  const open = fold.root ? isOpen(fold.root.digest) : fold.openSpanCount > 0;
  return open ? lead?.recorderId : undefined;
}

/** A fold as JSON text, for a store to keep; {@link parseFold} is its inverse. `first` is left out if it is the root. */
export function serializeFold(fold: TraceFold): string {
  return JSON.stringify({
    ...fold,
    first: fold.first === fold.root ? undefined : fold.first,
    modelCalls: [...fold.modelCalls],
    registers: [...fold.registers],
  });
}

export function parseFold(text: string): TraceFold {
  const plain = JSON.parse(text) as TraceFold & {
    modelCalls: [string, ModelCall][];
    registers: [string, Register][];
  };
  return withoutUndefined({
    ...plain,
    first: plain.first ?? plain.root,
    modelCalls: new Map(plain.modelCalls),
    registers: new Map(plain.registers),
  });
}

function isOpen(digest: SpanDigest): boolean {
  return digest.endTimeUnixNano === undefined;
}

/** Also true for the same span, because its newer record replaces it. */
function isFirst(
  candidate: { readonly startTimeUnixNano: string; readonly spanId: string },
  current: { readonly startTimeUnixNano: string; readonly spanId: string } | undefined,
): boolean {
  if (!current || current.spanId === candidate.spanId) return true;
  const order = compareUnixNano(candidate.startTimeUnixNano, current.startTimeUnixNano);
  return order < 0 || (order === 0 && candidate.spanId < current.spanId);
}

function stamp(digest: SpanDigest, value: string): Stamped {
  return { startTimeUnixNano: digest.startTimeUnixNano, spanId: digest.spanId, value };
}

const modelTypes = new Set(["LLM", "CHAT_MODEL", "EMBEDDING", "RERANKER", "UNKNOWN"]);

function isModelCall(digest: SpanDigest): boolean {
  return (digest.usage !== undefined || digest.cost !== undefined) && modelTypes.has(digest.type);
}

function toModelCall({ parentSpanId, usage, cost }: SpanDigest): ModelCall {
  return withoutUndefined({ parentSpanId, usage, cost });
}

// Frameworks repeat the usage of a model call on the model span around it: only the innermost counts.
function sumModelCalls(calls: TraceFold["modelCalls"]): {
  usage: TokenUsage | undefined;
  cost: Cost | undefined;
} {
  if (calls.size === 0) return { usage: undefined, cost: undefined };
  const outer = new Set([...calls.values()].map((call) => call.parentSpanId));
  // Sorted, because the last digit of a sum of fractions depends on their order.
  const inner = [...calls]
    .filter(([spanId]) => !outer.has(spanId))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, call]) => call);
  return {
    usage: sumFields(inner.map((call) => call.usage)),
    cost: sumFields(inner.map((call) => call.cost)),
  };
}

function sumFields<Figures extends object>(parts: readonly (Figures | undefined)[]): Figures | undefined {
  let sum: Record<string, number> | undefined;
  for (const part of parts) {
    if (!part) continue;
    sum ??= {};
    for (const [name, figure] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + Number(figure);
  }
  return sum as Figures | undefined;
}

function stateOf(fold: TraceFold, isAlive: (recorderId: string) => boolean): TraceState {
  const recorderId = awaitedRecorder(fold);
  if (recorderId !== undefined) return isAlive(recorderId) ? "IN_PROGRESS" : "UNFINISHED";
  const state = fold.registers.get("field.state")?.value;
  if (state === "OK" || state === "ERROR") return state;
  const failed = fold.root ? fold.root.digest.status === "ERROR" : fold.errorCount > 0;
  return failed ? "ERROR" : "OK";
}

function patchTarget(patch: TracePatch): string {
  switch (patch.op) {
    case "setTag":
    case "deleteTag":
      return `tag.${patch.key}`;
    case "setMetadata":
      return `metadata.${patch.key}`;
    case "setField":
      return `field.${patch.field}`;
    case "setAssessment":
    case "deleteAssessment":
      // A target for each version, so that none replaces another.
      return `assessment.${JSON.stringify([patch.key, patch.id])}`;
  }
}

function assessmentsOf(fold: TraceFold): Assessment[] | undefined {
  const prefix = "assessment.";
  const patches: [key: string, id: string, text: string | undefined][] = [];
  for (const [target, { value }] of fold.registers) {
    if (!target.startsWith(prefix)) continue;
    const [key, id] = JSON.parse(target.slice(prefix.length)) as [string, string];
    patches.push([key, id, value]);
  }
  if (patches.length === 0) return undefined;
  const versions = new Map<string, (string | undefined)[]>();
  for (const [key, , text] of patches.sort(([, a], [, b]) => (a < b ? -1 : 1))) {
    versions.set(key, [...(versions.get(key) ?? []), text]);
  }
  const assessments = toAssessments(versions);
  return assessments.length > 0 ? assessments : undefined;
}

function registersUnder(fold: TraceFold, prefix: string): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [target, { value }] of fold.registers) {
    if (value !== undefined && target.startsWith(prefix)) entries.push([target.slice(prefix.length), value]);
  }
  // Sorted, so that the order of patches has no effect; fromEntries, so that "__proto__" is a key like any other.
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
