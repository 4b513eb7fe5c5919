/** Six filters that teach the language; each can be tried. */
export const searchExamples: readonly { readonly text: string; readonly meaning: string }[] = [
  { text: "connection refused", meaning: "words anywhere: in names, inputs, outputs, exceptions" },
  { text: "status = 'ERROR'", meaning: "traces that failed" },
  { text: "execution_time_ms > 2000 AND total_tokens > 1000", meaning: "slow and costly ones" },
  { text: "name LIKE 'ask%' AND NOT tag.topic = 'law'", meaning: "a pattern, and a tag it must not have" },
  { text: "span.type = 'TOOL' AND span.status = 'ERROR'", meaning: "one span that is both" },
  { text: "feedback.correct = false OR session_id IN ('s1', 's2')", meaning: "feedback, or one of several" },
];
