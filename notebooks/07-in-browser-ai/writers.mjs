// Who writes the answer. All of them have the shape of the quick start's answerers: { model, provider, stream(question,
// documents, onUsage) }, where `stream` yields pieces of text.
import { chatAnswerer, toMessages } from "../quickstart/answerers.mjs";
import { sentencesOf, subjectOf, wordsOf } from "../quickstart/documents.mjs";
import { continueSentence, createNGrams, randomFrom, tokensOf } from "./n-gram.mjs";

export { chatAnswerer as endpointWriter };

/** The passages that were found outweigh the other texts: the model stays with them, and borrows words where they end. */
const passageWeight = 12;

/** Writes with n-grams of all texts and of the passages at hand. The same question gives the same answer. */
export function nGramWriter(corpus) {
  return {
    model: `n-gram-${corpus.order}`,
    provider: "this page",
    async *stream(question, documents, onUsage) {
      const sentences = documents.flatMap(({ page_content: text }) => sentencesOf(text));
      const passages = createNGrams(corpus.order);
      for (const sentence of sentences) passages.train(sentence);
      const models = [
        { ngrams: passages, weight: passageWeight },
        { ngrams: corpus, weight: 1 },
      ];
      const random = randomFrom(question);
      let count = 0;
      for (const opening of openings(question, sentences)) {
        for (const token of continueSentence(models, opening, { random })) {
          count++;
          yield count === 1 ? token : ` ${token}`;
          await nextFrame();
        }
      }
      const read = tokensOf(question).length + passages.tokenCount;
      onUsage({ input_tokens: read, output_tokens: count, total_tokens: read + count });
    },
  };
}

/**
 * A reader's own model with Transformers.js (version 3): the address of the library as a module, and the model as its `pipeline`
 * takes it: a name, or the folder of its weights. Rejects with the library's error.
 */
export async function loadTransformersWriter({ moduleUrl, model, onProgress }) {
  const { InterruptableStoppingCriteria, pipeline, TextStreamer } = await import(moduleUrl);
  const generate = await pipeline("text-generation", model, { progress_callback: onProgress });
  return {
    model,
    provider: "transformers.js",
    async *stream(question, documents, onUsage) {
      const stopping = new InterruptableStoppingCriteria();
      let count = 0;
      yield* new ReadableStream({
        start(controller) {
          const streamer = new TextStreamer(generate.tokenizer, {
            skip_prompt: true,
            skip_special_tokens: true,
            callback_function: (text) => controller.enqueue(text),
            token_callback_function: () => count++,
          });
          const options = { max_new_tokens: 200, streamer, stopping_criteria: stopping };
          generate(toMessages(question, documents), options).then(
            () => controller.close(),
            (error) => controller.error(error),
          );
        },
        cancel: () => stopping.interrupt(),
      });
      onUsage({ output_tokens: count });
    },
  };
}

/** The beginnings of the sentences that are most about the question, best first. */
function openings(question, sentences) {
  const wanted = subjectOf(question);
  const scored = [...new Set(sentences)].map((sentence) => {
    const words = wordsOf(sentence);
    return { sentence, score: wanted.filter((word) => words.has(word)).length / Math.log(8 + words.size) };
  });
  const [best, ...others] = scored.sort((a, b) => b.score - a.score).slice(0, 3);
  if (best === undefined) return [];
  const near = [best, ...others.filter(({ score }) => score > best.score / 2)];
  return [...new Set(near.map(({ sentence }) => tokensOf(sentence).slice(0, 4).join(" ")))];
}

/** So that each token is seen as it is written; a hidden page has no frames. */
function nextFrame() {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve);
    else requestAnimationFrame(resolve);
  });
}
