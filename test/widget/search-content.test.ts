import { digestSpan, type Span } from "@spanbook/core/model";
import { createMemoryStore } from "@spanbook/core/memory";
import { describe, expect, test } from "vitest";
import { toContentTest } from "../../packages/widget/src/derive/content-test.js";
import { splitAll, toExcerpt } from "../../packages/widget/src/derive/visible-text.js";
import { createContentSearch, type FoundContent } from "../../packages/widget/src/reading/search-content.js";
import { toReader, type TraceReader } from "../../packages/widget/src/reading/source.js";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, spanId, traceId } from "../support/spans.js";
import { aTrace } from "../support/traces.js";

const signal = new AbortController().signal;

describe("a text in a span's content", () => {
  const span = aSpan({
    name: "compose",
    inputs: { question: "What hydration suits a Sourdough starter?", packed: '{"deep":"Lievito madre"}' },
    outputs: ["flour", 42, true],
    fields: {
      status: { code: 2, message: "no chunk mentions it" },
      events: [
        { name: "cache.miss", timeUnixNano: "1", attributes: {} },
        { name: "exception", timeUnixNano: "2", attributes: { "exception.stacktrace": "at cite:41" } },
      ],
    },
  });
  const holds = (text: string, held: Span = span) => {
    const { inSpan, inPayload } = toContentTest(text);
    const answer = inSpan(held);
    expect(inPayload(JSON.stringify(held)), text).toBe(answer);
    return answer;
  };

  test("is found in inputs, outputs, JSON within a text, events, exceptions and the status message, whatever its case", () => {
    for (const text of [
      "sourdough",
      "LIEVITO",
      "flour",
      "42",
      "true",
      "cache.miss",
      "cite:41",
      "no chunk",
      "?",
    ]) {
      expect(holds(text), text).toBe(true);
    }
  });

  test("is not found in the names that all spans have, or in ids and times", () => {
    for (const text of ["mlflow", "spanInputs", "traceId", "compose", spanId(1), "0000", "kind"]) {
      expect(holds(text), text).toBe(false);
    }
  });

  test("matches numbers and escapes as they are read, not as they are written", () => {
    const escaped = aSpan({ inputs: "x", fields: { attributes: { note: '{"n":1e3,"t":"caf\\u00e9"}' } } });
    expect(holds("1000", escaped)).toBe(true);
    expect(holds("café", escaped)).toBe(true);
    expect(holds("1e3", escaped)).toBe(false);
    expect(holds("\u212a", aSpan({ inputs: "kilo" }))).toBe(true);
  });

  test("is searched for in a text of megabytes as it is written there", () => {
    const long = aSpan({ inputs: { text: "tell me ".repeat(100_000), last: 1e3 } });
    expect(holds("TELL ME", long)).toBe(true);
    expect(holds('"last":1000', long)).toBe(true);
    expect(holds("spanInputs", long)).toBe(false);
  });

  test("is found in a payload exactly when it is found in its span", () => {
    const random = createRandom(7);
    const letters = ["a", "B", "k", "K", "é", "\u212a", '"', "\\", "\n", "1", " ", "n", "nan"];
    const word = (length: number) => Array.from({ length }, () => random.pick(letters)).join("");
    let foundCount = 0;
    for (let round = 0; round < 2000; round++) {
      const value = random.chance(0.5) ? JSON.stringify({ [word(2)]: word(6) }) : word(6);
      const text = word(random.integer(1, 3));
      if (text.trim() !== "" && holds(text, aSpan({ inputs: { value } }))) foundCount++;
    }
    expect(foundCount).toBeGreaterThan(200);
  });
});

