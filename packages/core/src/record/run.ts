/** A stretch of work whose traces belong together, such as one evaluation. */
export interface Run extends Disposable {
  readonly info: RunInfo;
}

/** The id of a run, and its display name. */
export interface RunInfo {
  /** 32 hex digits, or the id from the options. */
  readonly runId: string;
  readonly runName?: string;
}

/** Which run to start; without an id, a new one. */
export interface RunOptions {
  /** To continue an earlier run. */
  readonly runId?: string | undefined;
  /** The name that is shown. */
  readonly runName?: string | undefined;
}

export function createRun({ runId, runName }: RunOptions, newId: () => string, onEnd: () => void): Run {
  return {
    info: { runId: runId ?? newId(), ...(runName !== undefined && { runName }) },
    [Symbol.dispose]: onEnd,
  };
}
