/** The file as other programs see it, through another build of SQLite that reads it from disk. */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { onTestFinished, describe, expect, it } from "vitest";
import { createMemoryStore } from "@spanbook/core/memory";
import { createRandom } from "../support/random.js";
import { aBatch, aPatch, aSpan, searchInfos, spanId, tokens, traceId } from "../support/spans.js";
import { eventually } from "../support/eventually.js";
import { startChild } from "./child.js";
import { copyAsKilled, failureOf, filesBeside, newPath, open } from "./support.js";

function openWithSqlite(file: string): InstanceType<typeof sqlite.Database> {
  const database = new sqlite.Database(file);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

async function writeExample(file: string): Promise<void> {
  const store = await open(file);
  await store.write(
    aBatch(
      [
        aSpan({
          name: "ask",
          inputs: { question: "why?" },
          outputs: "so",
          endMs: 250.5,
          sessionId: "s1",
          experimentId: "7",
        }),
        aSpan({
          id: 2,
          parent: 1,
          startMs: 10,
          endMs: 20,
          name: "chat",
          type: "LLM",
          model: "small",
          usage: tokens(10, 5),
          inputs: ["a"],
          status: "ERROR",
        }),
        aSpan({ id: 3, parent: 1, startMs: 30, open: true }),
        aSpan({ trace: 2, startMs: 1000, open: true, inputs: "later" }),
      ],
      {
        patches: [
          aPatch(1, { op: "setTag", key: "topic", value: "law" }),
          aPatch(2, { op: "setTag", key: "gone", value: "x" }),
          aPatch(3, { op: "deleteTag", key: "gone" }),
          aPatch(4, { op: "setField", field: "responsePreview", value: "patched" }),
        ],
      },
    ),
  );
  await store.close();
}

describe("the file", { timeout: 30_000 }, () => {
  it("is intact for another SQLite, and says who made it and its version", async () => {
    const file = newPath();
    await writeExample(file);
    const database = openWithSqlite(file);
    expect(database.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    expect(database.get("PRAGMA foreign_key_check")).toBeNull();
    expect(database.get("PRAGMA user_version")).toEqual({ user_version: 2 });
    expect(database.get("PRAGMA application_id")).toEqual({
      application_id: Buffer.from("SPBK").readUInt32BE(),
    });
  });

  it("has a view of its traces for people", async () => {
    const file = newPath();
    await writeExample(file);
    expect(openWithSqlite(file).all("SELECT * FROM traces")).toEqual([
      expect.objectContaining({
        trace_id: traceId(2),
        name: "answer",
        state: "UNFINISHED",
        started: "2023-11-14T22:13:21.000000000Z",
        duration_ms: null,
        request_preview: "later",
        response_preview: null,
        tags: "{}",
      }),
      {
        trace_id: traceId(1),
        name: "ask",
        state: "OK",
        started: "2023-11-14T22:13:20.000000000Z",
        duration_ms: 250.5,
        request_preview: "why?",
        response_preview: "patched",
        tags: '{"topic":"law"}',
        experiment_id: "7",
        run_id: null,
        session_id: "s1",
        user_id: null,
        span_count: 3,
        open_span_count: 1,
        error_count: 1,
        total_tokens: 15,
        total_cost: null,
      },
    ]);
  });

  it("has a view of its spans for people", async () => {
    const file = newPath();
    await writeExample(file);
    const rows = openWithSqlite(file).all("SELECT * FROM spans WHERE trace_id = ?", [traceId(1)]);
    expect(rows).toHaveLength(3);
    const { payload, ...chat } = rows[1] as { payload: string };
    expect(chat).toEqual({
      trace_id: traceId(1),
      span_id: spanId(2),
      parent_span_id: spanId(1),
      name: "chat",
      type: "LLM",
      status: "ERROR",
      started: "2023-11-14T22:13:20.010000000Z",
      duration_ms: 10,
      model: "small",
      tokens: 15,
      inputs: '["a"]',
      outputs: null,
      status_message: null,
    });
    expect(JSON.parse(payload)).toMatchObject({ name: "chat", spanId: spanId(2) });
    expect(rows[2]).toMatchObject({ duration_ms: null, inputs: null });
  });

  it("may be edited by another program while no store has it open", async () => {
    const file = newPath();
    await writeExample(file);
    const database = openWithSqlite(file);
    database.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine'); VACUUM");
    database.close();
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 3 })]));
    await store.close();
    const again = openWithSqlite(file);
    expect(again.get("SELECT text FROM notes")).toEqual({ text: "mine" });
    expect(again.get("SELECT count(*) AS count FROM traces")).toEqual({ count: 3 });
  });

  it("is opened, and its traces are listed, without reading a span", async () => {
    const file = newPath();
    await writeExample(file);
    const before = await searchInfos(await open(file, { readOnly: true }));
    const database = openWithSqlite(file);
    database.exec("DELETE FROM span_rows");
    database.close();
    expect(await searchInfos(await open(file))).toEqual(before);
  });

  it("keeps what another program changes while a store has it open, beside what the store records", async () => {
    const file = newPath();
    await writeExample(file);
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 3 }), aSpan({ trace: 4, open: true })]));
    const database = openWithSqlite(file);
    database.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')");
    database.exec("UPDATE trace_values SET value = 'edited' WHERE target = 'tag.topic'");
    database.close();
    await store.write(aBatch([aSpan({ trace: 5 })]));
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    const after = openWithSqlite(file);
    expect(after.get("SELECT text FROM notes")).toEqual({ text: "mine" });
    expect(after.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    const unfinished = after.get(
      "SELECT group_concat(trace_id) AS ids FROM traces WHERE state = 'UNFINISHED'",
    );
    expect(unfinished).toEqual({ ids: `${traceId(2)},${traceId(4)}` });
    after.close();
    const again = await open(file);
    expect((await searchInfos(again, { orderBy: ["request_id"] })).map((info) => info.traceId)).toEqual(
      [1, 2, 3, 4, 5].map(traceId),
    );
    expect(await searchInfos(again, { filter: "tag.topic = 'edited'" })).toHaveLength(1);
  });

  it("is merged again and again while the store goes on", async () => {
    const file = newPath();
    const store = await open(file, { journalMinBytes: 1 });
    for (let trace = 1; trace <= 20; trace++) {
      if (trace % 5 === 0) {
        const database = openWithSqlite(file);
        database.exec(`CREATE TABLE notes_${trace} (text TEXT)`);
        database.close();
      }
      await store.write(aBatch([aSpan({ trace })]));
      expect(await searchInfos(store)).toHaveLength(trace);
    }
    await store.close();
    expect(filesBeside(file)).toEqual(["traces.db"]);
    const after = openWithSqlite(file);
    expect(after.all("SELECT name FROM sqlite_schema WHERE name LIKE 'notes%'")).toHaveLength(4);
    expect(after.get("SELECT count(*) AS count FROM traces")).toEqual({ count: 20 });
  });

  it("is left alone if an older copy has replaced it, and the store's traces are put beside it", async () => {
    const file = newPath();
    await writeExample(file);
    const older = readFileSync(file);
    const first = await open(file);
    await first.write(aBatch([aSpan({ trace: 3 })]));
    await first.close();
    const failures: string[] = [];
    const store = await open(file, { onError: ({ name, message }) => failures.push(`${name}: ${message}`) });
    await store.write(aBatch([aSpan({ trace: 4 })]));
    writeFileSync(file, older);

    const message =
      `StoreConflictError: ${file} was changed by another program while it was open here, and cannot be written to any more: it is ` +
      `left as that program made it; what it held before, and what was recorded since, is in ${file}-conflict.db`;
    expect(await failureOf(store.close())).toBe(message);
    expect(failures).toEqual([message]);
    expect(readFileSync(file).equals(older)).toBe(true);
    expect(filesBeside(file)).toEqual(["traces.db", "traces.db-conflict.db"]);
    expect(await searchInfos(await open(`${file}-conflict.db`))).toHaveLength(4);
  });

  it("is put beside another program's file, however often it is saved", async () => {
    const file = newPath();
    const store = await open(file, { journalMinBytes: 1, onError: () => undefined });
    writeFileSync(file, "something else entirely");
    for (let trace = 1; trace <= 20; trace++) {
      await store.write(aBatch([aSpan({ trace })]));
      await searchInfos(store);
    }
    expect(await failureOf(store.close())).toMatch(/^StoreConflictError/);
    expect(filesBeside(file)).toEqual(["traces.db", "traces.db-conflict.db"]);
    expect(await searchInfos(await open(`${file}-conflict.db`))).toHaveLength(20);
  });

  it("is written again if it was removed while a store had it open", async () => {
    const file = newPath();
    await writeExample(file);
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 3 })]));
    rmSync(file);
    await store.close();
    expect(await searchInfos(await open(file))).toHaveLength(3);
  });

  it.each([
    ["it", ["traces.db"]],
    ["its journal", ["traces.db-journal-2"]],
    ["it and all beside it", ["traces.db", "traces.db-journal-2", "traces.db-lock"]],
  ])(
    "is complete again soon after %s was removed, even if its program is then killed",
    async (_, removed) => {
      const file = newPath();
      await writeExample(file);
      const store = await open(file);
      await store.write(aBatch([aSpan({ trace: 3 })]));
      const savedBefore = statSync(file).mtimeMs;
      for (const name of removed) rmSync(path.join(path.dirname(file), name));
      await store.write(aBatch([aSpan({ trace: 4 })]));
      await eventually(() => expect(statSync(file).mtimeMs).toBeGreaterThan(savedBefore));
      expect(await searchInfos(await open(copyAsKilled(file)))).toHaveLength(4);
    },
  );

  it("still belongs to its store if its folder could not be opened during a save", async () => {
    const file = newPath();
    const child = startChild("unreadable-folder", [file]);
    expect(JSON.parse((await child.nextLine())!)).toEqual([
      expect.stringMatching(/^Error: cannot write .*EACCES: permission denied/),
    ]);
    expect(filesBeside(file)).toEqual(["traces.db"]);
    expect(await searchInfos(await open(file))).toHaveLength(2);
  });
});

