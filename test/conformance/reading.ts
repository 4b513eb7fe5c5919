import { digestSpan, type Span } from "@spanbook/core/model";
import type { GetOptions } from "@spanbook/core/store";
import { expect } from "vitest";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, getInfo, getTrace, recordOf, spanId, tokens, traceId } from "../support/spans.js";
import { outcomeOf, type Check } from "./check.js";

export function checkReading(check: Check): void {
  check("what does not exist is undefined", async (store) => {
    await store.write(aBatch([aSpan()]));
    expect(await store.get(traceId(2))).toBeUndefined();
    expect(await store.get("")).toBeUndefined();
    expect(await store.get("__proto__")).toBeUndefined();
    expect(await store.getSpan(traceId(1), spanId(2))).toBeUndefined();
    expect(await store.getSpan(traceId(2), spanId(1))).toBeUndefined();
    expect(await store.getSpan("constructor", "__proto__")).toBeUndefined();
  });

  check("spans are ordered by start, then by span id", async (store) => {
    const spans = [
      aSpan({ id: 9, startMs: 0 }),
      aSpan({ id: 2, parent: 9, startMs: 10 }),
      aSpan({ id: 3, parent: 9, startMs: 10 }),
      aSpan({ id: 1, parent: 9, startMs: 20 }),
      aSpan({ id: 4, parent: 9, startMs: 20.000001 }),
    ];
    for (const span of createRandom(1).shuffle(spans)) await store.write(aBatch([span]));
    expect((await getTrace(store)).data.spans).toEqual(spans);
  });

  check("digests come without spans and origins, in the same order, as written", async (store) => {
    const resources = { r: { attributes: {} } };
    const root = aSpan({
      startMs: 5,
      inputs: "why?",
      outputs: "so",
      experimentId: "7",
      runId: "run-1",
      sessionId: "s1",
      userId: "alice",
      fields: { resourceId: "r" },
    });
    const child = aSpan({
      id: 2,
      parent: 1,
      open: true,
      startMs: 10,
      type: "LLM",
      status: "ERROR",
      model: "gpt",
      usage: { ...tokens(1, 2), cacheReadInputTokens: 1 },
      cost: { inputCost: 0.1, outputCost: 0.2, totalCost: 0.3 },
    });
    await store.write(aBatch([recordOf(child, 3), recordOf(root, 7)], { origins: { resources } }));
    expect(await store.get(traceId(1), { include: "digests" })).toEqual({
      info: await getInfo(store),
      data: {
        spans: [],
        digests: [digestSpan(root, 7), digestSpan(child, 3)],
        resources: {},
        scopes: {},
      },
    });
  });

  check("records come as digests and as the text of each span, with the spans' origins", async (store) => {
    const resources = { r1: { attributes: { a: 1 } }, 'r"2\\': { attributes: {} } };
    const scopes = { s1: { name: "s" }, s2: { name: "of no span" } };
    const root = aSpan({ startMs: 1, attributes: { text: '"resourceId":"r9"' } });
    const spans: Span[] = [
      { ...root, resourceId: "r1", scopeId: "s1" },
      { ...aSpan({ id: 2, parent: 1, startMs: 2 }), resourceId: 'r"2\\' },
      aSpan({ id: 3, parent: 1, startMs: 3 }),
    ];
    await store.write(aBatch(spans, { origins: { resources, scopes } }));
    const { info, data } = (await store.get(traceId(1), { include: "digests" }))!;
    expect(await store.get(traceId(1), { include: "records" })).toEqual({
      info,
      data: {
        spans: [],
        digests: data.digests,
        payloads: spans.map((span) => JSON.stringify(span)),
        resources,
        scopes: { s1: scopes.s1 },
      },
    });
  });

  check("spans are read page by page, each once, while others arrive at the end", async (store) => {
    const random = createRandom(2);
    const root = aSpan({ startMs: 0 });
    const children = Array.from({ length: 250 }, (_, index) =>
      aSpan({ id: index + 2, parent: 1, startMs: random.integer(0, 40) }),
    );
    await store.write(aBatch([root, ...children]));
    const whole = (await getTrace(store)).data.spans;
    expect(whole).toHaveLength(251);
    for (const include of ["spans", "digests", "records"] as const) {
      for (const maxSpans of [1, 7, 100, 251, 1000]) {
        const seen: string[] = [];
        for (let options: GetOptions = { include, maxSpans }; ;) {
          const { info, data } = (await store.get(traceId(1), options))!;
          expect(info.spanCount).toBe(251);
          const page = include === "spans" ? data.spans : data.digests;
          const last = page.at(-1);
          if (!last) break;
          expect(page.length).toBeLessThanOrEqual(maxSpans);
          seen.push(...page.map((span) => span.spanId));
          options = {
            include,
            maxSpans,
            after: { startTimeUnixNano: last.startTimeUnixNano, spanId: last.spanId },
          };
        }
        expect(seen).toEqual(whole.map((span) => span.spanId));
      }
    }
    const after = { startTimeUnixNano: whole[99]!.startTimeUnixNano, spanId: whole[99]!.spanId };
    const late = aSpan({ id: 900, parent: 1, startMs: 50 });
    await store.write(aBatch([late]));
    const rest = (await store.get(traceId(1), { after }))!.data.spans;
    expect(rest).toEqual([...whole.slice(100), late]);
  });

  check("a page may begin after a place that has no span", async (store) => {
    await store.write(aBatch([aSpan({ id: 5, startMs: 10 }), aSpan({ id: 6, parent: 5, startMs: 10 })]));
    const start = aSpan({ startMs: 10 }).startTimeUnixNano;
    const read = async (startTimeUnixNano: string, id: number) => {
      const trace = await store.get(traceId(1), { after: { startTimeUnixNano, spanId: spanId(id) } });
      return trace!.data.spans.map((span) => span.spanId);
    };
    expect(await read("0", 1)).toEqual([spanId(5), spanId(6)]);
    expect(await read(start, 4)).toEqual([spanId(5), spanId(6)]);
    expect(await read(start, 5)).toEqual([spanId(6)]);
    expect(await read("18446744073709551615", 1)).toEqual([]);
  });

  check("an id that is not text is refused with TypeError", async (store) => {
    await store.write(aBatch([aSpan()]));
    for (const id of [undefined, null, 5, {}] as never[]) {
      const calls = [
        store.get(id),
        store.getSpan(id, spanId(1)),
        store.getSpan(traceId(1), id),
        store.search({ experimentIds: [id] }),
        store.stats({ experimentIds: [id] }),
        store.delete({ traceIds: [id] }),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => "TypeError"));
    }
  });

  const badOptions: [string, string, unknown][] = [
    ["maxSpans is 0", "RangeError", { maxSpans: 0 }],
    ["maxSpans is not an integer", "RangeError", { maxSpans: 1.5 }],
    ["include is unknown", "TypeError", { include: "everything" }],
    ["after has no valid time", "TypeError", { after: { startTimeUnixNano: "x", spanId: spanId(1) } }],
    ["after has no valid span id", "TypeError", { after: { startTimeUnixNano: "1", spanId: "1" } }],
  ];
  for (const [what, name, options] of badOptions) {
    check(`reading rejects with ${name} if ${what}`, async (store) => {
      await store.write(aBatch([aSpan()]));
      expect(await outcomeOf(store.get(traceId(1), options as GetOptions))).toBe(name);
      expect(await outcomeOf(store.get(traceId(2), options as GetOptions))).toBe(name);
    });
  }
}
