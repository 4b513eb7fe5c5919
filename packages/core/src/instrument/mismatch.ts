import type { FindRecorder } from "../record/trace-function.js";

/** Reports that something of an SDK is not as it is known here, and the error by which that was noticed, if there was one. */
export type ReportMismatch = (what: string, cause?: unknown) => void;

/**
 * Such a function: it reports to `onError`, each thing once, as soon as there is a recorder. The program goes on as without
 * tracing.
 */
export function mismatchReporter(sdk: string, findRecorder: FindRecorder): ReportMismatch {
  const reported = new Set<string>();
  return (what, cause) => {
    const recorder = reported.has(what) ? undefined : findRecorder();
    if (!recorder) return;
    reported.add(what);
    recorder.onError(new Error(`${sdk} is not as expected: ${what}`, { cause }));
  };
}
