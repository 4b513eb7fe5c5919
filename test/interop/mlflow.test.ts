import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { createTracing, SpanType } from "@spanbook/core";
import { createClient } from "@spanbook/core/client";
import { exportMlflow, importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, type Trace } from "@spanbook/core/model";
import { importOtlp } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf } from "@spanbook/core/protobuf";
import type { TraceStore } from "@spanbook/core/store";
import { uploadOtlp } from "@spanbook/core/upload";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { explainMissingPython, findPython } from "./python.mjs";
import { openServer, type RunningServer } from "./servers.js";

const python = findPython("python");
const script = fileURLToPath(new URL("mlflow/traces.py", import.meta.url));
const quiet = {
  ...{ MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true", MLFLOW_ENABLE_ASYNC_TRACE_LOGGING: "false" },
  ...{ PYTHONWARNINGS: "ignore", PYTHONDONTWRITEBYTECODE: "1" },
};

let folder: string;
let server: RunningServer | undefined;
let uri: string;

beforeAll(async () => {
  if (python === undefined) return;
  folder = await mkdtemp(path.join(tmpdir(), "spanbook-mlflow-"));
  server = await openServer(
    (port) => [
      ...([python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port)] as const),
      ...[
        "--backend-store-uri",
        "sqlite:///traces.db",
        "--artifacts-destination",
        "artifacts",
        "--workers",
        "1",
      ],
    ],
    { cwd: folder, env: { ...process.env, ...quiet } },
  );
  uri = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});
beforeEach(({ skip }) => {
  if (python === undefined) skip(explainMissingPython("python"));
});

/** What the script prints: traces, one per line. */
async function mlflow(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, ...quiet, ...env }, maxBuffer: 2 ** 28 };
  const { stdout } = await promisify(execFile)(python!, [script, ...args], options);
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .join("\n");
}

