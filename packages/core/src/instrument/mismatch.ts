import type { FindRecorder } from "../record/trace-function.js";

/** Reports that something in an SDK is not as expected here, with the error that showed it, if there was one. */
export type ReportMismatch = (what: string, cause?: unknown) => void;

/**
 * Creates such a function, which reports each thing once to the `onError` of the recorder, if there is one. The program
 * carries on as if it were not traced.
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
