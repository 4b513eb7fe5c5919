/** Complete traces for tests of what shows them, and for the screenshots. All seeded: the same every time. */
import {
  createFold,
  digestSpan,
  foldSpan,
  toTraceInfo,
  type Span,
  type Trace,
  type TraceInfo,
} from "@spanbook/core/model";
import { createRandom } from "./random.js";
import { aSpan, spanId, tokens, type SpanSketch } from "./spans.js";

/** A trace of these spans, with the info that follows from them, except for the given fields. */
export function aTrace(spans: readonly Span[], fields: Partial<TraceInfo> = {}, isAlive = true): Trace {
  const [first] = spans;
  if (first === undefined) throw new Error("a trace has a span");
  const fold = createFold(first.traceId);
  for (const span of spans) foldSpan(fold, digestSpan(span, 1), "recorder-a", undefined);
  const info = toTraceInfo(fold, 1, () => isAlive);
  if (info === undefined) throw new Error("a trace has a span");
  return { info: { ...info, ...fields }, data: { spans, digests: [], resources: {}, scopes: {} } };
}

export const stack = [
  "RangeError: no chunk mentions \u201csourdough\u201d",
  "    at cite (file:///home/ana/rag-demo/src/compose.ts:41:11)",
  "    at compose (file:///home/ana/rag-demo/src/compose.ts:18:5)",
  "    at async answer (file:///home/ana/rag-demo/src/answer.ts:27:18)",
  "    at async file:///home/ana/rag-demo/src/main.ts:9:3",
  "Caused by: TypeError: Cannot read properties of undefined (reading 'text')",
  "    at quote (file:///home/ana/rag-demo/src/quote.ts:7:22)",
].join("\n");

const questions = [
  "How do I open an IndexedDB database with a version upgrade?",
  "What does Comlink's transfer() do, and when do I need it?",
  "How are signals different from hooks in Preact?",
  "Which SQLite features does sql.js leave out?",
  "Can rollup inline dynamic imports into one file?",
  "How do I mock timers in vitest?",
];

const answers = [
  "Call openDB with a version and an upgrade callback; the callback runs inside the versionchange transaction. [1]",
  "It moves ownership of a buffer instead of copying it. Use it for large ArrayBuffers. [2]",
  "A signal updates the nodes that read it; a hook renders its component again. [1][3]",
  "FTS5 and loadable extensions are not compiled in. [1]",
  "Yes: output.inlineDynamicImports with a single entry. [2]",
  "vi.useFakeTimers() before, vi.useRealTimers() after. [1]",
];

export interface DemoSketch {
  readonly trace: number;
  /** Milliseconds after the epoch of the spans. */
  readonly startMs: number;
  /** Default 1. */
  readonly seed?: number;
  readonly fails?: boolean;
  /** The model's call and everything around it have not ended. */
  readonly isOpen?: boolean;
}

