// What the programs beside this file share. They use the built packages, because a separate process has no Vite.
import { digestSpan } from "@spanbook/core/model";

export { openStore } from "@spanbook/store-sqljs";

/** The batch with that number: `spanCount` ended spans of a trace of its own. */
export function numberedBatch(number, spanCount = 5, recorderId = `process-${process.pid}`) {
  const traceId = number.toString(16).padStart(32, "0");
  const spans = Array.from({ length: spanCount }, (_, index) => {
    const span = {
      traceId,
      spanId: (index + 1).toString(16).padStart(16, "0"),
      ...(index > 0 && { parentSpanId: "1".padStart(16, "0") }),
      name: `span ${number}.${index}`,
      kind: 1,
      startTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(number)),
      endTimeUnixNano: String(1_700_000_000_100_000_000n + BigInt(number)),
      attributes: { "mlflow.spanInputs": JSON.stringify("why? ".repeat(20)) },
    };
    return { digest: digestSpan(span, 1), payload: JSON.stringify(span) };
  });
  return {
    id: `batch-${number}-${recorderId}`,
    recorderId,
    spans,
    patches: [],
    origins: { resources: {}, scopes: {} },
  };
}

/** Prints a line for the test, which is written when this returns. */
export function tell(text) {
  process.stdout.write(`${text}\n`);
}
