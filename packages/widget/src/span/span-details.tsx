import { describeSpan, type Span, type TraceInfo, type TraceState } from "@spanbook/core/model";
import { useContext, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isException, toFailures } from "../derive/exceptions.js";
import {
  formatCost,
  formatDuration,
  formatExactDuration,
  formatExactTime,
  formatUsage,
} from "../derive/format.js";
import { maybeFirstChunkMs } from "../derive/first-chunk.js";
import { toLargeTexts, withoutTexts } from "../derive/large-texts.js";
import { toOtherAttributes } from "../derive/other-attributes.js";
import type { SpanNode } from "../derive/span-tree.js";
import { toBar, type Timeline } from "../derive/timeline.js";
import { toTypeLabel } from "../derive/type-label.js";
import { toLabel } from "../derive/visible-text.js";
import { toTypeTone } from "../design/tokens.js";
import type { EditKit } from "../edit/edit-kit.js";
import { FailureNotice } from "../parts/failure-notice.js";
import { Icon } from "../parts/icon.js";
import { Loading } from "../parts/loading.js";
import { Popover } from "../parts/popover.js";
import type { Loadable } from "../state/loadable.js";
import type { Selection } from "../state/trace-state.js";
import { SpanLabel } from "../trace/span-label.js";
import { AssessmentSection } from "./assessment-section.js";
import { Details } from "./details.js";
import { EventList } from "./event-list.js";
import { Facts, type Fact } from "./facts.js";
import { FailureView } from "./failure-view.js";
import { JsonTree } from "./json-tree.js";
import { LargeTextSection } from "./large-text-section.js";
import { LinkList } from "./link-list.js";
import { Payload } from "./payload.js";
import { RawSpan } from "./raw-span.js";
import { scrollToMark, SearchedText } from "./searched-text.js";
import { Section } from "./section.js";
import { SpanShareMenu } from "./share-menu.js";
import { TextBlock } from "./text-block.js";
import { TextView } from "./text-view.js";

interface SpanDetailsProps {
  readonly node: SpanNode;
  readonly span: Loadable<Span | undefined> | undefined;
  /** The span's duration minus that of its children. */
  readonly selfMs: number;
  readonly timeline: Timeline;
  /** What is searched for among the spans; it is marked in this one. Empty for nothing. */
  readonly searched: string;
  readonly info: TraceInfo;
  readonly nowMs: number;
  /** Absent if feedback is read-only. */
  readonly edit: EditKit | undefined;
  /** Opens a span that this one links to. */
  readonly onOpen: (selection: Selection) => void;
  readonly onClose: () => void;
  readonly onRetry: () => void;
}

/** All of one span. Its head is drawn from the digest at once, the rest once the span has been read. */
export function SpanDetails(props: SpanDetailsProps) {
  const { node, span, selfMs, timeline, info, onClose, onRetry } = props;
  const { digest } = node;
  const body = useRef<HTMLDivElement>(null);
  const isRead = span?.status === "ready";
  const read = isRead ? span.value : undefined;
  // Markdown is loaded later, and moves what is shown.
  const { Markdown } = useContext(TextView);
  useLayoutEffect(() => {
    if (isRead && body.current) scrollToMark(body.current);
  }, [isRead, digest.spanId, props.searched, Markdown]);
  return (
    <Details
      label={`Span ${toLabel(digest.name)}`}
      tone={toTypeTone(digest.type)}
      title={
        <>
          <span class="type-icon">
            <Icon name={toTypeTone(digest.type)} />
          </span>
          <h3 class="details-title">
            <SpanLabel node={node} />
          </h3>
          <span class="chip">{toTypeLabel(digest.type)}</span>
        </>
      }
      tools={
        span?.status === "ready" &&
        span.value && (
          <Popover icon="share" label="Copy the span">
            <SpanShareMenu span={span.value} />
          </Popover>
        )
      }
      onClose={onClose}
    >
      <div class="details-body" key={digest.spanId} ref={body}>
        <Facts facts={toFacts(node, read, selfMs, timeline, info.state)} />
        {span?.status === "failed" && (
          <FailureNotice title="The span could not be read" error={span.error} onRetry={onRetry} />
        )}
        {span?.status === "ready" &&
          (span.value ? (
            <SearchedText.Provider value={props.searched}>
              <Contents span={span.value} timeline={timeline} onOpen={props.onOpen} />
            </SearchedText.Provider>
          ) : (
            <p class="faint">The store no longer has this span.</p>
          ))}
        {span?.status === "loading" && <Loading what="the span" />}
        <AssessmentSection info={info} spanId={digest.spanId} nowMs={props.nowMs} edit={props.edit} />
      </div>
    </Details>
  );
}

