// The worker: it cuts the guides into passages, indexes them, and finds what a question asks for. Its spans are in the page's
// traces, because each job comes with the trace that it belongs to.
import {
  extract,
  init,
  joinStore,
  SpanType,
  trace,
  withContext,
  withSpan,
} from "../../packages/spanbook/dist/spanbook.js";
import { chunkReadme, findPassages, indexPassages, rerank, subjectOf } from "../quickstart/documents.mjs";

let index;

const search = trace(findPassages, { name: "search", spanType: SpanType.RETRIEVER });
const keepBest = trace(rerank, { spanType: SpanType.RERANKER });

const jobs = {
  async open({ port }) {
    init({ store: await joinStore(port), serviceName: "library worker" });
  },

  index: (texts) =>
    withSpan(
      (span) => {
        const passages = texts.flatMap(chunkReadme);
        index = indexPassages(passages);
        const counts = { guides: texts.length, passages: index.documentCount, terms: index.termCount };
        span.setOutputs(counts);
        return counts;
      },
      { name: "index in the worker", spanType: SpanType.MEMORY, inputs: texts.map(({ uri }) => uri) },
    ),

  find({ question, limit, keep }) {
    const subject = subjectOf(question).join(" ");
    return keepBest(subject, search(index, subject, limit), keep);
  },
};

onmessage = async ({ data: { job, argument, trace: headers, port } }) => {
  try {
    port.postMessage({ result: await withContext(extract(headers), () => jobs[job](argument)) });
  } catch (error) {
    port.postMessage({ message: error.message });
  }
};
