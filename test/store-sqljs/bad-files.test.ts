/** What is not a Spanbook file, or not a complete one: one clear error each, and the file is left as it was. */
import { mkdirSync, readFileSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, it } from "vitest";
import { createRandom } from "../support/random.js";
import { aBatch, aSpan, searchInfos } from "../support/spans.js";
import {
  contentOf,
  failureOf,
  filesBeside,
  newFolder,
  newPath,
  open,
  openInThread,
  writtenFile,
} from "./support.js";

/** Opening fails like this, even for reading, and leaves nothing behind. */
async function expectRefused(file: string, message: string): Promise<void> {
  const before = readFileSync(file);
  const beside = filesBeside(file);
  expect(await failureOf(open(file))).toBe(message);
  expect(await failureOf(open(file, { readOnly: true }))).toBe(message);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(filesBeside(file)).toEqual(beside);
}

describe("openStore", { timeout: 30_000 }, () => {
  it("refuses a file that is not an SQLite database", async () => {
    const file = newPath();
    writeFileSync(file, "trace,span\n1,2\n".repeat(1000));
    await expectRefused(
      file,
      `StoreCorruptError: ${file} must be an SQLite database, got another kind of file`,
    );
    writeFileSync(file, "x");
    await expectRefused(
      file,
      `StoreCorruptError: ${file} must be an SQLite database, got another kind of file`,
    );
  });

  it("refuses a file that has been cut off", async () => {
    const file = await writtenFile();
    const { length } = readFileSync(file);
    truncateSync(file, length - 4096);
    await expectRefused(
      file,
      `StoreCorruptError: ${file} is cut off: expected ${length} bytes, got ${length - 4096}`,
    );
    truncateSync(file, 50);
    await expectRefused(file, `StoreCorruptError: ${file} is cut off: expected at least 100 bytes, got 50`);
  });

  it("refuses the database of another program", async () => {
    const file = newPath();
    const database = new sqlite.Database(file);
    database.exec("CREATE TABLE accounts (id INTEGER)");
    database.close();
    await expectRefused(
      file,
      `StoreCorruptError: ${file} must be a Spanbook file, got an SQLite database of another program`,
    );
  });

  it("refuses a file of a newer version, and names both versions", async () => {
    const file = await writtenFile();
    const database = new sqlite.Database(file);
    database.exec("PRAGMA user_version = 7");
    database.close();
    await expectRefused(
      file,
      `StoreVersionError: ${file} must have schema version 2 or older, got 7: update Spanbook`,
    );
  });

  it.each([
    [
      "view",
      "trace_rows",
      `ALTER TABLE trace_rows RENAME TO others;
      CREATE VIEW trace_rows AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
        SELECT n.id, o.* FROM n JOIN others AS o`,
    ],
    ["table", "tombstones", "DROP TABLE tombstones; CREATE VIRTUAL TABLE tombstones USING fts5(trace_id)"],
    [
      "trigger",
      'so "it" runs\n',
      `CREATE TRIGGER "so ""it"" runs\n" AFTER INSERT ON span_rows BEGIN
        DELETE FROM span_rows; END`,
    ],
  ])("refuses a file in which a %s would run another program's code", async (type, name, script) => {
    const file = await writtenFile();
    const database = new sqlite.Database(file);
    database.exec(script);
    database.close();
    await expectRefused(
      file,
      `StoreCorruptError: ${file} must have tables as Spanbook makes them, got the ${type} ${JSON.stringify(name)}`,
    );
  });

  it("accepts a file to which another program has added its own tables, views and indexes", async () => {
    const file = await writtenFile();
    const database = new sqlite.Database(file);
    database.exec(`CREATE TABLE notes (text); CREATE VIEW names AS SELECT name FROM traces;
      CREATE INDEX by_model ON span_rows (model)`);
    database.close();
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 4 })]));
    await store.close();
    expect(await searchInfos(await open(file))).toHaveLength(4);
  });

  it("refuses a folder, a device, and a path through a file", async () => {
    const folder = newFolder();
    const inner = path.join(folder, "inner");
    mkdirSync(inner);
    expect(await failureOf(open(inner))).toBe(`Error: cannot open ${inner}: expected a file, got a folder`);
    expect(await failureOf(open("/dev/null"))).toBe(
      "Error: cannot open /dev/null: expected a file, got a device",
    );
    writeFileSync(path.join(folder, "file"), "");
    expect(await failureOf(open(path.join(folder, "file/traces.db")))).toMatch(
      /^Error: cannot open .*\/file\/traces\.db: E(NOTDIR|EXIST): .*$/,
    );
    expect(filesBeside(inner)).toEqual(["file", "inner"]);
  });

  it("refuses a path that is not text, and reading a file that does not exist", async () => {
    expect(await failureOf(open(""))).toBe('TypeError: path must be a string, got ""');
    expect(await failureOf(open(5 as unknown as string))).toBe("TypeError: path must be a string, got 5");
    for (const url of ["sqlite:///traces.db", "HTTP://127.0.0.1/traces.db"]) {
      const message = `TypeError: path must be a path or a file: URL, got ${url}`;
      expect(await failureOf(open(url))).toBe(message);
    }
    const file = newPath();
    expect(await failureOf(open(file, { readOnly: true }))).toBe(
      `Error: cannot open ${file} with readOnly: expected a database, got no file or an empty one`,
    );
    expect(filesBeside(file)).toEqual([]);
  });

  it("refuses a file with another program's unfinished changes beside it", async () => {
    const file = await writtenFile();
    writeFileSync(`${file}-wal`, Buffer.alloc(5000, 1));
    await expectRefused(
      file,
      `StoreConflictError: ${file} has unfinished changes of another program in ${file}-wal: ` +
        "open and close it there first",
    );
    writeFileSync(`${file}-wal`, "");
    writeFileSync(`${file}-journal`, Buffer.from("d9d505f920a163d70000000100000000", "hex"));
    await expectRefused(
      file,
      `StoreConflictError: ${file} has unfinished changes of another program in ${file}-journal: ` +
        "open and close it there first",
    );
  });

  it("opens a file that another program has switched to a write-ahead log, and closed", async () => {
    const file = await writtenFile();
    const bytes = readFileSync(file);
    bytes.fill(2, 18, 20);
    writeFileSync(file, bytes);
    const store = await open(file);
    await store.write(aBatch([aSpan({ trace: 4 })]));
    await store.close();
    expect(await searchInfos(await open(file))).toHaveLength(4);
  });

  it("follows a symbolic link, and keeps it a link", async () => {
    const file = await writtenFile();
    const link = path.join(newFolder(), "link.db");
    symlinkSync(file, link);
    const store = await open(link);
    expect(store.path).toBe(file);
    expect(await failureOf(open(file))).toMatch(/^StoreLockedError/);
    await store.write(aBatch([aSpan({ trace: 4 })]));
    await store.close();
    expect(filesBeside(link)).toEqual(["link.db"]);
    expect(await searchInfos(await open(file))).toHaveLength(4);
  });

  it("follows a symbolic link to a file that does not exist yet, and creates it there", async () => {
    const folder = realpathSync(newFolder());
    const links = path.join(newFolder(), "links");
    symlinkSync(folder, links);
    symlinkSync("second.db", path.join(folder, "first.db"));
    symlinkSync("../" + path.basename(folder) + "/file.db", path.join(folder, "second.db"));
    const store = await open(path.join(links, "first.db"));
    expect(store.path).toBe(path.join(folder, "file.db"));
    expect(await failureOf(open(path.join(folder, "file.db")))).toMatch(/^StoreLockedError/);
    await store.write(aBatch([aSpan()]));
    await store.close();
    expect(filesBeside(store.path)).toEqual(["file.db", "first.db", "second.db"]);
    expect(await searchInfos(await open(path.join(folder, "second.db")))).toHaveLength(1);
  });

  it("refuses a link to itself with the system's error", async () => {
    const link = path.join(newFolder(), "link.db");
    symlinkSync("link.db", link);
    expect(await failureOf(open(link))).toContain("ELOOP");
  });
});