describe("the spans of a trace that hold a text", () => {
  const spans = Array.from({ length: 600 }, (_, i) =>
    aSpan({
      id: i + 1,
      ...(i > 0 && { parent: 1 }),
      startMs: i,
      inputs: { n: i, word: i % 100 === 7 ? "Needle" : "hay" },
    }),
  );
  const digests = spans.map((span) => digestSpan(span, 1));
  const found = [7, 107, 207, 307, 407, 507].map((i) => spanId(i + 1));

  async function aStore() {
    const store = createMemoryStore();
    await store.write(aBatch(spans));
    return store;
  }

  function counted(reader: TraceReader) {
    const asked: { maxSpans: number | undefined; after: string | undefined }[] = [];
    const get: TraceReader["get"] = (id, options) => {
      asked.push({ maxSpans: options?.maxSpans, after: options?.after?.spanId });
      return reader.get(id, options);
    };
    return { reader: { ...reader, get }, asked };
  }

  const searchIn = (reader: TraceReader, nowMs = () => 0) =>
    createContentSearch({ reader, traceId: traceId(1), text: "needle", nowMs });

  test("are found in a store and in traces passed in whole, a few at first, then as many as fit", async () => {
    for (const reader of [await aStore(), toReader(aTrace(spans))]) {
      const { reader: watched, asked } = counted(reader);
      const { spanIds, lookedCount } = await searchIn(watched).look(digests, signal, () => {});
      expect([...spanIds]).toEqual(found);
      expect(lookedCount).toBe(600);
      expect(asked.map(({ maxSpans }) => maxSpans)).toEqual([20, 160, 420]);
    }
  });

  test("are reported as they are found, and an aborted search resumes where it stopped", async () => {
    let time = 0;
    const { reader, asked } = counted(await aStore());
    const search = searchIn(reader, () => time++);
    const controller = new AbortController();
    const parts: FoundContent[] = [];
    const given = search.look(digests, controller.signal, (part) => {
      parts.push(part);
      if (part.lookedCount === 180) controller.abort();
    });
    await expect(given).rejects.toMatchObject({ name: "AbortError" });
    expect(parts.map(({ lookedCount, spanIds }) => [lookedCount, spanIds.size])).toEqual([[180, 2]]);
    const { spanIds } = await search.look(digests, signal, () => {});
    expect([...spanIds]).toEqual(found);
    expect(asked.at(-1)).toEqual({ maxSpans: 420, after: spanId(180) });
  });

  test("are searched for again where a span has ended or arrived, and nowhere else", async () => {
    const store = createMemoryStore();
    const { endTimeUnixNano: _, ...open } = spans[7]!;
    const before = spans.map((span) => (span === spans[7] ? open : span));
    await store.write(aBatch(before));
    const known = before.map((span) => digestSpan(span, 1));
    const { reader, asked } = counted(store);
    const search = searchIn(reader);
    expect((await search.look(known, signal, () => {})).spanIds).toContain(spanId(8));
    asked.length = 0;

    const ended = aSpan({ id: 8, parent: 1, startMs: 7, inputs: "hay" });
    const late = aSpan({ id: 601, parent: 1, startMs: 900, inputs: "needles" });
    await store.write(aBatch([ended, late]));
    const grown = [...known.with(7, digestSpan(ended, 2)), digestSpan(late, 1)];
    const { spanIds, lookedCount } = await search.look(grown, signal, () => {});
    expect([...spanIds]).toEqual([...found.slice(1), spanId(601)]);
    expect(lookedCount).toBe(601);
    expect(asked).toEqual([
      { maxSpans: 1, after: spanId(7) },
      { maxSpans: 1, after: spanId(600) },
    ]);
  });

  test("are none in a trace that is gone, or of which only digests are known", async () => {
    const none = { spanIds: new Set(), lookedCount: 0 };
    expect(await searchIn(createMemoryStore()).look(digests, signal, () => {})).toEqual(none);
    const skeleton = toReader({ ...aTrace(spans), data: { spans: [], digests, resources: {}, scopes: {} } });
    expect(await searchIn(skeleton).look(digests, signal, () => {})).toEqual({ ...none, lookedCount: 600 });
  });
});

describe("what is searched for in a text", () => {
  test("is marked wherever it occurs, up to a limit", () => {
    expect(splitAll("A word, a WORD.", " word ", 9)).toEqual(["A ", "word", ", a ", "WORD", "."]);
    expect(splitAll("aaa", "a", 2)).toEqual(["", "a", "", "a", "a"]);
    expect(splitAll("aaa", " ", 2)).toEqual(["aaa"]);
  });

  test("is shown with what is around it if it comes late", () => {
    const text = `${"hay ".repeat(1000)}needle ${"hay ".repeat(1000)}`;
    expect(toExcerpt(text, "NEEDLE", 300)).toHaveLength(1000);
    expect(toExcerpt(text, "NEEDLE", 300)?.indexOf("needle")).toBe(200);
    expect(toExcerpt(text, "hay", 300)).toBeUndefined();
    expect(toExcerpt(text, "straw", 300)).toBeUndefined();
    expect(toExcerpt(text, "", 300)).toBeUndefined();
  });
});
