// The program of quickstart.mjs in a page: its traces go to IndexedDB, and the explorer below shows them, including those of
// earlier visits and of other tabs.
import { init, SpanType, trace, updateCurrentTrace, withSpan } from "@spanbook/core";
import { openStore } from "@spanbook/store-idb";
import { show } from "@spanbook/widget";
import { chooseAnswerer } from "./answerers.mjs";
import { createCompose } from "./compose.mjs";
import { chunkReadme, findPassages, indexPassages, rerank } from "./documents.mjs";
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

const retrieve = trace((question, limit = 8) => findPassages(index, question, limit), {
  name: "retrieve",
  spanType: SpanType.RETRIEVER,
});

const keepBest = trace(rerank, { spanType: SpanType.RERANKER });

const packageFacts = trace(
  function packageFacts(name) {
    const found = texts.find((text) => text.package === name);
    if (!found) throw new Error(`there is no package ${name} here`);
    return { name, version: found.version, license: found.license };
  },
  { spanType: SpanType.TOOL },
);

const compose = createCompose(chooseAnswerer({}));

const answer = trace(
  async function answer(question) {
    updateCurrentTrace({ tags: { kind: "question" }, sessionId });
    const asked = /\b(?:version|licen[cs]e) of (\S+?)\??$/.exec(question)?.[1];
    if (asked) {
      const { name, version, license } = packageFacts(asked);
      return `${name} is at version ${version}, under ${license}.`;
    }
    const documents = keepBest(question, retrieve(question), 3);
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