describe("what is deleted", { timeout: 60_000 }, () => {
  it("frees its space in the file", async () => {
    const file = newPath();
    const store = await open(file);
    for (let trace = 1; trace <= 40; trace++) {
      await store.write(aBatch([aSpan({ trace, inputs: `${trace} `.repeat(20_000) })]));
    }
    await store.close();
    const before = statSync(file).size;
    const again = await open(file);
    expect(await again.delete({ maxTraces: 35 })).toBe(35);
    await again.close();
    expect(statSync(file).size).toBeLessThan(before / 4);
    expect(await searchInfos(await open(file))).toHaveLength(5);
  });

  it("is remembered for the last 100,000 traces", async () => {
    const file = newPath();
    await writeExample(file);
    const database = openWithSqlite(file);
    database.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100003)
      INSERT INTO tombstones SELECT printf('%032x', 1000 + n), n, '["recorder-a"]' FROM numbers;
      UPDATE meta SET value = 100003 WHERE key = 'revision';
    `);
    database.close();
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 9 })]));
    await store.close();
    const after = openWithSqlite(file);
    expect(after.get("SELECT count(*) AS count, min(revision) AS oldest FROM tombstones")).toEqual({
      count: 100_000,
      oldest: 4,
    });
  });
});

describe("texts", { timeout: 30_000 }, () => {
  it("are ordered by code point, in memory and in SQLite", async () => {
    const inOrder = [
      "",
      "a",
      "a\0",
      "z",
      "é",
      "\ud7ff",
      "\ud800",
      "\ue000",
      "～",
      "～a",
      "\ufffd",
      "😀",
      "😀a",
    ];
    const names = createRandom(3).shuffle(inOrder);
    const batch = aBatch(names.map((name, index) => aSpan({ trace: index + 1, name })));
    for (const store of [createMemoryStore(), await open(newPath())]) {
      await store.write(batch);
      const all = await searchInfos(store, { orderBy: ["name ASC"] });
      expect(all.map((info) => info.name)).toEqual(inOrder);
      const { nextPageToken } = await store.search({ orderBy: ["name ASC"], maxResults: 8 });
      const rest = await searchInfos(store, { orderBy: ["name ASC"], pageToken: nextPageToken! });
      expect(rest.map((info) => info.name)).toEqual(inOrder.slice(8));
      expect((await store.stats({})).spanGroups.map((group) => group.name)).toEqual(inOrder);
    }
  });
});
