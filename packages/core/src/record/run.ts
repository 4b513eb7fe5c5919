/** A stretch of work whose traces belong together, such as one evaluation. */
export interface Run extends Disposable {
  readonly info: RunInfo;
}

/** The id of a run, and the name that is shown. */
export interface RunInfo {
  /** 32 hex digits, or what the options said. */
  readonly runId: string;
  readonly runName?: string;
}

/** Which run it is; without an id a new one. */
export interface RunOptions {
  /** To go on with a run of before. */
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
