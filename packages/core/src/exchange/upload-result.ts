/** What has come of an upload. */

export interface UploadResult {
  /** Spans the server took, those of a dry run included. */
  readonly sent: number;
  /** Bytes of the bodies that were sent, before gzip; those of a dry run included, each trace by itself. */
  readonly bytes: number;
  /** Spans the server said it would not take, now or ever; `messages` say why. */
  readonly rejected: number;
  /** Spans that the endpoint had from an upload before. */
  readonly alreadySent: number;
  /** Spans that have not ended: they go when they have. */
  readonly open: number;
  /** Assessments that MLflow took, were changed or deleted there; those of a dry run included. */
  readonly assessments: number;
  readonly requests: number;
  /** What the server had to say, each once. */
  readonly messages: readonly string[];
  /** Of a dry run: what would go of each trace, oldest first. */
  readonly traces?: readonly PlannedTrace[];
}

/** What would go of a trace. */
export interface PlannedTrace {
  readonly traceId: string;
  readonly name: string;
  readonly spans: number;
  readonly bytes: number;
}

/** The result while it grows. */
export interface UploadTally {
  readonly counts: { -readonly [Name in keyof Omit<UploadResult, "messages" | "traces">]: number };
  readonly messages: Set<string>;
}
