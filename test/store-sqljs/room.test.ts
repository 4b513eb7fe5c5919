import { describe, expect, it } from "vitest";
import { allocateRoom, bytesInRoom } from "../../packages/store-sqljs/src/database/room.js";
import { openSql, toNumber, type Sql } from "../../packages/store-sqljs/src/database/sql.js";

async function filledDatabase(rows: number): Promise<Sql> {
  const sql = await openSql(undefined, "test");
  sql.script("CREATE TABLE texts (text)");
  addRows(sql, rows);
  return sql;
}

const headerBytes = 100;

/** About a kilobyte each. */
function addRows(sql: Sql, count: number): void {
  sql.transaction(() => {
    for (let row = 0; row < count; row++) sql.run("INSERT INTO texts VALUES (?)", ["x".repeat(1000)]);
  });
}

const countOf = (sql: Sql) => toNumber(sql.row("SELECT count(*) FROM texts")?.[0]);

describe("a database in memory with spare room behind it", () => {
  it("grows into that room without being moved", async () => {
    const bytes = (await filledDatabase(10)).toBytes();
    const memory = allocateRoom(bytes.length);
    memory.set(bytes);
    const sql = await openSql(bytesInRoom(memory, bytes.length), "test");
    addRows(sql, 20_000);
    expect(countOf(sql)).toBe(20_010);
    const grown = sql.toBytes();
    expect(grown.length).toBeGreaterThan(20_000_000);
    // The header counts the file's changes, one more in the copy.
    const [pages, copied] = [memory, grown].map((each) => each.subarray(headerBytes, grown.length));
    expect(Buffer.compare(pages!, copied!)).toBe(0);
    sql.close();
  });

  it("keeps its contents when it is saved, shrinks, and grows again", async () => {
    const sql = await filledDatabase(100);
    sql.define("passes", (value, expected) => Number(value === expected));
    let expected = 100;
    for (const change of [3000, -2500, 4000, -4600, 100]) {
      if (change > 0) addRows(sql, change);
      else sql.run("DELETE FROM texts WHERE rowid IN (SELECT rowid FROM texts LIMIT ?)", [-change]);
      sql.script("VACUUM");
      expected += change;
      const bytes = sql.toBytes();
      expect(countOf(sql)).toBe(expected);
      expect(sql.row("PRAGMA quick_check")).toEqual(["ok"]);
      expect(sql.row("SELECT passes('a', 'a'), passes('a', 'b')")).toEqual([1, 0]);
      const copy = await openSql(bytes, "copy");
      expect(countOf(copy)).toBe(expected);
      copy.close();
    }
    sql.close();
  });

  it("leaves the caller's bytes unchanged", async () => {
    const bytes = (await filledDatabase(10)).toBytes();
    const before = bytes.slice();
    const sql = await openSql(bytes, "test");
    addRows(sql, 100);
    sql.close();
    expect(Buffer.compare(bytes, before)).toBe(0);
  });
});
