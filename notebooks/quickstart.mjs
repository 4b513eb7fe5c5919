// Question answering over the READMEs of the packages installed here, recorded with Spanbook.
// Run it with `npm run demo`; `npm run demo -- --out DIR` chooses the folder. Running it again adds traces.
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { getCurrentActiveSpan, init, SpanType, trace, updateCurrentTrace, withSpan } from "@spanbook/core";
import { exportOtlp } from "@spanbook/core/otlp";
import { openStore } from "@spanbook/store-sqljs";
import { createReport, formatTrace } from "@spanbook/widget";
import { chooseAnswerer } from "./quickstart/answerers.mjs";
import { createCompose } from "./quickstart/compose.mjs";
import { chunkReadme, findPassages, indexPassages, rerank } from "./quickstart/documents.mjs";
import { loadReadmes } from "./quickstart/readmes.mjs";

const { out } = parseArgs({ options: { out: { type: "string", default: "out" } } }).values;
const modules = relative(".", fileURLToPath(new URL("../node_modules", import.meta.url)));

// 1. A store, and a recorder that writes to it.

const store = await openStore(join(out, "traces.db"));
const tracing = init({ store, experiment: "readme-demo", serviceName: "quickstart" });
const { traceCount, openCount } = await store.stats({});
console.log(
  `${join(out, "traces.db")} holds ${traceCount} traces of earlier runs, ${openCount} of them unfinished.\n`,
);

/** Traces that are not on the screen yet. */
const unprinted = [];

// 2. The program. Wrapping a function is all it takes: arguments, results, failures and who called whom are recorded.

const buildIndex = trace(
  async function buildIndex(folder) {
    // Inputs and outputs can also be set by hand: here the texts are on the disk already, and their number is enough.
    const readmes = await withSpan(
      async (span) => {
        const loaded = await loadReadmes(folder);
        span.setOutputs(`${loaded.length} READMEs`);
        return loaded;
      },
      { name: "load" },
    );
    const passages = withSpan(
      (span) => {
        const cut = readmes.flatMap(chunkReadme);
        span.setOutputs(`${cut.length} passages`);
        return cut;
      },
      { name: "chunk", spanType: SpanType.PARSER },
    );
    const built = withSpan(
      (span) => {
        const fullText = indexPassages(passages);
        span.setOutputs({ passages: fullText.documentCount, terms: fullText.termCount });
        return fullText;
      },
      { name: "index", spanType: SpanType.MEMORY },
    );
    const root = getCurrentActiveSpan();
    root.setOutputs(`${built.documentCount} passages of ${readmes.length} READMEs`);
    unprinted.push(root.traceId);
    return built;
  },
  { name: "build index", spanType: SpanType.CHAIN },
);

const retrieve = trace((question, limit = 12) => findPassages(index, question, limit), {
  name: "retrieve",
  spanType: SpanType.RETRIEVER,
});

const keepBest = trace(rerank, { spanType: SpanType.RERANKER });

const readManifest = trace(
  async function readManifest(name) {
    const { version, license, description } = JSON.parse(
      await readFile(join(modules, name, "package.json"), "utf8"),
    );
    return { name, version, license, description };
  },
  { spanType: SpanType.TOOL },
);

const packageFacts = trace(
  async function packageFacts(name) {
    try {
      return await readManifest(name);
    } catch (cause) {
      throw new Error(`there is no package ${name} here`, { cause });
    }
  },
  { spanType: SpanType.TOOL },
);

const compose = createCompose(chooseAnswerer(process.env));

const answer = trace(
  async function answer(question) {
    unprinted.push(getCurrentActiveSpan().traceId);
    updateCurrentTrace({ tags: { kind: "question" }, sessionId: `run-${process.pid}` });
    const asked = /\b(?:version|licen[cs]e) of ([^\s?]+)/.exec(question)?.[1];
    if (asked) {
      const { name, version, license } = await packageFacts(asked);
      return `${name} is at version ${version}, under ${license}.`;
    }
    const documents = keepBest(question, retrieve(question), 4);
    let text = "";
    for await (const token of compose(question, documents)) text += token;
    return `${text}\n${documents.map(({ metadata }, i) => `[${i + 1}] ${metadata.doc_uri}`).join("  ")}`;
  },
  { spanType: SpanType.AGENT },
);

// 3. Its work: questions one by one, two at the same time, and one that fails.

const index = await buildIndex(modules);
await printTraces();

await ask("What does Comlink do to values that are sent to a worker?");
await ask("What is the licence of preact?");
await ask(
  "How does jsdom run scripts inside a page?",
  "How do I open a database and upgrade its schema with idb?",
);
await ask("What is the licence of left-pad?");

// 4. What it leaves.

const files = { database: "traces.db", OTLP: "traces.otlp.json", report: "report.html" };
const pathOf = (name) => join(out, files[name]);
await writeFile(pathOf("OTLP"), exportOtlp(store));
await writeFile(pathOf("report"), await createReport(store, { title: "Spanbook quickstart" }));
await tracing.shutdown();
await store.close();

console.log(`Wrote
  ${pathOf("report")}  every trace in one page: open it in a browser, or mail it
  ${pathOf("OTLP")}  the same as OTLP JSON: any OpenTelemetry back end takes it
  ${pathOf("database")}  the store: an ordinary SQLite file, with views "traces" and "spans"
Next: open the report and look at the question that failed, then run the demo again and watch the list grow.`);

// The narrator's part, which is not traced.

/** Asks all of them at the same time. */
async function ask(...questions) {
  const replies = await Promise.allSettled(questions.map((question) => answer(question)));
  replies.forEach(({ value, reason }, i) => {
    console.log(`Q: ${questions[i]}\n${reason ? `failed: ${reason.message}` : `A: ${value}`}\n`);
  });
  await printTraces();
}

// Printed once durable: what is on the screen is in the store, whatever happens next.
async function printTraces() {
  await tracing.flush();
  for (const traceId of unprinted.splice(0)) {
    console.log(`trace ${traceId}\n${formatTrace(await store.get(traceId, { include: "digests" }))}\n`);
  }
}
