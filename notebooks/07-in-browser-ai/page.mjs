// What the page does with the assistant: it asks, shows what comes back, and has the explorer beside it.
import { init, logFeedback, openStore, show } from "@spanbook/core";
import { answer, prepare } from "./assistant.mjs";
import { createCard, markShown } from "./answer-card.mjs";
import { openLibrary } from "./library.mjs";
import { useWriterForm } from "./writer-form.mjs";
import { nGramWriter } from "./writers.mjs";

const questions = [
  "Is anything lost when the worker dies?",
  "Where does the parent of a span come from after an await?",
  "Can two tabs share one store?",
  "How do I bake sourdough?",
];

const stages = { searching: "The worker searches…", writing: "The model writes, token by token…" };

const find = (id) => document.getElementById(id);
const sessionId = `visit ${new Date().toISOString().slice(0, 19)}`;

try {
  await start();
} catch (error) {
  document.body.dataset.state = "failed";
  find("stage").textContent = `The page could not get ready: ${error.message}`;
}

async function start() {
  const store = await openStore("in-browser-ai", {
    onError: ({ message }) => (find("kept").textContent = `${message}.`),
  });
  const tracing = init({ store, experiment: "in-browser-ai", serviceName: "page" });
  const explorer = show(store);
  find("traces").append(explorer);
  const mark = () => markShown(find("answers"), explorer.value?.traceId);
  explorer.addEventListener("input", mark);
  const showTrace = (traceId) => {
    explorer.value = { traceId };
    mark();
  };
  /** In a narrow page the explorer is below the questions and has to be scrolled into view. */
  const goTo = (traceId) => {
    showTrace(traceId);
    if (explorer.getBoundingClientRect().top > innerHeight - 200) explorer.scrollIntoView();
  };
  await showEarlier(store, goTo);

  const library = await openLibrary(store);
  find("stage").textContent = "The worker indexes the guides, and the page learns to write from them…";
  const { counts, corpus } = await prepare(library);
  const writers = useWriterForm(nGramWriter(corpus));

  const { guides, passages } = counts;
  const summary = `${passages} passages of ${guides} guides; ${corpus.tokenCount.toLocaleString("en")} words learned.`;
  rest(summary);
  for (const question of questions) find("suggestions").append(suggestion(question));
  let asking;
  let followed;
  find("stop").addEventListener("click", () => asking.abort());
  find("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = find("question").value.trim();
    // While a question is being answered, Enter does not ask again.
    if (question !== "" && document.body.dataset.state !== "working") void ask(question);
  });

  async function ask(question) {
    asking = new AbortController();
    const { signal } = asking;
    const card = createCard(question, {
      onShow: goTo,
      onFeedback: (traceId, value) =>
        logFeedback({
          traceId,
          name: "helpful",
          value,
          source: { sourceType: "HUMAN", sourceId: "reader" },
        }),
    });
    find("answers").prepend(card.element);
    find("question").value = "";
    work(true);
    const startMs = performance.now();
    const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
    try {
      const result = await answer(question, {
        library,
        writer: writers.current(),
        sessionId,
        signal,
        onTrace: card.setTrace,
        onStage(stage) {
          find("stage").textContent = stages[stage];
          if (stage === "writing") void follow(card.element.dataset.trace);
        },
        onToken: card.write,
      });
      card.end(signal.aborted ? "stopped" : "done", { ...result, seconds: seconds() });
      rest(`${signal.aborted ? "Stopped" : "Answered"} after ${seconds()} s. ${summary}`);
      await logFeedback({
        traceId: result.traceId,
        name: "grounded",
        value: Number(result.grounded.toFixed(2)),
        rationale: "the share of the answer's threes of words that stand in its sources",
      });
    } catch (error) {
      card.fail(`Failed: ${error.message}.`);
      rest("That one failed; its trace says where.");
    }
    await tracing.flush();
  }

  /** Opens the trace while it grows, unless the reader is looking at another. */
  async function follow(traceId) {
    await tracing.flush();
    const shown = explorer.value?.traceId;
    if (shown !== undefined && shown !== followed) return;
    followed = traceId;
    showTrace(traceId);
  }

  function suggestion(question) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = question;
    button.addEventListener("click", () => {
      if (document.body.dataset.state !== "working") void ask(question);
    });
    item.append(button);
    return item;
  }
}

function work(isWorking) {
  document.body.dataset.state = isWorking ? "working" : "ready";
  const [submit, stop] = [find("submit"), find("stop")];
  const hadFocus = document.activeElement === (isWorking ? submit : stop);
  submit.hidden = isWorking;
  submit.disabled = false;
  stop.hidden = !isWorking;
  if (hadFocus) (isWorking ? stop : submit).focus();
}

function rest(message) {
  work(false);
  find("stage").textContent = message;
}

async function showEarlier(store, onShow) {
  const { traceCount, openCount } = await store.stats({});
  find("kept").textContent ||=
    traceCount === 0
      ? "Traces are kept in this browser (IndexedDB). Reload the page: they will still be here."
      : `This browser has kept ${traceCount} traces of earlier visits${openCount > 0 ? `, ${openCount} of them unfinished` : ""}.`;
  const { traces } = await store.search({ filter: "name = 'answer'", maxResults: 10 });
  const list = find("earlier");
  list.hidden = traces.length === 0;
  list.querySelector("ul").append(...traces.map(({ info }) => earlierItem(info, onShow)));
}

function earlierItem({ traceId, requestPreview, state }, onShow) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = requestPreview ?? "a question";
  button.dataset.state = state;
  button.addEventListener("click", () => onShow(traceId));
  item.append(button);
  return item;
}
