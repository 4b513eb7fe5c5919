/** How the promises of SDKs that Stainless generates (OpenAI's, Anthropic's) tell the outcome, beside `then`. */
export const promiseMethods = {
  // The last asks the first.
  outcomeMethods: ["parse", "asResponse", "withResponse"],
  successorMethods: ["_thenUnwrap"],
} as const;