/** The spans of a question that was answered from documents: agent, retriever, embedding, reranker, model, tool. */
export function demoSpans({ trace, startMs, seed = 1, fails = false, isOpen = false }: DemoSketch): Span[] {
  const random = createRandom(seed);
  const question = fails ? "What hydration suits a sourdough starter?" : (questions[seed % 6] ?? "");
  const answer = answers[seed % 6] ?? "";
  const stretch = 0.5 + random.next() * 2;
  const documents = [0.91, 0.84, 0.71, 0.66].map((score, index) => ({
    page_content: `idb wraps IndexedDB with promises. Chunk ${index}: openDB(name, version, { upgrade, blocked, blocking })`,
    metadata: { doc_uri: `node_modules/idb/README.md#${index}`, chunk_id: index, score },
  }));
  const spans: Span[] = [];
  function add(id: number, from: number, to: number, sketch: SpanSketch): void {
    const open = isOpen && sketch.open === true;
    const endMs = startMs + to * stretch;
    spans.push(aSpan({ status: "OK", ...sketch, trace, id, startMs: startMs + from * stretch, endMs, open }));
  }
  const error = { status: "ERROR" as const };
  const failed = (at: number): SpanSketch =>
    fails
      ? {
          ...error,
          fields: {
            status: { code: 2, message: "RangeError: no chunk mentions \u201csourdough\u201d" },
            events: [exceptionAt(startMs + at * stretch)],
          },
        }
      : {};
  const ended = (outputs: unknown) => (fails || isOpen ? {} : { outputs });
  add(1, 0, 612, {
    name: "answer",
    type: "AGENT",
    open: true,
    inputs: { question },
    ...ended(answer),
    ...failed(611),
  });
  add(2, 2.1, 64, {
    name: "retrieve",
    type: "RETRIEVER",
    parent: 1,
    inputs: { query: question, top_k: 20 },
    outputs: documents,
  });
  add(3, 2.6, 31, {
    name: "embed",
    type: "EMBEDDING",
    parent: 2,
    model: "minilm-l6-v2",
    inputs: question,
    outputs: { dimensions: 384, values: [0.0123, -0.0871, 0.0442] },
  });
  add(4, 32, 63.2, { name: "search index", parent: 2, type: "UNKNOWN", inputs: { k: 20 }, outputs: 20 });
  add(5, 65, 118, {
    name: "rerank",
    type: "RERANKER",
    parent: 1,
    inputs: { query: question, documents: 20 },
    outputs: documents.slice(0, 2),
  });
  for (let i = 0; i < 4; i++) {
    add(6 + i, 66 + i * 12.5, 77 + i * 12.5, {
      name: "score",
      type: "TASK",
      parent: 5,
      inputs: { chunk: i },
      outputs: 0.91 - i * 0.1,
    });
  }
  add(10, 120, 598, { name: "compose", type: "CHAIN", parent: 1, open: true, ...failed(597) });
  add(11, 124, 410, {
    name: "chat",
    type: "CHAT_MODEL",
    parent: 10,
    model: "qwen3-8b",
    open: true,
    usage: tokens(1843, 212),
    inputs: {
      messages: [
        { role: "system", content: "Answer from the documents only. Cite them by number." },
        { role: "user", content: question },
      ],
      temperature: 0.2,
      stream: true,
    },
    ...(isOpen
      ? {}
      : {
          outputs: {
            role: "assistant",
            content: answer,
            tool_calls: [{ name: "word_count", arguments: { text: answer } }],
          },
        }),
    attributes: { "mlflow.llm.provider": "ollama", "gen_ai.request.top_p": 0.95 },
    fields: {
      events: answer
        .split(" ")
        .slice(0, 6)
        .map((word, index) => ({
          name: `mlflow.chunk.item.${index}`,
          timeUnixNano: aSpan({ startMs: startMs + 180 + index * 31 }).startTimeUnixNano,
          attributes: { "mlflow.chunk.value": JSON.stringify(word) },
        })),
    },
  });
  if (isOpen) return spans;
  add(12, 414, 431, {
    name: "word_count",
    type: "TOOL",
    parent: 10,
    inputs: { text: answer },
    outputs: answer.split(" ").length,
  });
  add(13, 436, 590, {
    name: "cite",
    type: fails ? "TOOL" : "CHAT_MODEL",
    parent: 10,
    inputs: { answer, sources: [1, 2] },
    ...ended({ citations: [{ source: 1, span: [0, 42] }] }),
    ...(fails ? {} : { model: "qwen3-8b", usage: tokens(402, 38) }),
    ...failed(589),
  });
  return spans;
}

function exceptionAt(ms: number) {
  return {
    name: "exception",
    timeUnixNano: aSpan({ startMs: ms }).startTimeUnixNano,
    attributes: {
      "exception.type": "RangeError",
      "exception.message": "no chunk mentions \u201csourdough\u201d",
      "exception.stacktrace": stack,
    },
  };
}

/** What the demo records: five questions, two of them concurrent, the third fails. Newest last. */
export function demoTraces(startMs = 0): Trace[] {
  const starts = [0, 1900, 4200, 6100, 6130];
  return starts.map((offset, index) =>
    aTrace(demoSpans({ trace: index + 1, startMs: startMs + offset, seed: index, fails: index === 2 }), {
      tags: { topic: "packages", corpus: "node_modules" },
      sessionId: "demo-1",
    }),
  );
}

/** Many small traces, about one in nine failed, over some hours. */
export function manyTraces(count: number, startMs = 0): Trace[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, index) => {
    const fails = random.chance(0.11);
    const at = startMs + index * 47_000 + random.integer(0, 30_000);
    return aTrace(demoSpans({ trace: index + 1, startMs: at, seed: random.integer(0, 1000), fails }));
  });
}

