import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { describeSpan, type Trace } from "@spanbook/core/model";
import { openStore } from "@spanbook/store-sqljs";
import { endOf, runDemo, serve, startDemo, temporaryFolder } from "../support/demo.js";
import { toProtobuf } from "../support/otlp-judge.js";

const demoMs = 60_000;

async function readAll(folder: string): Promise<readonly Trace[]> {
  const store = await openStore(path.join(folder, "traces.db"), { readOnly: true });
  try {
    return (await store.search({ orderBy: ["timestamp_ms ASC"], includeSpans: true, maxResults: 1000 }))
      .traces;
  } finally {
    await store.close();
  }
}

function spanNamed(trace: Trace | undefined, name: string) {
  const span = trace?.data.spans.find((candidate) => candidate.name === name);
  if (!span) throw new Error(`the trace has no span ${name}`);
  return { span, ...describeSpan(span) };
}

describe("the demo", { timeout: demoMs }, () => {
  it("records a real program and leaves a database, an OTLP file and a report; a second run adds to them", async () => {
    const folder = await temporaryFolder();
    const first = await runDemo(folder);
    expect(first).toMatchObject({ exitCode: 0, output: expect.stringContaining("report.html") });
    expect(first.output).toContain("holds 0 traces of earlier runs, 0 of them unfinished");
    expect(first.output).toMatch(/A: preact is at version \d/);
    expect(first.output).toContain("failed: there is no package left-pad here");
    expect(first.output).toMatch(/^├─ rerank · RERANKER +[\d.]+ [µm]?s$/m);

    const traces = await readAll(folder);
    expect(traces.map(({ info }) => info.traceId)).toEqual([...first.traceIds].sort(byStart(traces)));
    expect(traces.map(({ info }) => [info.name, info.state])).toEqual([
      ["build index", "OK"],
      ["answer", "OK"],
      ["answer", "OK"],
      ["answer", "OK"],
      ["answer", "OK"],
      ["answer", "ERROR"],
    ]);
    const answered = traces[1];
    const documents = spanNamed(answered, "retrieve").outputs as { metadata: { doc_uri: string } }[];
    expect(documents.some(({ metadata }) => metadata.doc_uri === "comlink/README.md")).toBe(true);
    expect(spanNamed(answered, "compose")).toMatchObject({
      type: "LLM",
      model: "extractive-1",
      provider: "spanbook-demo",
    });
    expect(String(spanNamed(answered, "compose").outputs)).toMatch(/\[\d\]/);
    expect(answered?.info.tokenUsage?.outputTokens).toBeGreaterThan(5);
    const failure = spanNamed(traces[5], "packageFacts").span.events?.[0]?.attributes;
    expect(failure?.["exception.message"]).toBe("there is no package left-pad here");
    expect(failure?.["exception.stacktrace"]).toMatch(/quickstart\.mjs:\d+[\s\S]*Caused by: Error: ENOENT/);

    // The two that were asked at the same time: each has its own spans, and they overlap.
    const [left, right] = [traces[3], traces[4]];
    expect(left?.data.spans.map(({ name }) => name).sort()).toEqual(
      right?.data.spans.map(({ name }) => name).sort(),
    );
    expect(BigInt(right?.info.startTimeUnixNano ?? 0)).toBeLessThan(
      BigInt(spanNamed(left, "answer").span.endTimeUnixNano ?? 0),
    );

    const otlp = toProtobuf(await readFile(path.join(folder, "traces.otlp.json"), "utf8"));
    expect(JSON.stringify(otlp).match(/"spanId"/g)).toHaveLength(
      traces.reduce((sum, { info }) => sum + info.spanCount, 0),
    );
    expect((await stat(path.join(folder, "report.html"))).size).toBeGreaterThan(10_000);

    const second = await runDemo(folder);
    expect(second.output).toContain("holds 6 traces of earlier runs, 0 of them unfinished");
    expect(await readAll(folder)).toHaveLength(12);
  });

  it("leaves all that was acknowledged when it is killed midway, and what was open as unfinished", async () => {
    const folder = await temporaryFolder();
    // A model that never answers: the question stays open until the kill.
    const url = await serve(() => undefined);
    const demo = startDemo(folder, { OPENAI_BASE_URL: url });
    await untilOpenSpanIsStored(folder);
    demo.child.kill("SIGKILL");
    const killed = await endOf(demo);
    expect(killed.traceIds).toHaveLength(1);

    const next = await runDemo(folder);
    expect(next.output).toContain("holds 2 traces of earlier runs, 1 of them unfinished");
    const traces = await readAll(folder);
    expect(traces).toHaveLength(8);
    expect(traces[0]?.info).toMatchObject({ traceId: killed.traceIds[0], state: "OK", openSpanCount: 0 });
    const unfinished = traces[1];
    expect(unfinished?.info).toMatchObject({ name: "answer", state: "UNFINISHED", openSpanCount: 2 });
    expect(spanNamed(unfinished, "answer").inputs).toEqual({
      question: "What does Comlink do to values that are sent to a worker?",
    });
    expect(spanNamed(unfinished, "rerank").span).toHaveProperty("endTimeUnixNano");
    expect(spanNamed(unfinished, "compose").span).not.toHaveProperty("endTimeUnixNano");
  });

  it("asks the model that OPENAI_BASE_URL names, and records its stream and usage", async () => {
    const folder = await temporaryFolder();
    const authorizations = new Set<string | undefined>();
    const url = await serve((request, response) => {
      authorizations.add(request.headers.authorization);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const content of ["Open it ", "with openDB ", "[1]."]) {
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
      }
      response.write(
        'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n',
      );
      response.end("data: [DONE]\n\n");
    });
    const { exitCode, output } = await runDemo(folder, {
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: "sk-very-secret",
    });
    expect(exitCode).toBe(0);
    expect(output).toContain("A: Open it with openDB [1].");
    expect(authorizations).toEqual(new Set(["Bearer sk-very-secret"]));
    const traces = await readAll(folder);
    expect(spanNamed(traces[1], "compose")).toMatchObject({
      outputs: "Open it with openDB [1].",
      model: "gpt-4o-mini",
    });
    expect(traces[1]?.info.tokenUsage).toEqual({ inputTokens: 7, outputTokens: 3, totalTokens: 10 });
    expect(JSON.stringify(traces)).not.toContain("sk-very-secret");
  });
});

function byStart(traces: readonly Trace[]): (a: string, b: string) => number {
  const order = traces.map(({ info }) => info.traceId);
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}

async function untilOpenSpanIsStored(folder: string): Promise<void> {
  for (;;) {
    const traces = await readAll(folder).catch(() => []);
    if (traces.some(({ data }) => data.spans.some((span) => span.name === "compose"))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
