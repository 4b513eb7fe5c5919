/** Processes that are killed and processes that end: what was acknowledged is there afterwards. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, it } from "vitest";
import { killWhileWriting } from "../soak/sqljs-kills.mjs";
import { createRandom } from "../support/random.js";
import { isSoak } from "../support/soak.js";
import { traceId } from "../support/spans.js";
import { startChild } from "./child.js";
import { filesBeside, newPath, open } from "./support.js";

const spansPerBatch = 5;

describe("kill -9", { timeout: isSoak ? 1_800_000 : 300_000 }, () => {
  const settings = [
    { what: "with a journal that is never folded in", journalMinBytes: 1e9, kills: 5 },
    { what: "with a file that is replaced all the time", journalMinBytes: 1, kills: 5 },
  ];
  for (const { what, journalMinBytes, kills } of settings) {
    it(`at ${kills} random moments loses no acknowledged span, ${what}`, async () => {
      const file = newPath();
      const random = createRandom(kills);
      const acknowledged: number[] = [];
      let first = 1;
      for (let kill = 0; kill < kills; kill++) {
        const child = startChild("write-forever", [file, first, journalMinBytes]);
        expect(await child.nextLine()).toBe("open");
        await child.nextLine().then((line) => acknowledged.push(Number(line)));
        setTimeout(() => child.process.kill("SIGKILL"), random.integer(0, 60));
        acknowledged.push(...(await child.remainingLines()).map(Number));
        expect(await child.ended).toBe("SIGKILL");
        first = Math.max(...acknowledged) + 10;
        if (kill % 5 === 4) await expectStored(file, acknowledged);
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(kills);
    });
  }

  // Each kill costs 0.4 s of one core: `npm run soak` has more time.
  const [lanes, filesPerLane, kills] = isSoak ? [2, 10, 15] : [2, 2, 20];
  const instants = lanes * filesPerLane * kills;
  it(`at ${instants} moments of opening, migrating, writing, saving and pruning loses no acknowledged span`, async () => {
    const program = await bundleProgram("write-here.ts");
    const stored = Array.from({ length: lanes }, async (_, lane) => {
      let count = 0;
      for (let file = 0; file < filesPerLane; file++) {
        count += await killWhileWriting(1 + lane * filesPerLane + file, { program, kills, killsPerLook: 10 });
      }
      return count;
    });
    for (const count of await Promise.all(stored)) expect(count).toBeGreaterThan(filesPerLane * kills);
  });

  /** Bundles a program into one file and gives its path, in a place where sql.js is found. */
  async function bundleProgram(name: string): Promise<string> {
    const inRepository = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const outfile = inRepository(`node_modules/.cache/spanbook/${path.parse(name).name}.mjs`);
    await build({
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["spanbook-source"],
      external: ["sql.js"],
      entryPoints: [inRepository(`test/store-sqljs/children/${name}`)],
      outfile,
      logLevel: "error",
    });
    return outfile;
  }

  async function expectStored(file: string, numbers: readonly number[]): Promise<void> {
    const store = await open(file);
    for (const number of numbers) {
      const trace = await store.get(traceId(number), { include: "digests" });
      expect([number, trace?.info.spanCount, trace?.data.digests.length]).toEqual([
        number,
        spansPerBatch,
        spansPerBatch,
      ]);
    }
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    const database = new sqlite.Database(file);
    expect(database.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    database.close();
  }
});

describe("a process that ends", { timeout: 60_000 }, () => {
  const ways = [
    ["process.exit", 0],
    ["exception", 1],
    ["rejection", 1],
    ["signal", 1],
  ] as const;
  for (const [way, code] of ways) {
    it(`by ${way} loses nothing that an exit handler writes, and nothing that is not yet acknowledged`, async () => {
      const file = newPath();
      const child = startChild("leave", [file, way]);
      expect(await child.ended).toBe(code);
      expect(filesBeside(file).filter((name) => name.includes("-exit-"))).toHaveLength(1);
      const store = await open(file);
      const { traces } = await store.search({ maxResults: 1000, orderBy: ["request_id"] });
      expect(traces.map(({ info }) => info.traceId)).toEqual(
        Array.from({ length: 200 }, (_, index) => traceId(index + 1)),
      );
      expect(traces.every(({ info }) => info.spanCount === spansPerBatch)).toBe(true);
      await store.close();
      expect(filesBeside(file)).toEqual(["traces.db"]);
    });
  }

  it("by itself, with writes pending, does so once they are acknowledged, and leaves a complete file", async () => {
    const file = newPath();
    const child = startChild("leave", [file, "by itself"]);
    expect(await child.remainingLines()).toEqual(["acknowledged"]);
    expect(await child.ended).toBe(0);
    expect(filesBeside(file)).toEqual(["traces.db"]);
    const database = new sqlite.Database(file);
    expect(database.get("SELECT count(*) AS count FROM traces")).toEqual({ count: 200 });
    database.close();
  });

  it("is not kept alive by a store that it forgot to close, and leaves a complete file", async () => {
    const file = newPath();
    const child = startChild("idle", [file]);
    expect(await child.remainingLines()).toEqual(["1"]);
    expect(await child.ended).toBe(0);
    expect(filesBeside(file)).toEqual(["traces.db"]);
  });

  const signals = [
    ["SIGTERM", "default", "SIGTERM", []],
    ["SIGINT", "default", "SIGINT", []],
    ["SIGHUP", "default", "SIGHUP", []],
    ["SIGINT", "own handler", 7, ["handled"]],
    ["SIGINT", "no signal", 0, ["recorded"]],
  ] as const;
  for (const [signal, way, end, lines] of signals) {
    it(`right after recording loses nothing that ended before ${signal}, ${way}`, async () => {
      const file = newPath();
      const child = startChild("record-and-leave", [file, signal, way]);
      expect(await child.remainingLines()).toEqual(lines);
      expect(await child.ended).toBe(end);
      const store = await open(file);
      expect((await store.search({ maxResults: 1000 })).traces).toHaveLength(50);
    });
  }
});
