// The program of quickstart.mjs in a page: its traces go to IndexedDB, and the explorer below shows them, also those of
// earlier visits and of other tabs.
import { getCurrentActiveSpan, init, SpanType, trace, updateCurrentTrace, withSpan } from "@spanbook/core";
import { openStore } from "@spanbook/store-idb";
import { show } from "@spanbook/widget";
import { chooseAnswerer } from "./answerers.mjs";
import { chunkReadme, indexPassages, wordsOf } from "./documents.mjs";
import { texts } from "./texts.mjs";

const form = document.querySelector("form");
const answers = document.querySelector("#answers");
const note = document.querySelector("#store");

// 1. A store, and a recorder that writes to it.

const store = await openStore("quickstart", { onError: ({ message }) => (note.textContent = message) });
init({ store, experiment: "page-demo", serviceName: "quickstart" });
const { traceCount, openCount } = await store.stats({});
note.textContent ||= `This browser holds ${traceCount} traces of earlier visits, ${openCount} of them unfinished.`;
document.querySelector("#explorer").append(show(store));

// 2. The program.

const buildIndex = trace(
  function buildIndex(documents) {
    const passages = withSpan(() => documents.flatMap(chunkReadme), {
      name: "chunk",
      spanType: SpanType.PARSER,
    });
    return indexPassages(passages);
  },
  { name: "build index", spanType: SpanType.CHAIN },
);

const retrieve = trace(
  function retrieve(question, limit = 8) {
    return index.search(question).slice(0, limit).map(toDocument);
  },
  { spanType: SpanType.RETRIEVER },
);

const rerank = trace(
  function rerank(question, documents, keep = 3) {
    const wanted = [...wordsOf(question)];
    const score = ({ page_content: text, metadata }) => {
      const words = wordsOf(`${metadata.doc_uri} ${metadata.heading} ${text}`);
      return wanted.filter((word) => words.has(word)).length / Math.log(10 + words.size);
    };
    return documents.toSorted((a, b) => score(b) - score(a)).slice(0, keep);
  },
  { spanType: SpanType.RERANKER },
);

const packageFacts = trace(
  function packageFacts(name) {
    const found = texts.find((text) => text.package === name);
    if (!found) throw new Error(`there is no package ${name} here`);
    return { name, version: found.version, license: found.license };
  },
  { spanType: SpanType.TOOL },
);

const answerer = chooseAnswerer({});

const compose = trace(
  async function* compose(question, documents) {
    const span = getCurrentActiveSpan();
    span?.setAttributes({ "mlflow.llm.model": answerer.model, "mlflow.llm.provider": answerer.provider });
    yield* answerer.stream(question, documents, (usage) =>
      span?.setAttribute("mlflow.chat.tokenUsage", JSON.stringify(usage)),
    );
  },
  { spanType: SpanType.LLM, outputReducer: (tokens) => tokens.join("") },
);

const answer = trace(
  async function answer(question) {
    updateCurrentTrace({ tags: { kind: "question" }, sessionId });
    const asked = /\b(?:version|licen[cs]e) of (\S+?)\??$/.exec(question)?.[1];
    if (asked) {
      const { name, version, license } = packageFacts(asked);
      return `${name} is at version ${version}, under ${license}.`;
    }
    const documents = rerank(question, retrieve(question));
    let text = "";
    for await (const token of compose(question, documents)) text += token;
    return `${text}\n${documents.map(({ metadata }, i) => `[${i + 1}] ${metadata.doc_uri}`).join("  ")}`;
  },
  { spanType: SpanType.AGENT },
);

// 3. Its work: two questions at the same time, one that fails, and then yours.

const sessionId = `visit-${Date.now()}`;
const index = buildIndex(texts);
await Promise.all([
  ask("How do I open a database and upgrade its schema?"),
  ask("What does Comlink do with functions passed to a worker?"),
]);
await ask("What is the licence of left-pad");
document.body.dataset.state = "ready";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void ask(new FormData(form).get("question"));
  form.reset();
});

async function ask(question) {
  const item = document.createElement("li");
  const asked = document.createElement("b");
  asked.textContent = question;
  answers.append(item);
  item.append(asked, document.createElement("br"));
  try {
    item.append(await answer(question));
  } catch (error) {
    item.append(`failed: ${error.message}`);
  }
}

function toDocument({ id, package: name, heading, text }) {
  return { id, page_content: text, metadata: { doc_uri: name, heading } };
}
