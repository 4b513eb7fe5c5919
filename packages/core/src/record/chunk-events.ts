import type { LiveSpan } from "./live-span.js";

/** A stream of tokens may have any number of elements: only this many, the first, become events. */
const maxChunkEvents = 100;

/**
 * The name of an element's event, by the element's index in the stream. Source: mlflow/tracing/constant.py,
 * STREAM_CHUNK_EVENT_NAME_FORMAT
 */
export function chunkEventName(index: number): string {
  return `mlflow.chunk.item.${index}`;
}

/** Adds an event for an element of a stream to its span, if it is among the first hundred. `index` counts from 0. */
export function addChunkEvent(span: LiveSpan, index: number, value: unknown): void {
  if (index >= maxChunkEvents) return;
  span.addEvent({ name: chunkEventName(index), attributes: { "mlflow.chunk.value": value } });
}
