import type { ListState } from "./list-state.js";
import { toError } from "./loadable.js";
import type { SliceContext } from "./slice.js";

/** A job that is running, or that failed. */
export interface Job {
  readonly kind: "export" | "delete";
  readonly doneCount: number;
  readonly totalCount: number;
  readonly error?: Error;
}

export interface JobState {
  readonly job?: Job;
}

/** What can be done with the chosen traces. */
export interface JobActions {
  /** Absent if the source cannot delete. What was deleted before cancelling stays deleted. */
  readonly deleteChecked?: () => Promise<void>;
  /** The chosen traces as OTLP JSON; undefined if it was cancelled or failed, which `job` then says. */
  exportChecked(): Promise<Blob | undefined>;
  /** Cancels a running job, or dismisses a failure. */
  cancelJob(): void;
}

/** After each batch of this size one can still cancel. */
const deletedAtOnce = 100;

/** `onDeleted` is awaited once traces were deleted, or could not be. */
export function createJobSlice(
  { reader, state, set }: SliceContext<JobState & Pick<ListState, "checked">>,
  onDeleted: () => Promise<unknown>,
): JobActions {
  const { delete: deleteTraces } = reader;
  let controller: AbortController | undefined;

  /** Runs one job at a time and reports its progress in `job`. */
  async function run<Result>(
    kind: Job["kind"],
    totalCount: number,
    work: (signal: AbortSignal, onProgress: (doneCount: number) => void) => Promise<Result>,
  ): Promise<Result | undefined> {
    cancelJob();
    const { signal } = (controller = new AbortController());
    const report = (job: Partial<Job>) => {
      if (!signal.aborted) set({ job: { kind, doneCount: 0, totalCount, ...job } });
    };
    report({});
    try {
      const result = await work(signal, (doneCount) => report({ doneCount }));
      if (signal.aborted) return undefined;
      set({ job: undefined });
      return result;
    } catch (error) {
      report({ error: toError(error) });
      return undefined;
    }
  }

  function cancelJob(): void {
    controller?.abort();
    set({ job: undefined });
  }

  return {
    cancelJob,
    exportChecked() {
      const traceIds = [...state().checked];
      return run("export", traceIds.length, async (signal, onProgress) => {
        const { exportTraces } = await import("../reading/export-traces.js");
        return exportTraces(reader, traceIds, onProgress, signal);
      });
    },
    ...(deleteTraces && {
      async deleteChecked() {
        const traceIds = [...state().checked];
        await run("delete", traceIds.length, async (signal, onProgress) => {
          for (let doneCount = 0; doneCount < traceIds.length; doneCount += deletedAtOnce) {
            signal.throwIfAborted();
            await deleteTraces({ traceIds: traceIds.slice(doneCount, doneCount + deletedAtOnce) });
            onProgress(Math.min(traceIds.length, doneCount + deletedAtOnce));
          }
        });
        await onDeleted();
      },
    }),
  };
}
