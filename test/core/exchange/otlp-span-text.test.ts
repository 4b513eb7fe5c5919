import { describe, expect, it } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Span } from "@spanbook/core/model";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { writeSpanText } from "../../../packages/core/src/exchange/otlp-span-text.js";
import { toResourceSpans } from "../../../packages/core/src/exchange/otlp-write.js";
import { mutate } from "../../support/mutate.js";
import { createRandom } from "../../support/random.js";
import { randomOtlp } from "../../support/random-otlp.js";
import { aBatch, aSpan, traceId } from "../../support/spans.js";

const noOrigins = { resources: {}, scopes: {} };

/** The OTLP span as text, made by way of the object. */
function toText(span: Span): string {
  const [group] = toResourceSpans([span], noOrigins) as { scopeSpans: { spans: object[] }[] }[];
  return JSON.stringify(group?.scopeSpans[0]?.spans[0]);
}

async function payloadsOf(seed: number): Promise<string[]> {
  const store = createMemoryStore();
  await importOtlp(store, randomOtlp(seed).text);
  const { traces } = await store.search({ maxResults: 1000 });
  const found = await Promise.all(traces.map(({ info }) => store.get(info.traceId, { include: "records" })));
  return found.flatMap((trace) => trace?.data.payloads ?? []);
}

describe("a payload as the text of an OTLP span", () => {
  it("equals the text of the parsed span, or is left to the parser: 300 random documents", async () => {
    const counts = { written: 0, left: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      for (const payload of await payloadsOf(seed)) {
        const written = writeSpanText(payload);
        counts[written ? "written" : "left"]++;
        if (!written) continue;
        const span = JSON.parse(payload) as Span;
        expect(written, payload).toEqual({
          text: toText(span),
          resourceId: span.resourceId,
          scopeId: span.scopeId,
        });
      }
    }
    expect(Math.min(counts.written, counts.left)).toBeGreaterThan(50);
  });

  it("is always JSON, and is only written if the payload is JSON too, however that is damaged", async () => {
    const random = createRandom(1);
    const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
    const payloads = (await Promise.all(seeds.map(payloadsOf)))
      .flat()
      .map((payload) => new TextEncoder().encode(payload));
    let written = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = new TextDecoder().decode(mutate(random.pick(payloads), random));
      const text = writeSpanText(damaged)?.text;
      if (text === undefined) continue;
      written++;
      expect(() => void JSON.parse(damaged), damaged).not.toThrow();
      expect(() => void JSON.parse(text), damaged).not.toThrow();
    }
    expect(written).toBeGreaterThan(100);
  });

  it.each<[string, Partial<Span>]>([
    [
      "texts, flags, integers, fractions and nothing",
      { attributes: { a: 'é"\\\n', b: true, c: -3, d: 0.25, e: null } },
    ],
    ["lists and objects", { attributes: { list: [1, ["a", {}], []], object: { deep: { a: 1 } } } }],
    [
      "events and links",
      {
        events: [
          { timeUnixNano: "1", name: "e", attributes: { a: 1 } },
          { timeUnixNano: "2", name: "" },
        ],
        links: [],
      },
    ],
    ["a status with a message", { status: { code: 2, message: "no" } }],
    ["origins anywhere", { resourceId: "r" }],
  ])("needs no object for %s", (_, fields) => {
    const { traceId: id, ...others } = aSpan();
    for (const span of [
      { ...aSpan(), ...fields },
      { ...fields, traceId: id, ...others, ...fields },
    ] as Span[]) {
      expect(writeSpanText(JSON.stringify(span))?.text).toBe(toText(span));
    }
  });

  it.each(["[", '{"a":', "[{"])("does not overflow the stack if %s is repeated 200,000 times", (open) => {
    const payload = `{"attributes":{"a":${open.repeat(200_000)}`;
    expect(writeSpanText(payload)).toBeUndefined();
  });
});

describe("an export", () => {
  it("throws StoreCorruptError if a store's payload is not JSON", async () => {
    const store = createMemoryStore();
    const batch = aBatch([aSpan()]);
    await store.write({ ...batch, spans: batch.spans.map((record) => ({ ...record, payload: "{" })) });
    await expect(exportAll(store)).rejects.toMatchObject({ name: "StoreCorruptError" });
  });

  it("accepts a store that gives spans where records are asked for", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan(), aSpan({ id: 2, parent: 1 })]));
    const older = { ...store, get: (id: string) => store.get(id) };
    expect(await exportAll(older)).toBe(await exportAll(store));
    expect(await exportAll(store)).toContain(traceId(1));
  });
});

async function exportAll(store: Parameters<typeof exportOtlp>[0]): Promise<string> {
  let text = "";
  for await (const piece of exportOtlp(store)) text += piece;
  return text;
}
