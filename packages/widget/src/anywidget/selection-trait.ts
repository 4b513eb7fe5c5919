import type { Selection } from "../state/trace-state.js";

/** The selection in Python's names. */
export interface SelectionTrait {
  readonly trace_id: string;
  readonly span_id: string | null;
}

export function toTrait(selection: Selection | undefined): SelectionTrait | null {
  return selection ? { trace_id: selection.traceId, span_id: selection.spanId ?? null } : null;
}

/** MLflow writes a trace's id as `tr-` and hex. Anything that is not a selection selects nothing. */
export function fromTrait(value: unknown): Selection | undefined {
  const { trace_id: traceId, span_id: spanId } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof traceId !== "string") return undefined;
  return { traceId: traceId.replace(/^tr-/, ""), ...(typeof spanId === "string" && { spanId }) };
}
