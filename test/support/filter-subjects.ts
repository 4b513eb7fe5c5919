/** Traces as the evaluator sees them. */
import { createFold, digestSpan, foldPatch, foldSpan, toTraceInfo } from "@spanbook/core/model";
import type { Span } from "@spanbook/core/model";
import {
  compileFilter,
  parseFilter,
  type FilterAssessment,
  type FilterSpan,
  type FilterSubject,
} from "@spanbook/core/search";
import type { TracePatch } from "@spanbook/core/store";

export interface TraceSketch {
  readonly patches?: readonly TracePatch[];
  readonly assessments?: readonly FilterAssessment[];
}

export interface WholeSubject extends FilterSubject {
  readonly spans: readonly FilterSpan[];
}

/** A complete trace; its recorder is alive. */
export function aSubject(
  spans: readonly Span[],
  { patches = [], assessments = [] }: TraceSketch = {},
): WholeSubject {
  const fold = createFold(spans[0]!.traceId);
  const records = spans.map((span) => ({ span, digest: digestSpan(span, 1) }));
  for (const { digest } of records) foldSpan(fold, digest, "recorder-a", undefined);
  for (const patch of patches) foldPatch(fold, patch);
  return { info: toTraceInfo(fold, 1, () => true)!, spans: records, assessments };
}

export function isFound(filter: string, subject: FilterSubject): boolean | undefined {
  return compileFilter(parseFilter(filter))(subject);
}
