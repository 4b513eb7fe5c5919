/** The journal's format, and what becomes of one that is cut off or damaged, byte by byte. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32, crc32ByTable } from "../../packages/store-sqljs/src/file/crc32.js";
import {
  decodeJournal,
  encodeBatch,
  encodeDelete,
  encodeStart,
} from "../../packages/store-sqljs/src/file/record.js";
import { createRandom } from "../support/random.js";
import { aBatch, aPatch, aSpan, searchInfos, traceId } from "../support/spans.js";
import { copyAsKilled, filesBeside, newPath, open, openInThread } from "./support.js";

describe("a journal", () => {
  const batch = aBatch([aSpan({ inputs: "größe 😀" }), aSpan({ id: 2, parent: 1, name: "a\0\ud800" })], {
    patches: [aPatch(1, { op: "setTag", key: "a", value: "b" })],
    origins: { resources: { r: { attributes: { a: 1 } } } },
  });
  const parts = [
    encodeStart("store-1", 3),
    encodeBatch(batch).bytes,
    encodeBatch(aBatch([], { final: true })).bytes,
    encodeDelete([traceId(1), traceId(2)]).bytes,
  ];
  const whole = Buffer.concat(parts);
  /** Where each record ends; the start comes first. */
  const ends = parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length);

  it("returns what was put in", () => {
    const { start, records, end } = decodeJournal(whole);
    expect(start).toEqual({ kind: "journal", storeId: "store-1", generation: 3 });
    expect(end).toBe("whole");
    expect(records).toHaveLength(3);
    const [first, second, third] = records;
    if (first?.kind !== "batch" || second?.kind !== "batch") throw new Error("expected two batches");
    const { spans, ...rest } = batch;
    expect(first.batch).toEqual({ ...rest, digests: spans.map(({ digest }) => digest) });
    expect(first.payloads.map((payload) => Buffer.from(payload).toString())).toEqual(
      spans.map(({ payload }) => payload),
    );
    expect([second.batch.final, second.payloads]).toEqual([true, []]);
    expect(third).toEqual({ kind: "delete", traceIds: [traceId(1), traceId(2)] });
  });

  it("holds payloads unescaped, so that they are not escaped twice", () => {
    expect(whole.includes(batch.spans[0]!.payload)).toBe(true);
  });

  it("cut off at any byte keeps the records before, and is torn unless a record ends there", () => {
    for (let length = 0; length <= whole.length; length++) {
      const { start, records, end } = decodeJournal(whole.subarray(0, length));
      const recordCount = ends.filter((end) => end <= length).length;
      expect([length, Number(start !== undefined) + records.length]).toEqual([length, recordCount]);
      expect([length, end]).toEqual([length, length === 0 || ends.includes(length) ? "whole" : "torn"]);
    }
  });

  it("that ends in zeros, as after a power cut, is torn", () => {
    const content = decodeJournal(Buffer.concat([whole.subarray(0, ends[1]), Buffer.alloc(4096)]));
    expect([content.end, content.records.length]).toEqual(["torn", 1]);
  });

  it("with any bit flipped is damaged, and keeps the records before", () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const { start, records, end } = decodeJournal(damaged);
      const recordCount = ends.filter((end) => end <= bit >> 3).length;
      expect([bit, end, Number(start !== undefined) + records.length]).toEqual([bit, "damaged", recordCount]);
    }
  });

  it("of random bytes is damaged, but never fails to be read", () => {
    const random = createRandom(1);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(Array.from({ length: random.integer(1, 100) }, () => random.integer(1, 255)));
      expect(decodeJournal(bytes)).toEqual({ records: [], end: "damaged" });
    }
  });
});