describe("a database with a flipped bit", { timeout: 120_000 }, () => {
  it("gives a clear error or the traces, never a crash, and is not overwritten if it is refused", async () => {
    const file = await writtenFile();
    const whole = readFileSync(file);
    const random = createRandom(5);
    const pageBytes = whole.readUInt16BE(16);
    const outcomes = { refused: 0, opened: 0 };
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(whole);
      // Bits in the headers of the file and its pages matter most.
      const page = random.integer(0, bytes.length / pageBytes - 1) * pageBytes;
      const at = page + random.integer(0, random.chance(0.5) ? 120 : pageBytes - 1);
      bytes[at]! ^= 1 << random.integer(0, 7);
      writeFileSync(file, bytes);
      try {
        const store = await openInThread(file);
        try {
          await contentOf(store);
          outcomes.opened++;
        } finally {
          await store.close().catch(expectClear);
        }
      } catch (failure) {
        outcomes.refused++;
        expectClear(failure);
        expect(readFileSync(file).equals(bytes)).toBe(true);
      }
    }
    expect(outcomes.refused).toBeGreaterThan(15);
    expect(outcomes.opened).toBeGreaterThan(15);
  });

  function expectClear(failure: unknown): void {
    const { name, message } = failure as Error;
    expect(name, message).toMatch(/^Store(Corrupt|Version|Conflict)Error$/);
    expect(message).not.toContain("\n");
  }

  it("is not replaced, even if the damage is found late", async () => {
    // Above the size up to which a file is checked when it is opened.
    const file = newPath();
    const store = await open(file, { journalMinBytes: 1e9 });
    const inputs = "x".repeat(1_000_000);
    for (let trace = 1; trace <= 18; trace++) await store.write(aBatch([aSpan({ trace, inputs })]));
    await store.close();
    const bytes = readFileSync(file);
    expect(bytes.length).toBeGreaterThan(17 * 1024 * 1024);
    // A link in the chain of pages that hold a payload.
    bytes.writeUInt32BE(3, 4096 * 2000);
    writeFileSync(file, bytes);

    const damaged = await open(file);
    await damaged.write(aBatch([aSpan({ trace: 99 })]));
    const failure = await failureOf(damaged.close());
    expect(failure).toMatch(/^StoreCorruptError: .*traces\.db is damaged: /);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(filesBeside(file)).toEqual(["traces.db", "traces.db-journal-2"]);
  });
});
