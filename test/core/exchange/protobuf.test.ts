import { createRequire } from "node:module";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf, encodeOtlpProtobuf } from "@spanbook/core/protobuf";
import { describe, expect, it } from "vitest";
import { fromProtobuf, toProtobuf, toProtobufBytes, toProtobufSpans } from "../../support/otlp-judge.js";
import { createRandom } from "../../support/random.js";
import { randomOtlp } from "../../support/random-otlp.js";

/** A random document as our exporter writes it. */
async function exported(seed: number): Promise<string> {
  const store = createMemoryStore();
  await importOtlp(store, randomOtlp(seed).text);
  let text = "";
  for await (const piece of exportOtlp(store)) text += piece;
  return text;
}

describe("OTLP as protobuf", () => {
  it("says what the JSON says, according to code made from the official schema: 100 random documents", async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const text = await exported(seed);
      const document = JSON.parse(text) as { resourceSpans: object[] };
      const filledIn = { defaults: true };
      const written = fromProtobuf(encodeOtlpProtobuf(document), filledIn);
      expect(written, `seed ${seed}`).toEqual(toProtobuf(text, filledIn));
    }
  });

  it("is decoded to a document that says the same: 100 random ones written by the official code", async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const text = await exported(seed);
      const decoded = JSON.stringify(decodeOtlpProtobuf(toProtobufBytes(text)));
      expect(toProtobufSpans(decoded), `seed ${seed}`).toEqual(toProtobufSpans(text));
      // It is still the same when imported and exported again.
      const store = createMemoryStore();
      await importOtlp(store, decoded);
      let again = "";
      for await (const piece of exportOtlp(store)) again += piece;
      expect(toProtobufSpans(again), `seed ${seed}`).toEqual(toProtobufSpans(text));
    }
  });

  it("is decoded from what OpenTelemetry's own exporter writes", async () => {
    const require = createRequire(import.meta.url);
    const { ProtobufTraceSerializer } = require("@opentelemetry/otlp-transformer") as {
      ProtobufTraceSerializer: { serializeRequest(spans: unknown[]): Uint8Array };
    };
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } =
      await import("@opentelemetry/sdk-trace-base");
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const span = provider.getTracer("lib", "1.0").startSpan("ask", { attributes: { n: 3, list: ["a"] } });
    span.addEvent("said", { x: 0.5 });
    span.end();
    const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans());
    const { traceId, spanId } = span.spanContext();
    expect(decodeOtlpProtobuf(bytes)).toMatchObject({
      resourceSpans: [
        {
          scopeSpans: [
            {
              scope: { name: "lib", version: "1.0" },
              spans: [
                {
                  ...{ traceId, spanId, name: "ask", kind: 1 },
                  attributes: [
                    { key: "n", value: { intValue: "3" } },
                    { key: "list", value: { arrayValue: { values: [{ stringValue: "a" }] } } },
                  ],
                  events: [{ name: "said", attributes: [{ key: "x", value: { doubleValue: 0.5 } }] }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it("gives a document or a TypeError if it is damaged: 2,000 random ones", async () => {
    const random = createRandom(5);
    const documents = await Promise.all(Array.from({ length: 10 }, (_, seed) => exported(seed + 1)));
    const whole = toProtobufBytes(documents.reduce((a, b) => (a.length > b.length ? a : b)));
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      const bytes = whole.slice(0, random.chance(0.3) ? random.integer(0, whole.length) : whole.length);
      for (let flips = random.integer(1, 3); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      }
      try {
        decodeOtlpProtobuf(bytes);
      } catch (error) {
        expect(error).toMatchObject({
          name: "TypeError",
          message: expect.stringMatching(/^not OTLP protobuf: ./),
        });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it("loses only the span whose values are nested too deep", async () => {
    let value: object = { stringValue: "deep" };
    for (let i = 0; i < 1000; i++) value = { arrayValue: { values: [value] } };
    const span = (id: number, attribute: object) => ({
      traceId: "1".repeat(32),
      spanId: `${id}`.repeat(16),
      startTimeUnixNano: "1",
      attributes: [{ key: "a", value: attribute }],
    });
    const spans = [span(1, value), span(2, { stringValue: "flat" })];
    const bytes = encodeOtlpProtobuf({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const result = await importOtlp(createMemoryStore(), JSON.stringify(decodeOtlpProtobuf(bytes)));
    expect(result).toMatchObject({
      spans: 1,
      errors: [
        {
          path: "resourceSpans[0].scopeSpans[0].spans[0]",
          message: "an attribute is nested deeper than 200",
        },
      ],
    });
  });
});
