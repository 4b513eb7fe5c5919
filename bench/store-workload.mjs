// What the stores are filled with: spans with 5 attributes and about 200 characters each of inputs and outputs, different for
// each span, in traces of a given size. Also runs in pages.
import { digestSpan } from "@spanbook/core/model";

const spansPerBatch = 500;
const startMs = 1_700_000_000_000;

/** Filters, and what each finds. */
export const filters = {
  /** One trace in a hundred. */
  tag: "tag.topic = 'topic 7'",
  /** One trace in a thousand, by a word in one of its spans. */
  text: "trace.text ILIKE '%paraffin%'",
  /** The same. */
  pattern: "trace.text RLIKE 'paraff?in \\d+'",
};

/** Batches of some hundred spans, with those of a trace in their order, and a tag for each trace when it is complete. */
export function* batchesOf({ traceCount, spansPerTrace, firstTrace = 1 }) {
  let spans = [];
  let patches = [];
  let number = 0;
  const takeBatch = () => {
    const batch = toBatch(`${firstTrace} ${++number}`, spans, patches);
    [spans, patches] = [[], []];
    return batch;
  };
  for (let trace = firstTrace; trace < firstTrace + traceCount; trace++) {
    for (const span of spansOf(trace, spansPerTrace)) {
      if (spans.length === spansPerBatch) yield takeBatch();
      spans.push(span);
    }
    patches.push({
      id: String(trace).padStart(20, "0"),
      traceId: traceIdOf(trace),
      op: "setTag",
      key: "topic",
      value: topicOf(trace),
    });
  }
  yield takeBatch();
}

/** The spans of a trace, all below the first. */
export function* spansOf(trace, count) {
  const start = BigInt(startMs + trace * 10) * 1_000_000n;
  const durationNs = BigInt((trace * 7919) % 1_000_000) * 1000n + 5_000_000n;
  for (let id = 1; id <= count; id++) {
    const hasWord = trace % 1000 === 7 && id === 1;
    yield {
      traceId: traceIdOf(trace),
      spanId: hex(id, 16),
      ...(id > 1 && { parentSpanId: hex(1, 16) }),
      name: id === 1 ? "answer" : ["retrieve", "chat", "search"][id % 3],
      kind: 1,
      startTimeUnixNano: String(start + BigInt(id)),
      endTimeUnixNano: String(start + durationNs - BigInt(id)),
      attributes: {
        index: id,
        score: 2.5,
        "mlflow.spanType": '"TOOL"',
        "mlflow.spanInputs": JSON.stringify({ question: wordsOf(trace * 31 + id) }),
        "mlflow.spanOutputs": JSON.stringify({
          answer: hasWord ? `paraffin ${trace}` : wordsOf(trace * 17 + id),
        }),
      },
      status: { code: 1 },
    };
  }
}

export function traceIdOf(trace) {
  return hex(trace, 32);
}

export function topicOf(trace) {
  return `topic ${trace % 100}`;
}

/** Writes batches, a few at a time, as a busy recorder does; resolves when all are acknowledged. */
export async function writeAll(store, batches, maxInFlight = 8) {
  const inFlight = new Set();
  for (const batch of batches) {
    const writing = store.write(batch).finally(() => inFlight.delete(writing));
    inFlight.add(writing);
    if (inFlight.size >= maxInFlight) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
}

/** A batch of these spans, as a recorder makes it. */
export function toBatch(id, spans, patches) {
  return {
    id,
    recorderId: "bench",
    spans: spans.map((span) => ({ digest: digestSpan(span, 2), payload: JSON.stringify(span) })),
    patches,
    origins: { resources: {}, scopes: {} },
  };
}

function wordsOf(seed) {
  let state = seed;
  return Array.from({ length: 26 }, () =>
    (state = Math.imul(state + 1, 0x9e3779b1) >>> 0).toString(36).slice(0, 6),
  ).join(" ");
}

function hex(number, digits) {
  return number.toString(16).padStart(digits, "0");
}
