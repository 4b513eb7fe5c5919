import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { importOtlp, type ImportResult } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { afterAll, describe, expect, it } from "vitest";
import { damage, mutate } from "../../support/mutate.js";
import { createRandom } from "../../support/random.js";
import { randomOtlp } from "../../support/random-otlp.js";
import { isSoak } from "../../support/soak.js";
import { spanId, traceId } from "../../support/spans.js";

const documentCount = isSoak ? 10_000 : 1000;

afterAll(() => {
  if (isSoak) console.log(`${damage.inputs} damaged inputs, ${damage.bytes} bytes`);
});

/** The result of an import, or the message of its error; anything but a plain refusal is thrown on. */
async function outcomeOf(importing: Promise<ImportResult>): Promise<ImportResult | string> {
  try {
    const result = await importing;
    for (const { line, path, message } of result.errors) {
      expect(line).toBeGreaterThan(0);
      expect(path).toMatch(/^(|resourceSpans|data|info)/);
      expect(message).not.toBe("");
    }
    return result;
  } catch (error) {
    const { name, message } = error as Error;
    expect(name, (error as Error).stack).toMatch(/^(TypeError|RangeError)$/);
    return message;
  }
}

async function idsIn(store: TraceStore): Promise<Set<string>> {
  const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
  return new Set(traces.flatMap(({ data }) => data.spans.map((span) => `${span.traceId} ${span.spanId}`)));
}

/** Small documents and their ids, found by importing each undamaged. */
async function documents(): Promise<{ bytes: Uint8Array; ids: Set<string> }[]> {
  const made = Array.from({ length: 60 }, async (_, seed) => {
    const text = JSON.stringify(
      JSON.parse(randomOtlp(seed + 1).text.replace(/(?<=[:[,]\s*)-?\d{16,}/g, "5")),
    );
    const store = createMemoryStore();
    await importOtlp(store, text);
    return { bytes: new TextEncoder().encode(text), ids: await idsIn(store) };
  });
  return (await Promise.all(made)).filter(({ ids, bytes }) => ids.size > 0 && bytes.length < 6000);
}

function linesOf(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.flatMap((part) => [part, new Uint8Array([10])])));
}

describe("a damaged file", () => {
  it("is refused in one sentence, or read with its errors reported: random OTLP documents", async () => {
    const random = createRandom(1);
    const whole = await documents();
    for (let i = 0; i < documentCount; i++) {
      const { bytes } = random.pick(whole);
      const outcome = await outcomeOf(importOtlp(createMemoryStore(), mutate(bytes, random)));
      if (typeof outcome === "string") expect(outcome).toMatch(/^not OTLP JSON: line \d+: ./);
    }
  });

  it("loses nothing of its other lines unreported, and nothing at all if the first line is whole", async () => {
    const random = createRandom(2);
    const whole = await documents();
    for (let i = 0; i < documentCount / 4; i++) {
      const lines = Array.from({ length: 6 }, () => random.pick(whole));
      const bad = random.integer(0, 5);
      // The damage must stay within its line: a new line break would make another file.
      const injured = mutate(lines[bad]!.bytes, random).filter((byte) => byte !== 10);
      const store = createMemoryStore();
      const parts = lines.map(({ bytes }, index) => (index === bad ? injured : bytes));
      const outcome = await outcomeOf(importOtlp(store, linesOf(parts)));
      const kept = await idsIn(store);
      const lost = lines.flatMap(({ ids }, index) =>
        index === bad ? [] : [...ids].filter((id) => !kept.has(id)),
      );
      const isTold = typeof outcome === "string" || outcome.errors.length > 0;
      expect(lost.length === 0 || (bad === 0 && isTold), `file ${i}`).toBe(true);
    }
  });

  it("is refused in one sentence, or read with its errors reported: MLflow traces", async () => {
    const random = createRandom(3);
    const fixture = readFileSync(new URL("../../fixtures/mlflow/trace-v3.json", import.meta.url));
    for (let i = 0; i < documentCount / 2; i++) {
      await outcomeOf(importMlflow(createMemoryStore(), mutate(fixture, random)));
    }
  });

  it("is refused if its gzip is broken", async () => {
    const random = createRandom(4);
    const zipped = gzipSync(randomOtlp(3).text);
    for (let i = 0; i < documentCount / 10; i++) {
      const bytes = mutate(zipped, random);
      bytes[0] = 0x1f;
      bytes[1] = 0x8b;
      await outcomeOf(importOtlp(createMemoryStore(), bytes));
    }
  });

  it("cannot change a prototype", async () => {
    const attributes = `[{"key":"__proto__","value":{"kvlistValue":{"values":[{"key":"polluted","value":{"boolValue":true}}]}}}]`;
    const span = `{"traceId":"${traceId(1)}","spanId":"${spanId(1)}","startTimeUnixNano":"1","__proto__":{"polluted":1},"attributes":${attributes}}`;
    const store = createMemoryStore();
    await importOtlp(
      store,
      `{"__proto__":{"polluted":1},"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`,
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const read = await store.getSpan(traceId(1), spanId(1));
    expect(Object.keys(read?.attributes ?? {})).toEqual(["__proto__"]);
  });
});

describe("a very large file", () => {
  const mebibyte = 2 ** 20;

  it("is refused once an element, or an MLflow trace, exceeds 2^28 characters, however small its gzip is", async () => {
    const piece = " ".repeat(mebibyte);
    async function* bomb(start: string) {
      yield start;
      // Far more than any limit, so that reading on would show.
      for (let i = 0; i < 4096; i++) yield piece;
    }
    await expect(importOtlp(createMemoryStore(), bomb('{"resourceSpans":[{"a":"'))).rejects.toThrow(
      "an element is longer than 268435456 characters",
    );
    await expect(importMlflow(createMemoryStore(), bomb('{"info":"'))).rejects.toThrow(
      "a document is longer than 268435456 characters",
    );
  });

  it("is read if its elements are not too large, with few of them in memory", async () => {
    const text = "x".repeat(mebibyte / 2);
    // 2 GB, or 64 MB.
    const count = isSoak ? 4096 : 128;
    let [given, written, mostWaiting] = [0, 0, 0];
    async function* document() {
      yield '{"resourceSpans":[';
      for (given = 1; given <= count; given++) {
        mostWaiting = Math.max(mostWaiting, given - written);
        yield `${given > 1 ? "," : ""}{"scopeSpans":[{"spans":[{"traceId":"${traceId(given)}","spanId":"${spanId(given)}","startTimeUnixNano":"1","attributes":[{"key":"a","value":{"stringValue":"${text}"}}]}]}]}`;
      }
      yield "]}";
    }
    const write = async ({ spans }: { readonly spans: readonly unknown[] }) => void (written += spans.length);
    const store = { ...createMemoryStore(), write };
    expect(await importOtlp(store, document())).toMatchObject({ spans: count, errors: [] });
    expect(mostWaiting).toBeLessThan(24);
  });
});