async function createExperiment(name: string): Promise<string> {
  const response = await fetch(`${uri}/api/2.0/mlflow/experiments/create`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
  return ((await response.json()) as { experiment_id: string }).experiment_id;
}

async function aStoreOfMlflow(text: string): Promise<TraceStore> {
  const store = createMemoryStore();
  expect(await importMlflow(store, text)).toMatchObject({ errors: [] });
  return store;
}

async function wholeTraces(store: TraceStore): Promise<Trace[]> {
  const { traces } = await store.search({ includeSpans: true, orderBy: ["timestamp_ms ASC"] });
  return [...traces];
}

/** What a user sees of a trace, wherever it is shown. */
function seen({ info, data }: Trace) {
  const { traceId, name, state, sessionId, userId, tokenUsage } = info;
  return {
    ...{ traceId, name, state, sessionId, userId, tokenUsage },
    // Without what its server adds: tags of its own, a cost by its own prices.
    tags: Object.fromEntries(
      Object.entries(info.tags).filter(([key]) => !key.startsWith("mlflow.") && key !== "service.name"),
    ),
    spans: data.spans.map((span) => ({
      ...{ spanId: span.spanId, parentSpanId: span.parentSpanId, name: span.name },
      ...{ start: span.startTimeUnixNano, end: span.endTimeUnixNano, status: span.status?.code },
      events: span.events?.map((event) => event.name),
      description: { ...describeSpan(span), cost: undefined, sessionId: undefined, userId: undefined },
    })),
    // The server gives assessments ids of its own.
    assessments: info.assessments
      ?.toSorted(byName)
      .map(({ name: what, type, value, error, source, rationale, spanId, valid }) => {
        return { name: what, type, value, error, source, rationale, spanId, valid: valid };
      }),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Two traces as a program records them, and assessments of them. */
async function recorded() {
  const store = createMemoryStore();
  const tracing = createTracing({ store, serviceName: "interop" });
  for (const topic of ["law", "größe 😀"]) {
    await tracing.withSpan(
      async (agent) => {
        agent.setInputs({ question: topic, n: 0, flag: false, none: null });
        tracing.updateCurrentTrace({ tags: { topic, "a.b c": "x" }, sessionId: "s1", userId: "u1" });
        const documents = [{ page_content: "Paris", metadata: { doc_uri: "a.txt" }, id: "d1" }];
        await tracing.withSpan(async () => documents, { name: "retrieve", spanType: SpanType.RETRIEVER });
        const model = tracing.startSpan({ name: "model", spanType: SpanType.CHAT_MODEL });
        model.setInputs({ messages: [{ role: "user", content: "Where?" }] });
        model.setOutputs({ choices: [{ message: { role: "assistant", content: "There." } }] });
        model.setAttribute("mlflow.chat.tokenUsage", { input_tokens: 5, output_tokens: 2, total_tokens: 7 });
        model.setAttribute("mlflow.llm.model", "gpt-5");
        model.end();
        await tracing
          .withSpan(
            async () => {
              throw new RangeError("no");
            },
            { name: "fail", spanType: SpanType.TOOL },
          )
          .catch(() => undefined);
        agent.setOutputs(["done", { at: 0.5 }]);
      },
      { name: "ask", spanType: SpanType.AGENT },
    );
  }
  await tracing.flush();
  const client = createClient(store);
  const [trace] = await wholeTraces(store);
  const about = { traceId: trace!.info.traceId };
  const good = await client.logFeedback({
    ...about,
    name: "good",
    value: 0.5,
    rationale: "half",
    metadata: { a: "b" },
  });
  await client.logFeedback({ ...about, name: "span", value: "ok", spanId: trace!.data.spans[1]!.spanId });
  await client.logExpectation({ ...about, name: "answer", value: { city: "Paris" } });
  const gone = await client.logFeedback({ ...about, name: "gone", value: true });
  return { store, client, about, good, gone };
}

describe("an MLflow server", () => {
  test.for(["http/json", "http/protobuf"] as const)(
    "shows what was uploaded as %s: names, tree, inputs, outputs, types, tokens, tags, assessments",
    async (protocol) => {
      const { store, client, about, good, gone } = await recorded();
      const experimentId = await createExperiment(`uploaded ${protocol}`);
      const options = {
        ...{ endpoint: `${uri}/v1/traces`, protocol, timeoutMs: 60_000 },
        headers: { "x-mlflow-experiment-id": experimentId },
      };
      const planned = await uploadOtlp(store, { ...options, dryRun: true });
      expect(planned).toMatchObject({ sent: 8, traces: [{ spans: 4 }, { spans: 4 }] });
      expect(await uploadOtlp(store, options)).toMatchObject({
        sent: 8,
        rejected: 0,
        assessments: 4,
        messages: [],
      });

      const there = await aStoreOfMlflow(await mlflow(["read", uri, experimentId]));
      expect((await wholeTraces(there)).map(seen)).toEqual((await wholeTraces(store)).map(seen));

      await client.updateAssessment(about.traceId, good.assessmentId, { value: 1, rationale: "whole" });
      await client.deleteAssessment(about.traceId, gone.assessmentId);
      await client.logFeedback({ ...about, name: "late", value: ["a"] });
      expect(await uploadOtlp(store, options)).toMatchObject({
        sent: 0,
        alreadySent: 8,
        assessments: 3,
        messages: [],
      });
      expect(await uploadOtlp(store, options)).toMatchObject({ sent: 0, assessments: 0, requests: 0 });
      const later = await aStoreOfMlflow(await mlflow(["read", uri, experimentId]));
      expect((await wholeTraces(later)).map(seen)).toEqual((await wholeTraces(store)).map(seen));
    },
  );

  test("gives traces, made by hand and by autolog, that arrive here the same as JSON and over OTLP", async () => {
    const received = createMemoryStore();
    const receiver = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const bytes = Buffer.concat(chunks);
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
        await importOtlp(received, JSON.stringify(decodeOtlpProtobuf(body)));
        response.writeHead(200, { "Content-Type": "application/x-protobuf" }).end();
      })();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    const text = await mlflow(["make", uri], {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: "true",
    });
    await new Promise((resolve) => receiver.close(resolve));

    const imported = await wholeTraces(await aStoreOfMlflow(text));
    expect(imported).toHaveLength(2);
    const [byHand, byAutolog] = imported.map(seen);
    expect(byHand).toMatchObject({
      ...{ name: "ask", state: "OK", sessionId: "s1", userId: "alice", tags: { topic: "geo", "x.y z": "é" } },
      spans: [
        {
          name: "ask",
          description: {
            type: "AGENT",
            inputs: { question: "Where?" },
            outputs: { answer: "France", n: 2 ** 40, none: null },
          },
        },
        {
          name: "retrieve",
          description: {
            type: "RETRIEVER",
            documents: [{ id: "d1", content: "Paris is in France.", metadata: { doc_uri: "a.txt" } }],
          },
        },
        { name: "fail", status: 2, events: ["exception"], description: { type: "TOOL" } },
      ],
      assessments: [
        { name: "city", type: "expectation", value: { name: "Paris" } },
        { name: "good", value: true, rationale: "it is", source: { sourceType: "HUMAN", sourceId: "bob" } },
        { name: "score", value: 0.5, spanId: byHand?.spans[0]?.spanId },
      ],
    });
    expect(byAutolog).toMatchObject({
      tokenUsage: { inputTokens: 11, outputTokens: 3, totalTokens: 14 },
      spans: [
        {
          description: {
            type: "CHAT_MODEL",
            messages: [
              { role: "user", direction: "input", parts: [{ type: "text", text: "Where is Paris?" }] },
              { role: "assistant", direction: "output", parts: [{ type: "text", text: "In France." }] },
            ],
          },
        },
      ],
    });
    const sent = new Map(
      (await wholeTraces(received)).map((trace) => [trace.info.traceId, seen(trace).spans]),
    );
    for (const { traceId, spans } of imported.map(seen)) expect(sent.get(traceId)).toEqual(spans);
  });

  test("reads the files that are written for it, including assessments with their history", async () => {
    const { store, client, about, good } = await recorded();
    await client.updateAssessment(about.traceId, good.assessmentId, { value: 1 });
    for (const schema of [3, 2] as const) {
      let text = "";
      for await (const piece of exportMlflow(store, { schema })) text += piece;
      const file = path.join(folder, "traces.jsonl");
      await writeFile(file, text);
      const back = await aStoreOfMlflow(await mlflow(["check", file]));
      const [before, after] = [await wholeTraces(store), await wholeTraces(back)];
      if (schema === 3) {
        expect(after.map(seen)).toEqual(before.map(seen));
        expect(after.map(({ info }) => info.assessments)).toEqual(before.map(({ info }) => info.assessments));
      } else {
        expect(after.map((trace) => seen(trace).spans)).toEqual(before.map((trace) => seen(trace).spans));
      }
    }
  });
});
