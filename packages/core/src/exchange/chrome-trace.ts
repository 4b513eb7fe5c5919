import { describeSpan } from "../model/every-dialect.js";
import type { Span } from "../model/span.js";
import { compareUnixNano, nanosecondsBetween } from "../model/time.js";
import type { Trace } from "../model/trace.js";
import { toPlain } from "../model/values.js";
import type { TraceStore } from "../store/contract.js";
import { wholeTraces } from "./trace-pages.js";

/**
 * The traces of a store, oldest first, or the traces given, as Chrome trace event JSON, which Perfetto and chrome://tracing
 * open. A trace is a process, and its spans are spread over as many threads as overlap; times are microseconds from the first
 * trace's start. An open span extends to the last known time of its trace.
 *
 * Source: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export async function* chromeTrace(
  source: TraceStore | Trace | readonly Trace[],
): AsyncGenerator<string, void> {
  yield '{"displayTimeUnit":"ms","traceEvents":[';
  let isFirst = true;
  let processId = 0;
  let origin: string | undefined;
  for await (const { info, data } of wholeTraces(source)) {
    processId++;
    origin ??= firstStart(data.spans);
    const name = { ph: "M", name: "process_name", pid: processId, args: { name: info.name } };
    for (const event of [name, ...toEvents(data.spans, processId, origin ?? "0")]) {
      yield (isFirst ? "\n" : ",\n") + JSON.stringify(event);
      isFirst = false;
    }
  }
  yield "\n]}\n";
}

/** Not always the root's, if clocks differ. */
function firstStart(spans: readonly Span[]): string | undefined {
  return spans.map(({ startTimeUnixNano }) => startTimeUnixNano).sort(compareUnixNano)[0];
}

interface Lane {
  /** Ends of the spans that are open at this point, outermost first. */
  readonly ends: number[];
}

function toEvents(spans: readonly Span[], pid: number, origin: string): object[] {
  // Perfetto drops events before zero.
  const offset = (unixNano: string) => Math.max(0, nanosecondsBetween(origin, unixNano) / 1000);
  const known = spans.flatMap(({ startTimeUnixNano, endTimeUnixNano = startTimeUnixNano }) =>
    offset(endTimeUnixNano),
  );
  const last = known.reduce((a, b) => Math.max(a, b), 0);
  const lanes: Lane[] = [];
  return spans
    .map((span) => ({
      span,
      start: offset(span.startTimeUnixNano),
      end: span.endTimeUnixNano === undefined ? last : offset(span.endTimeUnixNano),
    }))
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .flatMap(({ span, start, end }) => {
      const tid = placeOn(lanes, start, end) + 1;
      const { type, inputs, outputs, model, usage } = describeSpan(span);
      const isOpen = span.endTimeUnixNano === undefined;
      return [
        {
          ph: "X",
          ...{ name: span.name, cat: type, pid, tid, ts: start, dur: Math.max(0, end - start) },
          args: {
            ...{
              spanId: span.spanId,
              parentSpanId: span.parentSpanId,
              status: span.status,
              isOpen: isOpen || undefined,
            },
            ...{ inputs, outputs, model, usage },
          },
        },
        ...(span.events ?? []).map(({ name, timeUnixNano, attributes = {} }) => ({
          ...{ ph: "i", s: "t", name, pid, tid, ts: offset(timeUnixNano), args: toPlain(attributes) },
        })),
      ];
    });
}

/** The first lane in which the span follows or lies wholly inside what is there: events of a thread must nest. */
function placeOn(lanes: Lane[], start: number, end: number): number {
  for (const [index, { ends }] of lanes.entries()) {
    while (ends.length > 0 && (ends.at(-1) ?? 0) <= start) ends.pop();
    if (ends.length === 0 || (ends.at(-1) ?? 0) >= end) {
      ends.push(end);
      return index;
    }
  }
  return lanes.push({ ends: [end] }) - 1;
}
