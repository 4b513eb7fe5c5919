import type { Span, Trace } from "@spanbook/core/model";
import { useEffect, useMemo, useState } from "preact/hooks";
import { alignTrees } from "../derive/align-trees.js";
import { toChangedPayloads, toComparedRows, type ComparedRow } from "../derive/compare-rows.js";
import { toSpanTree } from "../derive/span-tree.js";
import { readTrace } from "../reading/read-trace.js";
import type { TraceReader } from "../reading/source.js";
import type { Comparison } from "../state/compare-state.js";
import { settle } from "../state/loadable.js";
import { useTracePair, type ComparedTraces, type TracePair } from "./use-trace-pair.js";

/** The progress of reading inputs and outputs; `isSkipped` if there are so many spans that it waits to be asked. */
export interface PayloadReading {
  readonly doneCount: number;
  readonly totalCount: number;
  readonly isSkipped?: boolean;
  readonly error?: Error;
}

export interface ComparisonState {
  readonly pair: TracePair;
  readonly rows: readonly ComparedRow[];
  /** undefined when all inputs and outputs were compared. */
  readonly reading: PayloadReading | undefined;
  readonly readPayloads: () => void;
  readonly cancel: () => void;
}

/** Inputs and outputs of up to this many spans are compared without being asked. */
const maxUnasked = 3000;

const none: ReadonlySet<number> = new Set();

/** Reads two traces and aligns them, then reads on to find spans whose inputs and outputs differ. */
export function useComparison(reader: TraceReader, comparison: Comparison): ComparisonState {
  const { beforeId, afterId } = comparison;
  const pair = useTracePair(reader, comparison);
  const [reading, setReading] = useState<PayloadReading | undefined>(undefined);
  const [changed, setChanged] = useState(none);
  const [payloadRound, setPayloadRound] = useState(0);
  const [isCancelled, setCancelled] = useState(false);

  const found = pair.traces.status === "ready" ? pair.traces.value : undefined;
  const laid = useMemo(() => found && lay(found), [found]);
  const rows = useMemo(
    () => (laid ? toComparedRows(laid.rows, laid.before, laid.after, changed) : []),
    [laid, changed],
  );

  useEffect(() => {
    if (!laid) return undefined;
    const totalCount = laid.before.count + laid.after.count;
    if (isCancelled || (totalCount > maxUnasked && payloadRound === 0)) {
      setReading({ doneCount: 0, totalCount, isSkipped: true });
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const report = (doneCount: number, error?: Error) => {
      if (!signal.aborted) setReading({ doneCount, totalCount, ...(error && { error }) });
    };
    report(0);
    const readBoth = async () => {
      const before = await readTrace(reader, beforeId, signal, report);
      const countBefore = before.data.spans.length;
      const after = await readTrace(reader, afterId, signal, (count) => report(countBefore + count));
      setChanged(toChangedPayloads(laid.rows, laid.before, laid.after, toMap(before), toMap(after)));
      setReading(undefined);
    };
    void settle(readBoth).then((read) => read.status === "failed" && report(0, read.error));
    return () => controller.abort();
  }, [laid, payloadRound, isCancelled]);

  return {
    pair,
    rows,
    reading,
    readPayloads() {
      setCancelled(false);
      setPayloadRound(payloadRound + 1);
    },
    cancel: () => setCancelled(true),
  };
}

function lay({ before, after }: ComparedTraces) {
  const trees = { before: toSpanTree(before.digests), after: toSpanTree(after.digests) };
  return { ...trees, rows: alignTrees(trees.before, trees.after) };
}

function toMap({ data }: Trace): ReadonlyMap<string, Span> {
  return new Map(data.spans.map((span) => [span.spanId, span]));
}
