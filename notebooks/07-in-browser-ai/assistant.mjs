// The program that is traced. What it does in the page and what it does in the worker is in one trace.
import { SpanType, trace, updateCurrentTrace, withSpan } from "@spanbook/core";
import { createCompose } from "../quickstart/compose.mjs";
import { sentencesOf } from "../quickstart/documents.mjs";
import { fetchGuide, guideNames } from "./guides.mjs";
import { createNGrams, tokensOf } from "./n-gram.mjs";

/** Fetches the guides; then the worker indexes them while the page learns to write from them. */
export function prepare(library) {
  return withSpan(
    async (span) => {
      const texts = await withSpan(
        async (reading) => {
          const guides = await Promise.all(guideNames.map(fetchGuide));
          reading.setOutputs(`${guides.length} guides`);
          return guides;
        },
        { name: "fetch", spanType: SpanType.TOOL, inputs: guideNames },
      );
      const [counts, corpus] = await Promise.all([
        withSpan((asking) => asking.run(() => library.call("index", texts)), {
          name: "index",
          spanType: SpanType.CHAIN,
        }),
        train(texts),
      ]);
      span.setOutputs({ ...counts, tokens: corpus.tokenCount, contexts: corpus.contextCount });
      return { counts, corpus };
    },
    { name: "prepare", spanType: SpanType.CHAIN },
  );
}

/** One guide after another, with a turn of the event loop between them, so that the page does not freeze. */
function train(texts) {
  return withSpan(
    async (span) => {
      const corpus = createNGrams();
      for (const { text } of texts) {
        for (const sentence of sentencesOf(text)) corpus.train(sentence);
        await span.run(() => new Promise((resolve) => setTimeout(resolve)));
      }
      span.setOutputs({ tokens: corpus.tokenCount, contexts: corpus.contextCount });
      return corpus;
    },
    { name: "train n-grams", inputs: { order: 4 } },
  );
}

/**
 * Answers from the guides. `onStage` is called with "searching" and "writing", `onToken` with each piece of text; an aborted
 * signal ends the answer where it is. Rejects if the guides have nothing about it, and as the writer does.
 */
export function answer(question, { library, writer, sessionId, signal, onTrace, onStage, onToken }) {
  return withSpan(
    async (span) => {
      span.setInputs({ question });
      updateCurrentTrace({ requestPreview: question, sessionId, tags: { writer: writer.model } });
      onTrace(span.traceId);
      onStage("searching");
      const documents = await retrieve(library, question);
      if (documents.length === 0) throw new Error("nothing in the guides is about that");
      onStage("writing");
      const compose = createCompose(writer);
      let text = "";
      for await (const token of compose(question, documents)) {
        if (signal.aborted) break;
        text += token;
        onToken(token);
      }
      const grounded = checkGrounding(text, documents);
      span.setOutputs({ answer: text });
      span.updateTrace({ responsePreview: text });
      return { traceId: span.traceId, documents, grounded };
    },
    { name: "answer", spanType: SpanType.AGENT },
  );
}

function retrieve(library, question) {
  return withSpan((span) => span.run(() => library.call("find", { question, limit: 12, keep: 3 })), {
    name: "retrieve",
    spanType: SpanType.RETRIEVER,
    inputs: { question },
  });
}

/** What share of the answer's three-word sequences is in the sources, from 0 to 1. */
const checkGrounding = trace(
  function checkGrounding(text, documents) {
    const known = new Set(
      documents.flatMap(({ page_content: source }) => sentencesOf(source).flatMap(threesOf)),
    );
    const threes = threesOf(text);
    return threes.length === 0 ? 0 : threes.filter((three) => known.has(three)).length / threes.length;
  },
  { spanType: SpanType.EVALUATOR },
);

function threesOf(text) {
  const tokens = tokensOf(text.toLowerCase());
  return tokens.slice(2).map((token, i) => `${tokens[i]} ${tokens[i + 1]} ${token}`);
}
