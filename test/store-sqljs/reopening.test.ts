import { writeFileSync } from "node:fs";
import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Batch, TraceStore } from "@spanbook/core/store";
import { describe, expect, it } from "vitest";
import { randomPatch, randomRecord } from "../support/random-spans.js";
import { createRandom, type Random } from "../support/random.js";
import { aBatch, aSpan, getInfo, recordOf, searchInfos, traceId } from "../support/spans.js";
import { contentOf, copyAsKilled, failureOf, filesBeside, newPath, open } from "./support.js";

describe("a file that is reopened", { timeout: 30_000 }, () => {
  it("has nothing beside it once its store is closed, and holds everything that was written", async () => {
    const file = newPath();
    const store = await open(file);
    await store.write(aBatch([aSpan(), aSpan({ id: 2, parent: 1 })]));
    const before = await contentOf(store);
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(await contentOf(await open(file))).toEqual(before);
  });

  it("has what was recorded until its store was closed, even without a flush", async () => {
    for (const readBefore of [false, true]) {
      const file = newPath();
      const store = await open(file);
      const tracing = createTracing({ store });
      if (readBefore) await tracing.withSpan(async () => store.search({}), { name: "asks" });
      tracing.startSpan({ name: "open" });
      tracing.withSpan(() => tracing.withSpan(() => "late", { name: "inner" }), { name: "outer" });
      tracing.withSpan((span) => span.updateTrace({ tags: { topic: "law" } }), { name: "last" });
      await store.close();
      const { traces } = await (await open(file)).search({});
      expect(traces.map(({ info }) => [info.name, info.state, info.tags["topic"]])).toEqual([
        ["last", "OK", "law"],
        ["outer", "OK", undefined],
        ["open", "UNFINISHED", undefined],
        ...(readBefore ? [["asks", "OK", undefined]] : []),
      ]);
    }
  });

  it("is created at once, with its folder", async () => {
    const file = newPath().replace("traces.db", "out/of/here.db");
    await open(file);
    expect(filesBeside(file)).toEqual(["here.db", "here.db-lock"]);
  });

  it("is treated as new if it is empty", async () => {
    const file = newPath();
    writeFileSync(file, "");
    const store = await open(file);
    await store.write(aBatch([aSpan()]));
    await store.close();
    expect((await (await open(file)).search({})).traces).toHaveLength(1);
  });

  it("shows what a recorder left open as unfinished, and that is a change", async () => {
    const file = newPath();
    const store = await open(file);
    await store.write(aBatch([aSpan({ open: true }), aSpan({ trace: 2 })]));
    const { revision } = await store.changes(0, 10);
    const killed = copyAsKilled(file);
    await store.close();
    for (const again of [await open(file), await open(killed)]) {
      expect((await getInfo(again)).state).toBe("UNFINISHED");
      const { changes } = await again.changes(revision, 10);
      expect(changes.map((change) => change.traceId)).toEqual([traceId(1)]);
    }
  });

  it("shows a trace in progress again when its recorder goes on, unless that had ended", async () => {
    const file = newPath();
    const first = await open(file);
    await first.write(aBatch([aSpan({ trace: 1, open: true })], { recorderId: "goes-on" }));
    await first.write(aBatch([aSpan({ trace: 2, open: true })], { recorderId: "ended", final: true }));
    await first.close();
    const second = await open(file);
    const { revision } = await second.changes(0, 10);
    await second.write(aBatch([aSpan({ trace: 3 })], { recorderId: "goes-on" }));
    await second.write(aBatch([aSpan({ trace: 4 })], { recorderId: "ended" }));
    expect([(await getInfo(second, 1)).state, (await getInfo(second, 2)).state]).toEqual([
      "IN_PROGRESS",
      "UNFINISHED",
    ]);
    const { changes } = await second.changes(revision, 10);
    expect(changes.map((change) => change.traceId).sort()).toEqual([1, 3, 4].map(traceId));
  });

  it("remembers which recorders a deleted trace is closed to", async () => {
    const file = newPath();
    const first = await open(file);
    await first.write(aBatch([aSpan()]));
    await first.delete({ traceIds: [traceId(1)] });
    const killed = copyAsKilled(file);
    await first.close();
    for (const again of [await open(file), await open(killed)]) {
      await again.write(aBatch([recordOf(aSpan(), 2)]));
      expect(await again.get(traceId(1))).toBeUndefined();
      await again.write(aBatch([aSpan()], { recorderId: "import-1" }));
      expect((await getInfo(again)).spanCount).toBe(1);
    }
  });

  it("gives the same after a deletion if the journal is replayed on a file that already has part of it", async () => {
    const file = newPath();
    const store = await open(file, { journalMinBytes: 1 });
    await store.write(aBatch([aSpan()]));
    await store.delete({ traceIds: [traceId(1)] });
    await store.write(aBatch([aSpan({ name: "imported" })], { recorderId: "import-1" }));
    await contentOf(store);
    const again = await open(copyAsKilled(file));
    expect((await getInfo(again)).name).toBe("imported");
  });

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(
      `matches the memory store, closed and killed in between, seed ${seed}`,
      { timeout: 60_000 },
      async () => {
        await compareThroughSessions(createRandom(seed));
      },
    );
  }
});

