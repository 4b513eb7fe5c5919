import { describeSpan, millisecondsBetween, type Span, type SpanDigest } from "@spanbook/core/model";
import type { AlignedRow } from "./align-trees.js";
import { placeAt } from "./place-at.js";
import type { SpanTree } from "./span-tree.js";

/** A row of a comparison: two corresponding spans, or one, and what changed. */
export interface ComparedRow extends AlignedRow {
  /** Unique for each row. */
  readonly key: string;
  readonly beforeDigest?: SpanDigest;
  readonly afterDigest?: SpanDigest;
  /** The position among siblings of the same name, from 1: in the trace after, if that has the span. */
  readonly number?: number;
  /** Milliseconds; absent if there is no span, or it has not ended. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
  readonly change: RowChange;
}

/** "changed" if name, status or model differ, or inputs or outputs. Times always do, which says nothing. */
export type RowChange = "same" | "changed" | "added" | "removed";

/** `changedPayloads` has the indices of rows. */
export function toComparedRows(
  rows: readonly AlignedRow[],
  before: SpanTree,
  after: SpanTree,
  changedPayloads: ReadonlySet<number>,
): readonly ComparedRow[] {
  return rows.map((row, index) => {
    const left = before.digestAt(row.before ?? -1);
    const right = after.digestAt(row.after ?? -1);
    const beforeMs = left && toDurationMs(left);
    const afterMs = right && toDurationMs(right);
    const number = right
      ? placeAt(after.shape.numbers, row.after ?? -1)
      : placeAt(before.shape.numbers, row.before ?? -1);
    return {
      ...row,
      key: `${left?.spanId ?? ""} ${right?.spanId ?? ""}`,
      ...(left && { beforeDigest: left }),
      ...(right && { afterDigest: right }),
      ...(number > 0 && { number }),
      ...(beforeMs !== undefined && { beforeMs }),
      ...(afterMs !== undefined && { afterMs }),
      change: toChange(left, right, changedPayloads.has(index)),
    };
  });
}

/** The indices of the rows to show: those with no collapsed row above them and, if `kept` is given, in it. */
export function toShownRows(
  rows: readonly ComparedRow[],
  collapsed: ReadonlySet<string>,
  kept: ReadonlySet<number> | undefined,
): readonly number[] {
  const shown: number[] = [];
  for (let index = 0; index < rows.length;) {
    const row = rows[index];
    if (row === undefined) break;
    if (!kept || kept.has(index)) shown.push(index);
    index += 1 + (collapsed.has(row.key) ? row.descendantCount : 0);
  }
  return shown;
}

/** The indices of the rows that differ, and of all their ancestors. */
export function toDifferences(rows: readonly ComparedRow[]): {
  readonly places: readonly number[];
  readonly kept: ReadonlySet<number>;
} {
  const places = rows.flatMap(({ change }, index) => (change === "same" ? [] : index));
  const kept = new Set<number>();
  for (const place of places) {
    for (let up = place; up >= 0 && !kept.has(up); up = rows[up]?.parent ?? -1) kept.add(up);
  }
  return { places, kept };
}

/** The indices of the rows whose spans have different inputs or outputs. */
export function toChangedPayloads(
  rows: readonly AlignedRow[],
  before: SpanTree,
  after: SpanTree,
  spansBefore: ReadonlyMap<string, Span>,
  spansAfter: ReadonlyMap<string, Span>,
): ReadonlySet<number> {
  const changed = new Set<number>();
  for (const [index, row] of rows.entries()) {
    const left = spansBefore.get(before.digestAt(row.before ?? -1)?.spanId ?? "");
    const right = spansAfter.get(after.digestAt(row.after ?? -1)?.spanId ?? "");
    if (left && right && toPayloadText(left) !== toPayloadText(right)) changed.add(index);
  }
  return changed;
}

function toPayloadText(span: Span): string {
  const { inputs, outputs } = describeSpan(span);
  try {
    return JSON.stringify([inputs, outputs]);
  } catch {
    return ""; // Nested too deep to be written.
  }
}

function toChange(
  left: SpanDigest | undefined,
  right: SpanDigest | undefined,
  isPayloadChanged: boolean,
): RowChange {
  if (left === undefined) return "added";
  if (right === undefined) return "removed";
  const isSame = left.name === right.name && left.status === right.status && left.model === right.model;
  return isSame && !isPayloadChanged ? "same" : "changed";
}

function toDurationMs({ startTimeUnixNano, endTimeUnixNano }: SpanDigest): number | undefined {
  if (endTimeUnixNano === undefined) return undefined;
  return Math.max(0, millisecondsBetween(startTimeUnixNano, endTimeUnixNano));
}
