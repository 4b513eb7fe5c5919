/**
 * Sends assessments to an MLflow server, which accepts them through its own API, not through OTLP. It gives each an id
 * of its own, so the ledger keeps track of which is which: one that has changed here is changed there, one that is gone
 * is deleted.
 *
 * Source: mlflow/protos/service.proto of MLflow 3.17: CreateAssessment, UpdateAssessment, DeleteAssessment
 */
import type { Assessment } from "../model/assessment.js";
import { textOf, toRecord } from "../model/json.js";
import type { TraceInfo } from "../model/trace.js";
import { toMlflowAssessment } from "./mlflow-assessment.js";
import type { SentAssessment, UploadLedger } from "./upload-ledger.js";
import { sendRequest, type HttpAnswer, type HttpRequest, type RequestOptions } from "./upload-request.js";
import type { UploadTarget } from "./upload-target.js";

export interface AssessmentTarget {
  /** The URL of the server's traces, such as `http://localhost:5000/api/3.0/mlflow/traces`. */
  readonly api: string;
  readonly target: UploadTarget;
  readonly request: RequestOptions;
  readonly ledger: UploadLedger;
  readonly dryRun: boolean;
}

export interface AssessmentOutcome {
  readonly sent: number;
  readonly requests: number;
  readonly messages: readonly string[];
}

/** A field mask's JSON is in camel case; a server that cannot read the mask answers 200 and changes nothing. */
const updatable = {
  assessmentName: "assessment_name",
  expectation: "expectation",
  feedback: "feedback",
  rationale: "rationale",
  metadata: "metadata",
};

/** Makes the server's assessments of a trace equal to those here. What it refuses is reported in `messages`. */
export async function sendAssessments(info: TraceInfo, to: AssessmentTarget): Promise<AssessmentOutcome> {
  const there = new Map(to.ledger.sentAssessments(info));
  const requestId = `tr-${info.traceId}`;
  const messages: string[] = [];
  let sent = 0;
  let requests = 0;

  async function ask(
    method: HttpRequest["method"],
    path: string,
    body: object,
  ): Promise<HttpAnswer | undefined> {
    sent++;
    if (to.dryRun) return undefined;
    requests++;
    const answer = await sendRequest(
      {
        method,
        url: `${to.api}/${requestId}/assessments${path}`,
        contentType: "application/json",
        body: new TextEncoder().encode(JSON.stringify(body)),
        gzip: false,
      },
      to.target,
      to.request,
    );
    if (answer.isOk) return answer;
    sent--;
    messages.push(answer.message);
    return undefined;
  }

  async function note(assessmentId: string, entry: SentAssessment | undefined): Promise<void> {
    if (entry) there.set(assessmentId, entry);
    await to.ledger.addAssessment(info.traceId, assessmentId, entry);
  }

  async function create(assessment: Assessment): Promise<void> {
    const { assessmentId, lastUpdateTimeMs: timeMs } = assessment;
    const answer = await ask("POST", "", { assessment: toBody(assessment) });
    const serverId = answer && textOf(toRecord(answer.fields["assessment"]), "assessment_id");
    if (serverId !== undefined) await note(assessmentId, { serverId, timeMs });
  }

  async function update(assessment: Assessment, { serverId }: SentAssessment): Promise<void> {
    const body = toBody(assessment);
    const mask = Object.entries(updatable).flatMap(([path, name]) =>
      body[name] === undefined ? [] : [path],
    );
    const changes = { assessment: { ...body, assessment_id: serverId }, update_mask: mask.join(",") };
    const answer = await ask("PATCH", `/${serverId}`, changes);
    if (answer) await note(assessment.assessmentId, { serverId, timeMs: assessment.lastUpdateTimeMs });
  }

  function toBody(assessment: Assessment): Record<string, unknown> {
    const { assessment_id: _ours, valid: _theirs, ...body } = toMlflowAssessment(assessment, requestId);
    const overridden = there.get(assessment.overrides ?? "")?.serverId;
    return { ...body, overrides: overridden };
  }

  const here = info.assessments ?? [];
  for (const assessment of here) {
    const known = there.get(assessment.assessmentId);
    if (!known) await create(assessment);
    else if (known.timeMs !== assessment.lastUpdateTimeMs) await update(assessment, known);
  }
  const hereIds = new Set(here.map(({ assessmentId }) => assessmentId));
  for (const [assessmentId, { serverId }] of there) {
    if (hereIds.has(assessmentId)) continue;
    if (await ask("DELETE", `/${serverId}`, {})) await note(assessmentId, undefined);
  }
  return { sent, requests, messages };
}
