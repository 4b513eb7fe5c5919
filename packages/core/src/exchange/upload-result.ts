/** The outcome of an upload. */

export interface UploadResult {
  /** Spans the server took; in a dry run, those that would be sent. */
  readonly sent: number;
  /** Bytes of the bodies that were sent, before gzip; in a dry run, of those that would be, each trace by itself. */
  readonly bytes: number;
  /** Spans the server refused; `messages` say why. */
  readonly rejected: number;
  /** Spans that the endpoint has from an earlier upload. */
  readonly alreadySent: number;
  /** Spans that have not ended yet: they are sent once they have. */
  readonly open: number;
  /** Assessments that were added, changed or deleted in MLflow; in a dry run, those that would be. */
  readonly assessments: number;
  readonly requests: number;
  /** The server's messages, each once. */
  readonly messages: readonly string[];
  /** In a dry run: what would be sent of each trace, oldest first. */
  readonly traces?: readonly PlannedTrace[];
}

/** What would be sent of a trace. */
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
