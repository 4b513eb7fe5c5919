import { createMemoryStore } from "@spanbook/core/memory";
import { expect, test } from "vitest";
import { readDigests } from "../../packages/widget/src/reading/read-digests.js";
import { toReader, type TraceReader } from "../../packages/widget/src/reading/source.js";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, traceId, type SpanSketch } from "../support/spans.js";
import { largeTrace } from "../support/traces.js";

const id = traceId(1);

test("a growing trace is read as it is, in whatever order its spans arrive and end", async () => {
  for (let seed = 0; seed < 25; seed++) {
    const random = createRandom(seed);
    const store = createMemoryStore();
    const open = new Map<number, SpanSketch>([[1, { id: 1, startMs: 0 }]]);
    await store.write(aBatch([aSpan({ ...open.get(1), open: true })]));
    let known = await readDigests(store, id, undefined);
    for (let step = 0, next = 2; step < 12; step++) {
      const startMs = random.chance(0.8) ? step * 10 : random.integer(0, step * 10);
      const sketch = { id: next, parent: random.integer(1, next - 1), startMs };
      if (random.chance(0.4)) open.set(next, sketch);
      await store.write(aBatch([aSpan({ ...sketch, open: open.has(next), endMs: startMs + 5 })]));
      next++;
      for (const [spanId, opened] of open) {
        if (!random.chance(0.3)) continue;
        const status = random.chance(0.3) ? "ERROR" : "OK";
        await store.write(aBatch([aSpan({ ...opened, endMs: 500, status })]));
        open.delete(spanId);
      }
      known = await readDigests(store, id, known);
      const whole = await store.get(id, { include: "digests" });
      expect(known, `seed ${seed}`).toEqual({ info: whole?.info, digests: whole?.data.digests });
    }
  }
});

test("when a large trace grew by one span, only what can have changed is read", async () => {
  const store = createMemoryStore();
  const spans = Array.from({ length: 300 }, (_, i) =>
    aSpan({ id: i + 1, ...(i > 0 && { parent: 1 }), startMs: i, endMs: i + 1, open: i === 0 }),
  );
  await store.write(aBatch(spans));
  const known = await readDigests(store, id, undefined);
  await store.write(aBatch([aSpan({ id: 301, parent: 1, startMs: 900, endMs: 901 })]));
  let readCount = 0;
  const get: TraceReader["get"] = async (...query) => {
    const found = await store.get(...query);
    readCount += found?.data.digests.length ?? 0;
    return found;
  };
  expect((await readDigests({ ...store, get }, id, known))?.digests).toHaveLength(301);
  expect(readCount).toBe(2);
  expect(await readDigests(store, traceId(2), known)).toBeUndefined();
});

test("a large trace is read in parts, each reported before the next is asked for", async () => {
  const reader = toReader(largeTrace(31_000));
  const all = await reader.get(id, { include: "digests" });
  const counts: number[] = [];
  const whole = await readDigests(reader, id, undefined, undefined, ({ digests, isPartial }) => {
    expect(isPartial).toBe(true);
    counts.push(digests.length);
  });
  expect(counts).toEqual([5000, 30_000]);
  expect(whole?.isPartial).toBeUndefined();
  expect(whole?.digests).toEqual(all?.data.digests);
});

test("an aborted reading of a large trace resumes after the part that was read", async () => {
  const reader = toReader(largeTrace(12_000));
  const controller = new AbortController();
  let part: Awaited<ReturnType<typeof readDigests>>;
  const given = readDigests(reader, id, undefined, controller.signal, (told) => {
    part = told;
    controller.abort();
  });
  await expect(given).rejects.toMatchObject({ name: "AbortError" });
  const afters: unknown[] = [];
  const get: TraceReader["get"] = (traceIdAsked, options) => {
    afters.push(options?.after?.spanId);
    return reader.get(traceIdAsked, options);
  };
  const whole = await readDigests({ ...reader, get }, id, part);
  expect(whole?.digests).toHaveLength(12_000);
  expect(afters).toEqual([part?.digests.at(-1)?.spanId]);
});

test("a large trace is read again if a span that began earlier arrived in between", async () => {
  const trace = largeTrace(6000);
  const [root, , ...others] = trace.data.spans;
  const before = toReader({ ...trace, data: { ...trace.data, spans: [root!, ...others] } });
  const reader = toReader(trace);
  const get: TraceReader["get"] = (traceIdAsked, options) =>
    (options?.maxSpans && !options.after ? before : reader).get(traceIdAsked, options);
  expect((await readDigests({ ...reader, get }, id, undefined))?.digests).toHaveLength(6000);
});
