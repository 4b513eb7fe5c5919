import { useEffect, useRef, useState } from "preact/hooks";
import { readDigests, type TraceDigests } from "../reading/read-digests.js";
import type { TraceReader } from "../reading/source.js";
import type { Comparison } from "../state/compare-state.js";
import { settle, type Loadable } from "../state/loadable.js";

export interface ComparedTraces {
  readonly before: TraceDigests;
  readonly after: TraceDigests;
}

/** How much of two large traces has been read. */
export interface PairReading {
  readonly doneCount: number;
  readonly totalCount: number;
  /** Being read, or stopped. */
  readonly rest: "coming" | "left";
}

export interface TracePair {
  /** A ready value is undefined if one of the traces is gone. */
  readonly traces: Loadable<ComparedTraces | undefined>;
  /** undefined before the first part of a large trace, and when all is there. */
  readonly reading: PairReading | undefined;
  /** Reads them; what was read before a stop or a failure is not read again. */
  readonly read: () => void;
  /** Stops reading. What was read is kept but not shown: what is still missing would look as if it had been removed. */
  readonly stop: () => void;
}

/** Two traces, read in parts if they are large. */
export function useTracePair(reader: TraceReader, { beforeId, afterId }: Comparison): TracePair {
  const [traces, setTraces] = useState<Loadable<ComparedTraces | undefined>>({ status: "loading" });
  const [reading, setReading] = useState<PairReading | undefined>(undefined);
  const [round, setRound] = useState(0);
  const controller = useRef(new AbortController());
  const parts = useRef(new Map<string, TraceDigests>());

  useEffect(() => {
    const { signal } = (controller.current = new AbortController());
    const note = (traceId: string, part: TraceDigests) => {
      parts.current.set(traceId, part);
      if (!signal.aborted) setReading(toReading([...parts.current.values()]));
    };
    const readOne = async (traceId: string) => {
      const known = parts.current.get(traceId);
      const found = await readDigests(reader, traceId, known, signal, (part) => note(traceId, part));
      if (found) note(traceId, found);
      return found;
    };
    const readBoth = async () => {
      const [before, after] = await Promise.all([readOne(beforeId), readOne(afterId)]);
      return before && after && { before, after };
    };
    setTraces({ status: "loading" });
    setReading((known) => known && { ...known, rest: "coming" });
    void settle(readBoth).then((read) => !signal.aborted && setTraces(read));
    return () => controller.current.abort();
  }, [round]);

  return {
    traces,
    reading,
    read: () => setRound(round + 1),
    stop() {
      controller.current.abort();
      setReading((known) => known && { ...known, rest: "left" });
    },
  };
}

function toReading(parts: readonly TraceDigests[]): PairReading | undefined {
  if (!parts.some(({ isPartial }) => isPartial)) return undefined;
  return {
    doneCount: parts.reduce((sum, { digests }) => sum + digests.length, 0),
    totalCount: parts.reduce((sum, { info, digests }) => sum + Math.max(info.spanCount, digests.length), 0),
    rest: "coming",
  };
}
