/** Files of every schema version so far, migrated when they are opened. */
import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, it } from "vitest";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, getInfo, searchInfos, traceId } from "../support/spans.js";
import { startChild } from "./child.js";
import { contentOf, filesBeside, newPath, open } from "./support.js";

const fixtures = fileURLToPath(new URL("../fixtures/sqljs/", import.meta.url));
const versions = readdirSync(fixtures).flatMap((name) => /^schema-(\d+)\.db$/.exec(name)?.slice(1) ?? []);

/** A copy of the file that a program of that version left when it was killed, with its journal. */
function copyOfVersion(version: string): string {
  const file = newPath();
  for (const ending of ["", "-journal-2"]) {
    copyFileSync(`${fixtures}schema-${version}.db${ending}`, file + ending);
  }
  return file;
}

describe.each(versions)("a file of schema version %s", { timeout: 60_000 }, (version) => {
  it("opens with everything in it and in the journal beside it, and is then of the current version", async () => {
    const file = copyOfVersion(version);
    const store = await open(file);
    const infos = await searchInfos(store, { orderBy: ["request_id"] });
    expect(infos.map((info) => [info.traceId, info.spanCount, info.state])).toEqual([
      [traceId(1), 2, "OK"],
      [traceId(4), 1, "UNFINISHED"],
      [traceId(5), 1, "OK"],
    ]);
    expect((await getInfo(store, 1)).tags).toEqual({ topic: "law" });
    expect((await getInfo(store, 4)).assessments).toMatchObject([{ name: "correct", value: true }]);
    expect((await store.get(traceId(1)))?.data.resources).toEqual({
      "resource-1": { attributes: { "service.name": "fixture" } },
    });
    const find = async (filter: string) => (await searchInfos(store, { filter })).map((info) => info.traceId);
    expect(await find("trace.text ILIKE '%beeswax MELTS%'")).toEqual([traceId(1)]);
    expect(await find("trace.text LIKE '%only in the journal%'")).toEqual([traceId(5)]);
    expect(await find("tag.topic = 'law'")).toEqual([traceId(5), traceId(1)]);
    // Deleted, and closed to the recorder that had written it.
    await store.write(aBatch([aSpan({ trace: 3 })], { recorderId: "recorder-1" }));
    expect(await store.get(traceId(3))).toBeUndefined();
    await store.close();

    expect(filesBeside(file)).toEqual(["traces.db"]);
    const database = new sqlite.Database(file);
    expect(database.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    expect(database.get("PRAGMA user_version")).toEqual({ user_version: 2 });
    expect(schemaOf(database)).toEqual(await schemaOfNewFile());
    database.close();
  });

  it("is read with readOnly as if it were of the current version, and stays unchanged", async () => {
    const file = copyOfVersion(version);
    const before = readFileSync(file);
    const reader = await open(file, { readOnly: true });
    const content = await contentOf(reader);
    expect(await searchInfos(reader, { filter: "trace.text LIKE '%Beeswax%'" })).toHaveLength(1);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(filesBeside(file)).toEqual(["traces.db", "traces.db-journal-2"]);
    expect(content).toEqual(await contentOf(await open(file)));
  });

  it("loses nothing if the program is killed while opening it", async () => {
    const file = copyOfVersion(version);
    const random = createRandom(3);
    for (let kill = 0; kill < 5; kill++) {
      const child = startChild("hold", [file]);
      setTimeout(() => child.process.kill("SIGKILL"), random.integer(60, 260));
      await child.ended;
      // Each attempt begins with the original file, unless it had finished.
      const copy = newPath();
      for (const name of filesBeside(file)) {
        if (!name.endsWith("-lock")) {
          copyFileSync(file.replace("traces.db", name), copy.replace("traces.db", name));
        }
      }
      expect(await searchInfos(await open(copy))).toHaveLength(3);
    }
  });
});

function schemaOf(database: InstanceType<typeof sqlite.Database>): unknown {
  const rows = database.all("SELECT type, name, sql FROM sqlite_schema ORDER BY name");
  return rows.map((row) => JSON.stringify(row).replaceAll(/(\\n|\s)+/g, " "));
}

async function schemaOfNewFile(): Promise<unknown> {
  const file = newPath();
  await (await open(file)).close();
  const database = new sqlite.Database(file);
  const schema = schemaOf(database);
  database.close();
  return schema;
}
