/** A worker thread that dies while its process lives on: another one takes over. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, getInfo, recordOf, searchInfos, traceId } from "../support/spans.js";
import { failureOf, filesBeside, newFolder, newPath, open } from "./support.js";

/** The workers started while the test runs, in order. */
function watchWorkers(): Worker[] {
  const workers: Worker[] = [];
  const note = (worker: Worker) => void workers.push(worker);
  process.on("worker", note);
  onTestFinished(() => void process.off("worker", note));
  return workers;
}

const died = "StoreWorkerError: the store's worker ended with exit code 1";

describe("a store whose worker dies", { timeout: 60_000 }, () => {
  it("repeats writes that were not acknowledged, and rejects pending reads", async () => {
    const file = newPath();
    const workers = watchWorkers();
    const failures: string[] = [];
    const store = await open(file, { onError: ({ name, message }) => failures.push(`${name}: ${message}`) });
    await store.write(aBatch([aSpan({ open: true })]));
    const asked = [store.search({}), store.stats({}), store.changes(0, 10)];
    const written = store.write(aBatch([aSpan({ trace: 2 })]));
    void workers[0]!.terminate();
    for (const call of asked) expect(await failureOf(call)).toBe(died);
    await written;
    expect(failures).toEqual([died]);
    expect(await searchInfos(store)).toHaveLength(2);
    await store.write(aBatch([recordOf(aSpan(), 2)]));
    expect((await getInfo(store)).state).toBe("OK");
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(workers).toHaveLength(2);
  });

  it("is closed by the next worker if it was about to be closed", async () => {
    const file = newPath();
    const workers = watchWorkers();
    const store = await open(file, { onError: () => undefined });
    const written = store.write(aBatch([aSpan()]));
    const closed = store.close();
    void workers[0]!.terminate();
    await Promise.all([written, closed]);
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(await searchInfos(await open(file))).toHaveLength(1);
  });

  it("loses nothing in 25 deaths at any moment, and leaves no call pending", async () => {
    const file = newPath();
    const workers = watchWorkers();
    const random = createRandom(4);
    const store = await open(file, { onError: () => undefined, journalMinBytes: 2000 });
    let trace = 0;
    for (let death = 0; death < 25; death++) {
      const calls = Array.from({ length: 12 }, () =>
        failureOf(random.chance(0.7) ? store.write(aBatch([aSpan({ trace: ++trace })])) : store.search({})),
      );
      for (let turns = random.integer(0, 60); turns > 0; turns--) await new Promise(setImmediate);
      void workers.at(-1)!.terminate();
      for (const outcome of await Promise.all(calls)) expect(["resolved", died]).toContain(outcome);
    }
    await store.close();
    const again = await open(file);
    for (let number = 1; number <= trace; number++) {
      expect([number, (await again.get(traceId(number)))?.info.spanCount]).toEqual([number, 1]);
    }
  });

  it("says why if the file cannot be reopened", async () => {
    const file = newPath();
    const workers = watchWorkers();
    const store = await open(file, { onError: () => undefined });
    writeFileSync(file, "no database any more");
    void workers[0]!.terminate();
    const written = await failureOf(store.write(aBatch([aSpan()])));
    expect(written).toBe(
      `${died}, and the store cannot be opened again: StoreCorruptError: ${file} must be an SQLite database, got ` +
        "another kind of file",
    );
    expect(await failureOf(store.search({}))).toBe(written);
  });

  it("says what to do if a bundler has left the worker behind", async () => {
    const outfile = path.join(newFolder(), "program.mjs");
    await build({
      stdin: { contents: `export * from "@spanbook/store-sqljs"`, resolveDir: "test" },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["spanbook-source"],
    });
    const { openStore } = (await import(pathToFileURL(outfile).href)) as { openStore: typeof open };
    for (const file of [":memory:", newPath()]) {
      expect(await failureOf(openStore(file))).toMatch(
        /Cannot find module '.*worker\.js'; mark @spanbook\/store-sqljs as external/,
      );
    }
  });
});
