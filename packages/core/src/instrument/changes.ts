import type { FindRecorder } from "../record/trace-function.js";

/** Tells that something of an SDK is not as it is known here, and why that was noticed. */
export type TellChange = (what: string, cause?: unknown) => void;

/** Such a teller: to `onError`, each thing once, as soon as there is a recorder. The program goes on as without tracing. */
export function changeTeller(sdk: string, findRecorder: FindRecorder): TellChange {
  const told = new Set<string>();
  return (what, cause) => {
    const recorder = told.has(what) ? undefined : findRecorder();
    if (!recorder) return;
    told.add(what);
    recorder.onError(new Error(`${sdk} is not as it is known here: ${what}`, { cause }));
  };
}
