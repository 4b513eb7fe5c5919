import { createMemoryStore } from "@spanbook/core/memory";
import { expect, test } from "vitest";
import { readDigests } from "../../packages/widget/src/read-digests.js";
import type { TraceReader } from "../../packages/widget/src/source.js";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, traceId, type SpanSketch } from "../support/spans.js";

const id = traceId(1);

test("a growing trace is read as it is, in whatever order its spans come and end", async () => {
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

test("of a large trace that grew by one span, only what can have changed is read", async () => {
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
