import { toRecord } from "../model/json.js";

/** How the promises of SDKs that Stainless generates (OpenAI's, Anthropic's) tell the outcome, beside `then`; and their streams. */
export const promiseMethods = {
  // The last asks the first.
  outcomeMethods: ["parse", "asResponse", "withResponse"],
  successorMethods: ["_thenUnwrap"],
  /** One that is aborted ends without an error. */
  isBrokenOff: (stream: object) =>
    toRecord(toRecord(toRecord(stream)["controller"])["signal"])["aborted"] === true,
} as const;
