// What a user does with the packages, one thing after the other, in whatever runtime: records into a file, reopens it, searches,
// and exports and imports traces. Prints the version if all of it went as it must.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { init, SpanType, trace, withSpan } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { createRedaction } from "@spanbook/core/redact";
import { openStore } from "@spanbook/store-sqljs";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";

const [folder] = process.argv.slice(2);
const failures = [];
const onError = (failure) => failures.push(failure);
const store = await openStore(`${folder}/traces.db`, { onError });
const tracing = init({ store, experiment: "smoke", redact: createRedaction(), onError });
const retrieve = trace(async (query) => [`a page about ${query}`], {
  name: "retrieve",
  spanType: SpanType.RETRIEVER,
});
class Bot {
  async ask(question) {
    return withSpan(
      async (span) => {
        span.setInputs({ question, apiKey: "swordfish" });
        const [page] = await retrieve(question);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return withSpan(() => `as ${page} says`, { name: "answer", spanType: SpanType.LLM });
      },
      { name: "ask", spanType: SpanType.AGENT },
    );
  }
}
const answers = await Promise.all(["law", "art"].map((question) => new Bot().ask(question)));
assert.deepEqual(answers, ["as a page about law says", "as a page about art says"]);
await assert.rejects(trace(() => Promise.reject(new RangeError("no")), { name: "fail" })(), RangeError);
await tracing.shutdown();
await store.close();

const again = await openStore(`${folder}/traces.db`, { onError });
const { traces } = await again.search({
  filter: "span.name = 'retrieve' AND trace.text LIKE '%law%'",
  includeSpans: true,
});
assert.equal(traces.length, 1);
assert.deepEqual(
  traces[0].data.spans.map(({ name }) => name),
  ["ask", "retrieve", "answer"],
);
assert.equal((await again.search({ filter: "status = 'ERROR'" })).traces.length, 1);
assert.ok(!JSON.stringify(traces).includes("swordfish"));

await writeFileSync(`${folder}/report.html`, await createReport(again, { title: "Smoke" }));
let text = "";
for await (const piece of exportOtlp(again)) text += piece;
const taken = { report: createMemoryStore(), otlp: createMemoryStore() };
await importReport(taken.report, readFileSync(`${folder}/report.html`, "utf8"));
await importOtlp(taken.otlp, text);
const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
assert.equal((await importOtlp(createMemoryStore(), zipped)).spans, 7);
for (const one of Object.values(taken)) assert.equal((await one.stats({})).traceCount, 3);
await again.close();
assert.deepEqual(failures, []);
console.log(process.version);
