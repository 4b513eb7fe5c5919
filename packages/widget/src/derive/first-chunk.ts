import { millisecondsBetween, type Span } from "@spanbook/core/model";

/** The event's names in MLflow and Spanbook, OpenInference, the Vercel AI SDK and Traceloop. */
const firstChunk =
  /^(?:mlflow\.chunk\.item\.0|First Token Stream Event|ai\.stream\.firstChunk|llm\.content\.completion\.chunk)$/;

/** When a stream began to answer, in milliseconds after the span's start; undefined if no event says so. */
export function maybeFirstChunkMs({ startTimeUnixNano, events = [] }: Span): number | undefined {
  const event = events.find(({ name }) => firstChunk.test(name));
  return event && Math.max(0, millisecondsBetween(startTimeUnixNano, event.timeUnixNano));
}