describe("the checksum", () => {
  it("is the one of zip and PNG, with and without Node's own", () => {
    const random = createRandom(2);
    const bytes = Buffer.from(Array.from({ length: 10_000 }, () => random.integer(0, 255)));
    expect(crc32ByTable(Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(crc32ByTable(bytes)).toBe(zlibCrc32(bytes));
    expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  });
});

describe("a store that was killed", { timeout: 60_000 }, () => {
  async function writeThree() {
    const file = newPath();
    const store = await open(file);
    const sizes: number[] = [];
    for (const trace of [1, 2, 3]) {
      await store.write(aBatch([aSpan({ trace })]));
      sizes.push(readFileSync(`${file}-journal-1`).length);
    }
    const killed = copyAsKilled(file);
    await store.close();
    return { killed, sizes };
  }

  async function tracesOf(file: string): Promise<string[]> {
    const store = await openInThread(file);
    const infos = await searchInfos(store, { orderBy: ["request_id"] });
    await store.close();
    return infos.map((info) => info.traceId);
  }

  it("has everything that was acknowledged, and its journal is gone after the next open", async () => {
    const { killed } = await writeThree();
    const store = await open(killed);
    expect(await searchInfos(store)).toHaveLength(3);
    expect(filesBeside(killed)).toEqual(["traces.db", "traces.db-lock"]);
  });

  it("silently loses only the last batch if that is torn at any byte", async () => {
    const { killed, sizes } = await writeThree();
    const journal = readFileSync(`${killed}-journal-1`);
    const [, secondEnd = 0, thirdEnd = 0] = sizes;
    const database = readFileSync(killed);
    for (let length = secondEnd; length < thirdEnd; length++) {
      writeFileSync(killed, database);
      writeFileSync(`${killed}-journal-1`, journal.subarray(0, length));
      expect([length, await tracesOf(killed)]).toEqual([length, [1, 2].map(traceId)]);
      expect(filesBeside(killed)).toEqual(["traces.db"]);
    }
  });

  it("keeps what comes before damage in the middle, sets the damaged journal aside, and says so", async () => {
    const { killed, sizes } = await writeThree();
    const journal = readFileSync(`${killed}-journal-1`);
    journal[sizes[0]! + 50]! ^= 4;
    writeFileSync(`${killed}-journal-1`, journal);
    const failures: string[] = [];
    const store = await open(killed, {
      onError: ({ name, message }) => failures.push(`${name}: ${message}`),
    });
    expect((await searchInfos(store)).map((info) => info.traceId)).toEqual([traceId(1)]);
    expect(failures).toEqual([
      `StoreCorruptError: ${killed}-journal-1 is damaged: expected a record after the 1 that were read, got something ` +
        `else; the file is kept as ${killed}-damaged-journal-1`,
    ]);
    await store.close();
    expect(filesBeside(killed)).toEqual(["traces.db", "traces.db-damaged-journal-1"]);
    expect(readFileSync(`${killed}-damaged-journal-1`)).toEqual(journal);
    expect(await tracesOf(killed)).toEqual([traceId(1)]);
  });

  it("leaves another database's journal alone, older or newer, and says so", async () => {
    const { killed } = await writeThree();
    const other = newPath();
    // Saved twice: it is of generation 3, the journal of generation 1.
    for (const trace of [8, 9]) {
      const store = await open(other);
      await store.write(aBatch([aSpan({ trace })]));
      await store.close();
    }
    copyFileSync(other, killed);
    const failures: string[] = [];
    const store = await open(killed, { onError: ({ message }) => failures.push(message) });
    expect(await searchInfos(store)).toHaveLength(2);
    expect(failures).toEqual([
      `${killed}-journal-1 belongs to another database than ${killed}: it is kept as ${killed}-foreign-journal-1`,
    ]);
    await store.close();
    expect(filesBeside(killed)).toEqual(["traces.db", "traces.db-foreign-journal-1"]);
  });

  it("recovers from any step of saving", async () => {
    const { killed } = await writeThree();
    const journal = readFileSync(`${killed}-journal-1`);
    const before = readFileSync(killed);
    const store = await open(killed);
    await store.close();
    const after = readFileSync(killed);
    const steps = {
      "while the snapshot was written": {
        "": before,
        "-journal-1": journal,
        "-snapshot": after.subarray(0, 5000),
      },
      "before the snapshot took its place": { "": before, "-journal-1": journal, "-snapshot": after },
      "before the journal was removed": { "": after, "-journal-1": journal },
      "when the next journal had been made": {
        "": after,
        "-journal-1": journal,
        "-journal-2": Buffer.alloc(0),
      },
    };
    for (const [step, files] of Object.entries(steps)) {
      const file = newPath();
      for (const [ending, bytes] of Object.entries(files)) writeFileSync(file + ending, bytes);
      expect([step, await tracesOf(file)]).toEqual([step, [1, 2, 3].map(traceId)]);
      expect([step, filesBeside(file)]).toEqual([step, [path.basename(file)]]);
    }
  });
});