describe("writeSync", { timeout: 30_000 }, () => {
  it("writes the batch to disk at once, with those that are not yet acknowledged", async () => {
    const file = newPath();
    const store = await open(file);
    const pending = store.write(aBatch([aSpan({ trace: 1 })]));
    store.writeSync(aBatch([aSpan({ trace: 2 })]));
    const killed = copyAsKilled(file);
    expect(filesBeside(killed)).toContain(`traces.db-exit-${process.pid}-1`);
    await pending;
    expect(await searchInfos(await open(killed))).toHaveLength(2);
    expect(filesBeside(killed)).toEqual(["traces.db", "traces.db-lock"]);
  });

  it("also stores the batch if the process goes on, once, and leaves nothing behind", async () => {
    const file = newPath();
    const store = await open(file);
    store.writeSync(aBatch([aSpan({ trace: 1 })]));
    store.writeSync(aBatch([aSpan({ trace: 2 })]));
    expect(await searchInfos(store)).toHaveLength(2);
    const before = await contentOf(store);
    const killed = copyAsKilled(file);
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(await contentOf(await open(file))).toEqual(before);
    expect(await contentOf(await open(killed))).toEqual(before);
  });

  it("refuses what is not a batch", async () => {
    const store = await open(newPath());
    expect(() => store.writeSync({} as Batch)).toThrow(TypeError);
  });

  it("keeps nothing beyond the life of a store in memory", async () => {
    const store = await open(":memory:");
    store.writeSync(aBatch([aSpan()]));
    expect(await searchInfos(store)).toHaveLength(1);
    expect([store.kind, store.path]).toEqual(["sqljs-memory", ":memory:"]);
  });
});

describe("a closed store", { timeout: 30_000 }, () => {
  it("refuses all calls, and may be closed again", async () => {
    const store = await open(newPath());
    await store.close();
    expect(await failureOf(store.write(aBatch([aSpan()])))).toBe("StoreClosedError: the store is closed");
    expect(() => store.writeSync(aBatch([aSpan()]))).toThrow("the store is closed");
    await store.close();
  });
});

/** For the memory store each session ends with the final batch of every live recorder, which is what a reopened file shows. */
async function compareThroughSessions(random: Random): Promise<void> {
  let file = newPath();
  const reference = createMemoryStore();
  for (let session = 1; session <= 4; session++) {
    const store = await open(file, { journalMinBytes: random.pick([1, 3000, 1e9]) });
    const recorders = [1, 2, 3].map((number) => `session-${session}-${number}`);
    const alive = new Set<string>();
    for (let step = 0; step < 25; step++) {
      if (random.chance(0.1)) {
        const selector = random.pick([{ maxTraces: 1 }, { experimentId: "7" }, { traceIds: [traceId(3)] }]);
        const counts = await Promise.all([store, reference].map((each) => each.delete(selector)));
        expect(counts[0]).toBe(counts[1]);
        continue;
      }
      const batch = randomBatch(random, random.pick(recorders), `${session}-${step}`);
      if (batch.final) alive.delete(batch.recorderId);
      else if (!alive.has(`${batch.recorderId} ended`)) alive.add(batch.recorderId);
      if (batch.final) alive.add(`${batch.recorderId} ended`);
      await writeBoth([store, reference], batch);
    }
    expect(await contentOf(store)).toEqual(await contentOf(reference));
    if (random.chance(0.5)) file = copyAsKilled(file);
    await store.close();
    for (const recorderId of alive) {
      if (!recorderId.endsWith(" ended")) await reference.write(aBatch([], { recorderId, final: true }));
    }
    const again = await open(file);
    expect(await contentOf(again)).toEqual(await contentOf(reference));
    await again.close();
  }
}

function randomBatch(random: Random, recorderId: string, id: string): Batch {
  const trace = () => random.integer(1, 6);
  return aBatch(
    Array.from({ length: random.integer(0, 5) }, () => randomRecord(random, trace())),
    {
      id,
      recorderId,
      patches: random.chance(0.3) ? [randomPatch(random, trace(), random.integer(1, 1000))] : [],
      ...(random.chance(0.05) && { final: true }),
    },
  );
}

async function writeBoth(stores: readonly TraceStore[], batch: Batch): Promise<void> {
  await Promise.all(stores.map((store) => store.write(batch)));
}