/** A trace of that many spans: loops of calls, some nested deeply. */
export function largeTrace(count: number, startMs = 0): Trace {
  const random = createRandom(count);
  const spans: Span[] = [
    aSpan({ id: 1, name: "crawl", type: "AGENT", startMs, endMs: startMs + count, status: "OK" }),
  ];
  const types = ["TOOL", "CHAT_MODEL", "RETRIEVER", "PARSER", "EMBEDDING", "UNKNOWN"];
  for (let id = 2; id <= count; id++) {
    const parent = random.chance(0.3) ? Math.max(1, id - 1) : Math.max(1, Math.floor(id / 12));
    const type = random.pick(types);
    const from = startMs + id - 2;
    spans.push(
      aSpan({
        id,
        parent,
        name: type === "CHAT_MODEL" ? "summarise" : `${type.toLowerCase()} page`,
        type,
        startMs: from,
        endMs: from + random.next() * 30,
        status: random.chance(0.004) ? "ERROR" : "OK",
      }),
    );
  }
  return aTrace(spans);
}

/** Text that would run, load or mislead if it were ever taken for more than text. */
export const hostileText =
  `</script></style></title><script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked = 1">` +
  "<!-- ]]> --><svg onload=globalThis.hacked=1> javascript:globalThis.hacked=1 \u2028\u2029 \u202egnp.exe ${globalThis.hacked=1} '\"`";

/** A failed trace with {@link hostileText} in every field that can be shown. */
export function hostileTrace(trace = 1): Trace {
  const attributes: Record<string, string> = Object.fromEntries([
    ["__proto__", hostileText],
    ["constructor", hostileText],
    [hostileText, hostileText],
  ]);
  const text = hostileText;
  const spans = [1, 2].map((id) =>
    aSpan({
      trace,
      id,
      ...(id === 2 && { parent: 1 }),
      name: text,
      type: text,
      model: text,
      inputs: attributes,
      outputs: text,
      sessionId: text,
      userId: text,
      attributes,
      fields: {
        status: { code: 2, message: text },
        events: [
          { name: text, timeUnixNano: aSpan().startTimeUnixNano, attributes },
          {
            name: "exception",
            timeUnixNano: aSpan().startTimeUnixNano,
            attributes: { "exception.type": text, "exception.message": text, "exception.stacktrace": text },
          },
        ],
        links: [{ traceId: text, spanId: spanId(9), attributes }],
        traceState: text,
      },
    }),
  );
  return aTrace(spans, {
    requestPreview: text,
    responsePreview: text,
    tags: attributes,
    traceMetadata: attributes,
    clientRequestId: text,
  });
}

/** A conversation that names external things, or would run, wherever a message or a document may name something. */
export function hostileConversation(trace = 1): Trace {
  const text = hostileText;
  const elsewhere = "https://attacker.example/pixel.png?told";
  const urls = [
    elsewhere,
    "javascript:globalThis.hacked=1",
    "data:text/html,<script>globalThis.hacked=1</script>",
  ];
  const images = [...urls, "data:image/svg+xml,<svg onload='globalThis.hacked=1'/>"];
  const messages = [
    { role: text, content: text },
    {
      role: "user",
      content: [
        {
          type: "text",
          text: `![](${elsewhere}) [open](javascript:globalThis.hacked=1) <a href="${elsewhere}">`,
        },
        ...images.map((url) => ({ type: "image_url", image_url: { url } })),
        ...images.map((url) => ({ type: "image", source: { type: "url", url } })),
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: text, type: "function", function: { name: text, arguments: text } }],
    },
  ];
  const documents = urls.map((url) => ({ page_content: text, metadata: { doc_uri: url, [text]: text } }));
  const common = { trace, name: text, sessionId: text };
  const said = { type: "feedback", createTimeMs: 0, lastUpdateTimeMs: 0, valid: true } as const;
  const source = { sourceType: "HUMAN", sourceId: text } as const;
  return aTrace(
    [
      aSpan({
        ...common,
        id: 1,
        type: "CHAT_MODEL",
        inputs: { messages },
        outputs: { role: text, content: text },
      }),
      aSpan({ ...common, id: 2, parent: 1, type: "RETRIEVER", inputs: text, outputs: documents }),
    ],
    { assessments: [{ ...said, assessmentId: text, name: text, source, value: text, rationale: text }] },
  );
}
