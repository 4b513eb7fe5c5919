import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "@spanbook/store-sqljs";
import { openSnapshot } from "@spanbook/store-sqljs/snapshot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aBatch, aSpan, traceId } from "../support/spans.js";

describe("a snapshot", () => {
  let folder: string;
  let bytes: Uint8Array;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spanbook-snapshot-"));
    const file = path.join(folder, "traces.db");
    const store = await openStore(file);
    await store.write(aBatch([aSpan({ name: "ask" }), aSpan({ id: 2, parent: 1, open: true })]));
    await store.close();
    bytes = readFileSync(file);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("reads the bytes of a file without accessing the disk", async () => {
    const sqlite = readFileSync(
      new URL("../../node_modules/sql.js/dist/sql-wasm.wasm", import.meta.url),
    ).buffer;
    const store = await openSnapshot(bytes, { sqlite });
    const { traces } = await store.search({ filter: "name = 'ask'" });
    expect(traces.map(({ info }) => info.spanCount)).toEqual([2]);
    expect((await store.get(traceId(1)))?.data.spans).toHaveLength(2);
    await store.close();
  });

  test("refuses writes and deletions", async () => {
    const store = await openSnapshot(bytes);
    await expect(store.write(aBatch([aSpan()]))).rejects.toThrow(TypeError);
    await expect(store.delete({ traceIds: [traceId(1)] })).rejects.toThrow(TypeError);
    await store.close();
  });

  test("of damaged bytes is refused, by the name given", async () => {
    const damaged = Uint8Array.from(bytes).fill(7, 100, 4000);
    await expect(openSnapshot(damaged, { name: "dropped.db" })).rejects.toMatchObject({
      name: "StoreCorruptError",
      message: expect.stringContaining("dropped.db") as string,
    });
  });
});
