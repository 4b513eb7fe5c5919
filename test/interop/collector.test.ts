import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { uploadOtlp } from "@spanbook/core/upload";
import { describe, expect, test } from "vitest";
import { toProtobufSpans } from "../support/otlp-judge.js";
import { randomOtlp } from "../support/random-otlp.js";
import { explainMissingCollector, findCollector } from "./collector.mjs";
import { openServer } from "./servers.js";

const program = findCollector();

describe("an OpenTelemetry Collector", () => {
  test.for([
    { protocol: "http/json", gzip: false },
    { protocol: "http/json", gzip: true },
    { protocol: "http/protobuf", gzip: false },
    { protocol: "http/protobuf", gzip: true },
  ] as const)("writes what it was sent: $protocol, gzip $gzip", async (options, { skip }) => {
    if (program === undefined) return skip(explainMissingCollector());
    const folder = await mkdtemp(path.join(tmpdir(), "spanbook-collector-"));
    const file = path.join(folder, "traces.json");
    const config = path.join(folder, "config.yaml");
    const collector = await openServer((port) => {
      const text = JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
        exporters: { file: { path: file } },
        service: {
          pipelines: { traces: { receivers: ["otlp"], exporters: ["file"] } },
          telemetry: { metrics: { level: "none" } },
        },
      });
      return ["sh", "-c", `printf %s '${text}' > "$1" && exec "$0" --config "$1"`, program, config];
    });
    const store = createMemoryStore();
    for (let seed = 1; seed <= 20; seed++) await importOtlp(store, randomOtlp(seed).text);
    const ended = await endedSpans(store);
    const result = await uploadOtlp(store, {
      ...{ endpoint: `http://127.0.0.1:${collector.port}/v1/traces`, ...options },
      maxRequestSpans: 50,
    });
    expect(result).toMatchObject({ sent: ended.size, rejected: 0, messages: [] });
    await collector.close();

    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const written = new Map(lines.flatMap((line) => [...toProtobufSpans(line)]));
    expect(filledIn(written)).toEqual(filledIn(ended));
    // And back: its file is read here as it was written there.
    const copy = createMemoryStore();
    expect(await importOtlp(copy, { path: file })).toMatchObject({ spans: ended.size, errors: [] });
    expect(filledIn(await endedSpans(copy))).toEqual(filledIn(ended));
    await rm(folder, { recursive: true });
  });
});

/** The spans that have ended, as the schema reads them. */
async function endedSpans(store: TraceStore): Promise<Map<string, unknown>> {
  let text = "";
  for await (const piece of exportOtlp(store)) text += piece;
  const spans = [...toProtobufSpans(text)];
  return new Map(
    spans.filter(
      ([, value]) => (value as { span: { endTimeUnixNano: string } }).span.endTimeUnixNano !== "0",
    ),
  );
}

const emptyOrigin = { attributes: [], droppedAttributesCount: 0 };
const empty: Record<string, object> = {
  resource: { ...emptyOrigin, entityRefs: [] },
  scope: { ...emptyOrigin, name: "", version: "" },
  status: { code: 0, message: "" },
  value: {},
};

/** The collector does not tell an absent message from an empty one. */
function filledIn(spans: Map<string, unknown>): Map<string, unknown> {
  const text = JSON.stringify([...spans], (key, value: unknown) =>
    value === null ? (empty[key] ?? null) : value,
  );
  return new Map(JSON.parse(text) as [string, unknown][]);
}