interface ContentsProps {
  readonly span: Span;
  readonly timeline: Timeline;
  readonly onOpen: (selection: Selection) => void;
}

function Contents({ span, timeline, onOpen }: ContentsProps) {
  const [isAllRead, setAllRead] = useState(false);
  const large = useMemo(() => (isAllRead ? [] : toLargeTexts(span)), [span, isAllRead]);
  const read = useMemo(() => withoutTexts(span, large), [span, large]);
  const { inputs, outputs } = useMemo(() => describeSpan(read), [read]);
  const { status, links = [] } = span;
  const events = (span.events ?? []).filter((event) => !isException(event));
  const attributes = toOtherAttributes(read);
  const attributeCount = Object.keys(attributes).length;
  return (
    <>
      {toFailures(span).map((failure, index) => (
        <FailureView key={index} failure={failure} />
      ))}
      {status?.code !== 2 && status?.message && (
        <Section title="Status message">
          <TextBlock text={status.message} />
        </Section>
      )}
      {inputs !== undefined && <Payload title="Inputs" value={inputs} />}
      {outputs !== undefined && <Payload title="Outputs" value={outputs} />}
      {large.map((text) => (
        <LargeTextSection key={text.key} large={text} onRead={() => setAllRead(true)} />
      ))}
      {attributeCount > 0 && (
        <Section title="Attributes" count={attributeCount} toText={() => toText(attributes)}>
          <JsonTree value={attributes} isTagged />
        </Section>
      )}
      {events.length > 0 && (
        <Section title="Events" count={events.length} toText={() => toText(events)}>
          <EventList events={events} timeline={timeline} />
        </Section>
      )}
      {links.length > 0 && (
        <Section title="Links" count={links.length} toText={() => toText(links)}>
          <LinkList links={links} onOpen={onOpen} />
        </Section>
      )}
      <Section title="Raw OTLP" isClosedAtFirst>
        <RawSpan span={span} />
      </Section>
    </>
  );
}

function toFacts(
  { digest, childCount }: SpanNode,
  span: Span | undefined,
  selfMs: number,
  timeline: Timeline,
  traceState: TraceState,
): Fact[] {
  const { offsetMs, durationMs, isOpen } = toBar(digest, timeline);
  const { usage, cost } = digest;
  const firstChunkMs = span && maybeFirstChunkMs(span);
  return [
    {
      name: "Duration",
      value: isOpen ? toOpenWords(durationMs, traceState) : formatDuration(durationMs),
      ...(!isOpen && { title: formatExactDuration(durationMs) }),
    },
    {
      name: "Self time",
      value: childCount > 0 ? formatDuration(selfMs) : undefined,
      title: `${formatExactDuration(selfMs)}, without the spans inside it`,
    },
    {
      name: "First chunk",
      value: firstChunkMs === undefined ? undefined : `after ${formatDuration(firstChunkMs)}`,
    },
    {
      name: "Starts at",
      value: `${offsetMs < 0 ? "−" : "+"}${formatDuration(Math.abs(offsetMs))}`,
      title: formatExactTime(digest.startTimeUnixNano),
    },
    { name: "Status", value: digest.status === "UNSET" ? undefined : digest.status },
    { name: "Model", value: digest.model },
    { name: "Provider", value: digest.provider },
    { name: "Tokens", value: usage && formatUsage(usage) },
    { name: "Cost", value: cost && formatCost(cost.totalCost) },
    { name: "Span id", value: digest.spanId, isId: true },
  ];
}

function toOpenWords(soFarMs: number, traceState: TraceState): string {
  if (traceState === "IN_PROGRESS") return `${formatDuration(soFarMs)} so far`;
  return traceState === "UNFINISHED" ? "never ended" : "still open";
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
