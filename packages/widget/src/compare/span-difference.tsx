import { describeSpan, type Span, type SpanDigest } from "@spanbook/core/model";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ComparedRow } from "../derive/compare-rows.js";
import { toFailures, toHeadline } from "../derive/exceptions.js";
import { formatCost, formatCount, formatDuration } from "../derive/format.js";
import { toOtherAttributes } from "../derive/other-attributes.js";
import { toName, toVisibleText } from "../derive/visible-text.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { Loading } from "../parts/loading.js";
import type { TraceReader } from "../reading/source.js";
import { Details } from "../span/details.js";
import { Facts, type Fact } from "../span/facts.js";
import { Section } from "../span/section.js";
import type { Selection } from "../state/trace-state.js";
import { settle, type Loadable } from "../state/loadable.js";
import { formatChange } from "./format-change.js";
import { ValueDifference } from "./value-difference.js";

interface SpanDifferenceProps {
  readonly reader: TraceReader;
  readonly row: ComparedRow;
  readonly beforeId: string;
  readonly afterId: string;
  readonly onOpen: (selection: Selection) => void;
  readonly onClose: () => void;
}

interface SpanPair {
  readonly before: Span | undefined;
  readonly after: Span | undefined;
}

/** What differs between two spans: figures, errors, inputs, outputs, attributes. */
export function SpanDifference({ reader, row, beforeId, afterId, onOpen, onClose }: SpanDifferenceProps) {
  const { beforeDigest, afterDigest } = row;
  const [pair, setPair] = useState<Loadable<SpanPair>>({ status: "loading" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setPair({ status: "loading" });
    const read = (traceId: string, digest: SpanDigest | undefined) =>
      digest ? reader.getSpan(traceId, digest.spanId) : undefined;
    void settle(async () => {
      const [before, after] = await Promise.all([read(beforeId, beforeDigest), read(afterId, afterDigest)]);
      return { before, after };
    }).then((found) => isWanted && setPair(found));
    return () => {
      isWanted = false;
    };
  }, [round]);
  const name = (afterDigest ?? beforeDigest)?.name ?? "";
  return (
    <Details
      label={`Differences of ${name.slice(0, 200)}`}
      title={
        <>
          <h3 class="details-title" title={name}>
            {toName(name, 300)}
          </h3>
          <span class={`chip change-${row.change}`}>{row.change}</span>
        </>
      }
      tools={
        <>
          {beforeDigest && (
            <OpenLink word="before" traceId={beforeId} digest={beforeDigest} onOpen={onOpen} />
          )}
          {afterDigest && <OpenLink word="after" traceId={afterId} digest={afterDigest} onOpen={onOpen} />}
        </>
      }
      onClose={onClose}
    >
      <div class="details-body">
        <Facts facts={toFacts(row)} />
        {pair.status === "loading" && <Loading what="the spans" />}
        {pair.status === "failed" && (
          <FailureNotice
            title="The spans could not be read"
            error={pair.error}
            onRetry={() => setRound(round + 1)}
          />
        )}
        {pair.status === "ready" && <Contents {...pair.value} />}
      </div>
    </Details>
  );
}

interface OpenLinkProps {
  readonly word: string;
  readonly traceId: string;
  readonly digest: SpanDigest;
  readonly onOpen: (selection: Selection) => void;
}

function OpenLink({ word, traceId, digest: { spanId }, onOpen }: OpenLinkProps) {
  return (
    <button type="button" class="link" onClick={() => onOpen({ traceId, spanId })}>
      open {word}
    </button>
  );
}

function Contents({ before, after }: SpanPair) {
  const [left, right] = useMemo(() => [before, after].map((span) => span && toParts(span)), [before, after]);
  const titles = {
    failure: "Error",
    inputs: "Inputs",
    outputs: "Outputs",
    attributes: "Attributes",
  } as const;
  return (
    <>
      {Object.entries(titles).map(([part, title]) => {
        const [from, to] = [left, right].map((parts) => parts?.[part as keyof typeof titles]);
        if (from === undefined && to === undefined) return null;
        return (
          <Section key={part} title={title}>
            <ValueDifference before={from} after={to} />
          </Section>
        );
      })}
    </>
  );
}

function toParts(span: Span) {
  const { inputs, outputs } = describeSpan(span);
  const attributes = toOtherAttributes(span);
  const [failure] = toFailures(span);
  return {
    failure: failure && toHeadline(failure),
    inputs,
    outputs,
    attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
  };
}

function toFacts({ beforeDigest, afterDigest, beforeMs, afterMs }: ComparedRow): Fact[] {
  const words = (read: (digest: SpanDigest) => string | undefined) => {
    const [left, right] = [beforeDigest, afterDigest].map((digest) => digest && read(digest));
    if (left === right || (left ?? right) === undefined) return left;
    return toVisibleText(`${left ?? "—"} → ${right ?? "—"}`);
  };
  const figures = (read: (digest: SpanDigest) => number | undefined, format: (value: number) => string) => {
    const [left, right] = [beforeDigest, afterDigest].map((digest) => digest && read(digest));
    return (left ?? right) === undefined ? undefined : formatChange(left, right, format);
  };
  return [
    { name: "Duration", value: formatChange(beforeMs, afterMs, formatDuration) },
    { name: "Status", value: words(({ status }) => (status === "UNSET" ? undefined : status)) },
    { name: "Model", value: words(({ model }) => model) },
    { name: "Tokens in", value: figures(({ usage }) => usage?.inputTokens, formatCount) },
    { name: "Tokens out", value: figures(({ usage }) => usage?.outputTokens, formatCount) },
    { name: "Cost", value: figures(({ cost }) => cost?.totalCost, formatCost) },
  ];
}
