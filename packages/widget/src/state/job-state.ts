import type { ListState } from "./list-state.js";
import { toError } from "./loadable.js";
import type { SliceContext } from "./slice.js";

/** Something that takes its time, or that went wrong. */
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
  /** Absent where the source cannot delete. What was deleted before it is cancelled stays deleted. */
  readonly deleteChecked?: () => Promise<void>;
  /** The chosen traces as OTLP JSON; undefined if it was cancelled, or failed, which `job` then says. */
  exportChecked(): Promise<Blob | undefined>;
  /** Cancels what is running, and forgets what went wrong. */
  cancelJob(): void;
}

/** Between so many one can still give it up. */
const deletedAtOnce = 100;

/** `onDeleted` is awaited when traces were deleted, or could not be. */
export function createJobSlice(
  { reader, state, set }: SliceContext<JobState & Pick<ListState, "checked">>,
  onDeleted: () => Promise<unknown>,
): JobActions {
  const { delete: deleteTraces } = reader;
  let controller: AbortController | undefined;

  /** Runs one job at a time, and says in `job` how it goes. */
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
