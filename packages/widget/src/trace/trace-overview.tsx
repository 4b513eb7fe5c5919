import { withoutUploadNotes, type TraceInfo } from "@spanbook/core/model";
import { toFailures } from "../derive/exceptions.js";
import { formatCost, formatCount, formatPlural, formatUsage } from "../derive/format.js";
import { countUploaded } from "../derive/uploads.js";
import { toLabel } from "../derive/visible-text.js";
import type { OpenTrace } from "../state/trace-state.js";
import type { EditKit } from "../edit/edit-kit.js";
import { AssessmentSection } from "../span/assessment-section.js";
import { Details } from "../span/details.js";
import { Facts, type Fact } from "../span/facts.js";
import { FailureView } from "../span/failure-view.js";
import { JsonTree } from "../span/json-tree.js";
import { Payload } from "../span/payload.js";
import { Section } from "../span/section.js";
import { TagSection } from "../span/tag-section.js";

interface TraceOverviewProps {
  readonly trace: OpenTrace;
  readonly nowMs: number;
  /** Absent if tags and feedback are read-only, or until it is loaded. */
  readonly edit: EditKit | undefined;
  readonly isReadOnly: boolean;
  readonly canClose: boolean;
  readonly onClose: () => void;
  /** Shows a span in the tree and its details. */
  readonly onReveal: (spanId: string) => void;
}

/** The trace as a whole, shown while no span is selected. */
export function TraceOverview({
  trace,
  nowMs,
  edit,
  isReadOnly,
  canClose,
  onClose,
  onReveal,
}: TraceOverviewProps) {
  const { info, failingSpans } = trace;
  const { requestPreview, responsePreview } = info;
  // Failures inside a trace that succeeded matter less than its result.
  const isOk = info.state === "OK";
  const failures = failingSpans.map((span) => (
    <div key={span.spanId}>
      {toFailures(span)
        .slice(-1)
        .map((failure) => (
          <FailureView key={span.spanId} failure={failure}>
            <button
              type="button"
              class="link"
              title={toLabel(span.name)}
              onClick={() => onReveal(span.spanId)}
            >
              in {toLabel(span.name)}
            </button>
          </FailureView>
        ))}
    </div>
  ));
  return (
    <Details
      label="About the trace"
      title={<h3 class="details-title">About the trace</h3>}
      onClose={canClose ? onClose : undefined}
    >
      <div class="details-body">
        {info.state === "UNFINISHED" && (
          <p class="remark">
            The program that recorded this trace stopped before {formatPlural(info.openSpanCount, "span")} had
            ended.
          </p>
        )}
        {!isOk && failures}
        {requestPreview !== undefined && <Payload title="Request" value={requestPreview} />}
        {responsePreview !== undefined && <Payload title="Response" value={responsePreview} />}
        {isOk && failures.length > 0 && <Section title="Failures on the way">{failures}</Section>}
        <Section title="Facts">
          <Facts facts={toFacts(trace)} />
        </Section>
        <TagSection info={info} nowMs={nowMs} edit={edit} />
        <AssessmentSection info={info} nowMs={nowMs} edit={edit} />
        <Metadata values={withoutUploadNotes(info.traceMetadata)} />
        {isReadOnly && (
          <p class="remark">
            Tags and feedback can be changed where the traces were recorded, not in this copy.
          </p>
        )}
      </div>
    </Details>
  );
}

function Metadata({ values }: { readonly values: Readonly<Record<string, string>> }) {
  if (Object.keys(values).length === 0) return null;
  return (
    <Section title="Metadata" toText={() => JSON.stringify(values, null, 2)}>
      <JsonTree value={values} isTagged={false} />
    </Section>
  );
}

function toFacts({ info }: OpenTrace): Fact[] {
  const { tokenUsage: usage, cost } = info;
  return [
    { name: "Trace id", value: info.traceId, isId: true },
    { name: "Session", value: info.sessionId },
    { name: "User", value: info.userId },
    { name: "Experiment", value: info.experimentId },
    { name: "Run", value: info.runId },
    { name: "Client request id", value: info.clientRequestId },
    { name: "Tokens", value: usage && formatUsage(usage) },
    { name: "Cost", value: cost && formatCost(cost.totalCost) },
    { name: "Uploaded", value: toUploadText(info) },
  ];
}

function toUploadText({ spanCount, traceMetadata }: TraceInfo): string | undefined {
  const counts = countUploaded(traceMetadata);
  if (counts.length === 0) return undefined;
  const texts = counts.map((count) => `${formatCount(count)} of ${formatPlural(spanCount, "span")}`);
  return counts.length === 1 ? texts[0] : `to ${counts.length} places: ${texts.join("; ")}`;
}
