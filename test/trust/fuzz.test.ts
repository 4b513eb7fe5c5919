/**
 * Everything that reads what others wrote, under input that nobody intended: seeded, and made from valid input, so that it gets
 * past the first check. Damaged OTLP and MLflow files are in test/core/exchange/mutated.test.ts.
 */
import sqlite from "node-sqlite3-wasm";
import { readFileSync, writeFileSync } from "node:fs";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { exportMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { describeSpan, digestSpan, type Span } from "@spanbook/core/model";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { decodeOtlpProtobuf, encodeOtlpProtobuf } from "@spanbook/core/protobuf";
import { createRedaction } from "@spanbook/core/redact";
import { formatFilter, parseFilter, type FilterTree } from "@spanbook/core/search";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";
import { afterAll, describe, expect, it } from "vitest";
import { everyDialect } from "../../packages/core/src/model/every-dialect.js";
import { fromPlain, toPlain } from "../../packages/core/src/model/values.js";
import { captureAttribute, captureJson } from "../../packages/core/src/record/capture.js";
import { importFile } from "../../packages/spanbook/src/files/import-file.js";
import { decodeView, encodeView } from "../../packages/widget/src/derive/explorer-view.js";
import { fromPackedText, toPackedText } from "../../packages/widget/src/report/packing.js";
import {
  copyAsKilled,
  filesBeside,
  newPath,
  open,
  openInThread,
  writtenFile,
} from "../store-sqljs/support.js";
import { damage, mutate } from "../support/mutate.js";
import { randomFilter } from "../support/random-filters.js";
import { randomJson } from "../support/random-json.js";
import { randomOtlp } from "../support/random-otlp.js";
import { randomValue } from "../support/random-values.js";
import { createRandom, type Random } from "../support/random.js";
import { isSoak } from "../support/soak.js";
import { aBatch, aSpan, searchInfos, traceId } from "../support/spans.js";
import { demoTraces } from "../support/traces.js";
import { createRecordingWorld } from "../support/tracing.js";

/** That many in a short run; with SPANBOOK_SOAK=1 forty times as many. */
const rounds = (count: number) => (isSoak ? 40 * count : count);
const timeout = isSoak ? 1_800_000 : 60_000;

afterAll(() => {
  if (isSoak) console.log(`${damage.inputs} damaged inputs, ${damage.bytes} bytes`);
});

describe("a filter", { timeout }, () => {
  const scraps = [
    "'",
    '"',
    "`",
    "(",
    ")",
    ",",
    ".",
    "\\",
    "\0",
    "\ud800",
    " NOT ",
    " AND ",
    "=",
    "1e999",
    "%",
  ];

  function injure(text: string, random: Random): string {
    const [from, to] = [random.integer(0, text.length), random.integer(0, text.length)];
    const cut = Math.min(to, from + random.integer(1, 12));
    return random.pick([
      () => text.slice(0, from) + random.pick(scraps) + text.slice(from),
      () => text.slice(0, from) + text.slice(Math.max(from, cut)),
      () => text.slice(0, from) + text.slice(Math.min(from, to), Math.max(from, to)) + text.slice(from),
      () => text.slice(0, from),
      () => text.replace(random.pick([" AND ", " OR ", "=", "'", "("]), random.pick(scraps)),
    ])();
  }

  it("that is damaged gives a FilterSyntaxError with a position, or a tree that survives writing and reading", () => {
    const random = createRandom(1);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < rounds(2000); round++) {
      let text = formatFilter(randomFilter(random));
      for (let count = random.integer(1, 3); count > 0; count--) text = injure(text, random);
      let tree: FilterTree;
      try {
        tree = parseFilter(text);
        outcomes.read++;
      } catch (error) {
        outcomes.refused++;
        const { name, message, position } = error as Error & { position: number };
        expect(name, text).toBe("FilterSyntaxError");
        expect(message, text).toMatch(/^filter at character \d+: expected .+$/);
        expect(position >= 0 && position <= text.length, text).toBe(true);
        continue;
      }
      expect(parseFilter(formatFilter(tree)), text).toEqual(tree);
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(rounds(100));
  });
});

describe("a report", { timeout }, () => {
  async function expectReadOrRefused(input: string | Uint8Array, told: string): Promise<boolean> {
    try {
      const { errors } = await importReport(createMemoryStore(), input);
      for (const { message } of errors) expect(message).not.toBe("");
      return true;
    } catch (error) {
      const { name, message, stack } = error as Error;
      expect(`${name}: ${message}`, `${told}\n${stack}`).toMatch(
        /^TypeError: (the data of the report is damaged: .|expected a Spanbook report|not OTLP JSON: .)/,
      );
      return false;
    }
  }

  it("that is damaged anywhere is read, or refused in one sentence", async () => {
    const random = createRandom(2);
    const { report } = await smallReport();
    const bytes = new TextEncoder().encode(report);
    for (let round = 0; round < rounds(100); round++) {
      await expectReadOrRefused(mutate(bytes, random), `round ${round}`);
    }
  });

  it("whose data is damaged is read as far as possible, or refused in one sentence", async () => {
    const random = createRandom(3);
    const { report, data } = await smallReport();
    const bytes = new TextEncoder().encode(data);
    let read = 0;
    for (let round = 0; round < rounds(100); round++) {
      const text = new TextDecoder().decode(mutate(bytes, random));
      if (await expectReadOrRefused(withData(report, await toPackedText(text)), `round ${round}`)) read++;
    }
    expect(read).toBeGreaterThan(0);
  });

  it("whose fields have other types is read as far as possible, or refused in one sentence", async () => {
    const random = createRandom(4);
    const { report, data } = await smallReport();
    for (let round = 0; round < rounds(150); round++) {
      const traces: unknown = JSON.parse(data);
      replaceSomewhere(traces, random);
      const packed = await toPackedText(JSON.stringify(traces));
      await expectReadOrRefused(withData(report, packed), `round ${round}`);
    }
  });

  it.each([
    ["an object instead of a list", "{}"],
    ["a list of nothing", "[null]"],
    ["a trace without its info", '[{"info":null,"data":{"spans":[{}]}}]'],
    ["a span that is null", '[{"info":{},"data":{"spans":[null]}}]'],
    ["a span without attributes", '[{"info":{},"data":{"spans":[{"traceId":"1"}]}}]'],
    [
      "more levels than the stack has",
      `[{"info":{},"data":{"spans":[${"[".repeat(1e5)}${"]".repeat(1e5)}]}}]`,
    ],
  ])("with %s is refused in one sentence, or read with its errors reported", async (_, data) => {
    const { report } = await smallReport();
    await expectReadOrRefused(withData(report, await toPackedText(data)), data.slice(0, 100));
  });

  it("whose data unpacks to more than fits in memory is refused, however small it is", async () => {
    const { report } = await smallReport();
    // A mebibyte of zeros in a kilobyte, again and again: a gigabyte.
    const piece = deflateRawSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH });
    const header = Buffer.from("1f8b0800000000000003", "hex");
    const packed = Buffer.concat([header, ...Array.from({ length: 1024 }, () => piece)]).toString("base64");
    expect(packed.length).toBeLessThan(2 ** 21);
    await expect(importReport(createMemoryStore(), withData(report, packed))).rejects.toThrow(
      "the report is longer than 268435456 characters",
    );
  });

  it("that never ends is refused", async () => {
    async function* endless() {
      const piece = " ".repeat(2 ** 22);
      for (;;) yield piece;
    }
    await expect(importReport(createMemoryStore(), endless())).rejects.toThrow(
      "the report is longer than 268435456 characters",
    );
  });
});

const dataPattern = /(?<=id="spanbook-data">)[^<]*/;
const withData = (report: string, packed: string) => report.replace(dataPattern, () => packed);
/** A report's page without all that does not hold its data: the program and the styles. */
async function smallReport(): Promise<{ report: string; data: string }> {
  const page = await createReport(demoTraces().slice(0, 3));
  const [packed = ""] = dataPattern.exec(page) ?? [];
  const report = `<!doctype html><script type="application/gzip" id="spanbook-data">${packed}</script>`;
  return { report, data: await fromPackedText(packed) };
}

/** Replaces something within the value by random JSON. */
function replaceSomewhere(value: unknown, random: Random): void {
  let inner = value as Record<string, unknown>;
  for (;;) {
    const key = random.pick(Object.keys(inner));
    const next = inner[key];
    const isInnermost = typeof next !== "object" || next === null || Object.keys(next).length === 0;
    if (isInnermost || random.chance(0.15)) {
      inner[key] = randomJson(random);
      return;
    }
    inner = next as Record<string, unknown>;
  }
}

describe("OTLP as protobuf", { timeout }, () => {
  it("that is damaged is a TypeError, or a document that is imported or refused as JSON would be", async () => {
    const random = createRandom(5);
    const messages = await Promise.all(
      Array.from({ length: 20 }, async (_, seed) => {
        const store = createMemoryStore();
        await importOtlp(store, randomOtlp(seed + 1).text);
        const { traces } = await store.search({ includeSpans: true });
        const document = await collect(exportOtlp(traces));
        return encodeOtlpProtobuf(JSON.parse(document) as { resourceSpans: object[] });
      }),
    );
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < rounds(1000); round++) {
      const bytes = mutate(random.pick(messages), random);
      let text: string;
      try {
        text = JSON.stringify(decodeOtlpProtobuf(bytes));
        outcomes.read++;
      } catch (error) {
        outcomes.refused++;
        const { name, message, stack } = error as Error;
        expect(`${name}: ${message}`, stack).toMatch(/^TypeError: not OTLP protobuf: ./);
        continue;
      }
      const { errors } = await importOtlp(createMemoryStore(), text);
      for (const { message } of errors) expect(message).not.toBe("");
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(rounds(50));
  });

  it("with endlessly nested groups and values is a TypeError, or is read without them", () => {
    const groups = new Uint8Array(500_000).fill(0x7b);
    expect(() => decodeOtlpProtobuf(groups)).toThrow(/^not OTLP protobuf: ./);
  });
});

async function collect(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

describe("a span with hostile attributes", { timeout }, () => {
  /** The keys that the dialects read, found by watching them. */
  function keysThatAreRead(): string[] {
    const keys = new Set<string>();
    const note = (key: string | symbol) => void (typeof key === "string" && keys.add(key));
    const asked = {
      get: (_: object, key: string | symbol) => note(key),
      getOwnPropertyDescriptor: (_: object, key: string | symbol) => note(key),
    };
    const attributes = new Proxy<Record<string, never>>({}, asked);
    const span = aSpan({ fields: { attributes } });
    for (const dialect of everyDialect) for (const read of Object.values(dialect)) read(attributes, span);
    return [...keys, "llm.input_messages.0.message.content", "gen_ai.prompt.0.content"];
  }

  function randomSpan(random: Random, keys: readonly string[]): Span {
    const attributes = Object.fromEntries(
      Array.from({ length: random.integer(1, 8) }, () => {
        const value = randomJson(random);
        return [random.pick(keys), random.chance(0.5) ? JSON.stringify(value) : value];
      }),
    ) as Span["attributes"];
    return aSpan({ name: String(randomJson(random, 0)), fields: { attributes } });
  }

  const keys = keysThatAreRead();

  it("is described and digested without an error, and the digest is small and plain data", () => {
    expect(keys.length).toBeGreaterThan(30);
    const random = createRandom(6);
    for (let round = 0; round < rounds(40); round++) {
      const span = randomSpan(random, keys);
      const before = JSON.stringify(span);
      describeSpan(span);
      const digest = digestSpan(span, 1);
      expect(structuredClone(digest), before.slice(0, 2000)).toEqual(digest);
      expect(JSON.stringify(span)).toBe(before);
    }
    expect(Object.prototype).toEqual({});
  });

  it("is redacted without an error, and keeps its shape", () => {
    const random = createRandom(7);
    const { span: redact } = createRedaction({ personalData: true, patterns: [/x{3}/] });
    for (let round = 0; round < rounds(200); round++) {
      const span = randomSpan(random, keys);
      const redacted = redact!(span);
      expect(redacted.traceId).toBe(span.traceId);
      expect(Object.keys(redacted.attributes)).toEqual(Object.keys(span.attributes));
    }
  });
});

describe("a hostile value", { timeout }, () => {
  const maxCharacters = 20_000;

  it("is captured as JSON text within its limit, without an error, and is read no more often than the text is long", () => {
    const random = createRandom(11);
    for (let round = 0; round < rounds(1500); round++) {
      const { value, reads } = randomValue(random);
      const { text } = captureJson(value, maxCharacters);
      const told = `round ${round}`;
      expect(() => JSON.parse(text) as unknown, told).not.toThrow();
      expect(text.length, told).toBeLessThan(2 * maxCharacters);
      expect(reads(), told).toBeLessThan(2 * maxCharacters);
      const attribute = captureAttribute(value, maxCharacters);
      if (attribute !== undefined) expect(fromPlain(toPlain(attribute)), told).toBeDefined();
    }
    expect(Object.prototype).toEqual({});
  });

  it("is recorded, stored, described and exported in every place of a span", async () => {
    for (let round = 0; round < rounds(8); round++) {
      const random = createRandom(1200 + round);
      const { tracing, store } = createRecordingWorld({ maxValueCharacters: maxCharacters });
      let open = 0;
      for (let count = 0; count < 20; count++) {
        const [one, other, third] = [random, random, random].map((each) => randomValue(each).value);
        if (!(await isSettledSoon(tracing.trace((_: unknown) => other)(one)))) open++;
        tracing.withSpan(
          (span) => {
            span
              .setAttribute("one", one as never)
              .setInputs(other)
              .setOutputs(third);
            span.addEvent({ name: "event", attributes: { one } as never }).recordException(third);
            span.updateTrace({ tags: { one: one as never }, requestPreview: other as never });
          },
          { name: "hostile" },
        );
      }
      await tracing.flush();
      const { written, ...rest } = tracing.stats();
      expect(rest, `round ${round}`).toMatchObject({ recorded: 40, buffered: 0, dropped: 0 });
      // The span of what cannot be watched, such as a frozen thenable, ends at once.
      expect(40 - written, `round ${round}`).toBeLessThanOrEqual(open);
      const { traces } = await store.search({ includeSpans: true, maxResults: 1000 });
      for (const span of traces.flatMap(({ data }) => data.spans)) describeSpan(span);
      const { errors: refused, spans } = await importOtlp(createMemoryStore(), exportOtlp(store));
      expect([refused, spans], `round ${round}`).toEqual([[], 40]);
    }
  });
});

/** Whether it is not a thenable, or one that calls back. */
async function isSettledSoon(value: unknown): Promise<boolean> {
  const settled = Promise.resolve(value).then(
    () => true,
    () => true,
  );
  return Promise.race([settled, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

describe("any file", { timeout }, () => {
  it("that is zipped and damaged is read as far as possible, or refused in one sentence", async () => {
    const random = createRandom(13);
    const { report } = await smallReport();
    const traces = demoTraces().slice(0, 3);
    const files = [
      await collect(exportOtlp(traces)),
      await collect(exportOtlp(traces, { format: "jsonl" })),
      await collect(exportMlflow(traces)),
      report,
      readFileSync(await writtenFile()),
    ].map((content) => new Uint8Array(gzipSync(content)));
    for (let round = 0; round < rounds(60); round++) {
      const zipped = mutate(random.pick(files), random);
      try {
        const { errors } = await importFile(createMemoryStore(), new Blob([zipped as BlobPart]).stream());
        for (const { message } of errors) expect(message).toMatch(/^.+$/);
      } catch (failure) {
        const { name, message, stack } = failure as Error;
        expect(name, stack).toMatch(/^(TypeError|RangeError|Store(Corrupt|Version)Error)$/);
        expect(message, stack).toMatch(/^[^\n]+$/);
        expect(message, stack).not.toMatch(/is not a function|Cannot (read|destructure)|undefined/);
      }
    }
  });
});

describe("an address", { timeout }, () => {
  it("that is damaged opens the explorer as far as it makes sense", () => {
    const random = createRandom(14);
    const whole = encodeView({ text: "name = 'a' & b", groupBy: "session", traceId: traceId(1) });
    for (let round = 0; round < rounds(300); round++) {
      const bytes = mutate(new TextEncoder().encode(whole), random);
      const view = decodeView(new TextDecoder().decode(bytes));
      expect(decodeView(encodeView(view))).toEqual(view);
    }
  });
});

describe("a database file", { timeout }, () => {
  it("that is damaged is opened, or refused and left unchanged, and the next file can be opened all the same", async () => {
    const random = createRandom(8);
    const file = await writtenFile();
    const whole = readFileSync(file);
    for (let round = 0; round < rounds(60); round++) {
      const bytes = mutate(whole, random);
      writeFileSync(file, bytes);
      try {
        const store = await openInThread(file);
        await store.search({ includeSpans: true });
        await store.close();
      } catch (failure) {
        expectClear(failure);
        expect(readFileSync(file).equals(bytes), `round ${round}`).toBe(true);
      }
      writeFileSync(file, whole);
    }
    const store = await openInThread(file);
    expect(await searchInfos(store)).toHaveLength(3);
    await store.close();
  });

  it("into which another program has put values is read, or refused in one sentence", async () => {
    const random = createRandom(11);
    const file = await writtenFile();
    const whole = readFileSync(file);
    const values = [null, "", "x", "null", "5", "[]", "{}", '{"__proto__":{"a":1}}', `[${"[".repeat(5000)}`];
    const numbers = [-1, 0, 1.5, 1e308, 2 ** 62, new Uint8Array([0, 255])];
    for (let round = 0; round < rounds(40); round++) {
      writeFileSync(file, whole);
      const database = new sqlite.Database(file);
      const tables = database
        .all("SELECT name FROM sqlite_master WHERE type = 'table'")
        .map(({ name }) => String(name));
      const table = random.pick(tables);
      const column = String(random.pick(database.all(`PRAGMA table_info(${table})`))["name"]);
      const value = random.pick<unknown>([...values, ...numbers]);
      try {
        database.run(`UPDATE ${table} SET ${column} = ?`, [value as never]);
      } catch {
        // Columns that must not be null, or must be unique.
      }
      database.close();
      const told = `round ${round}: ${table}.${column} = ${String(value)}`;
      const store = await openInThread(file, expectClear).catch((failure: Error) =>
        expectClear(failure, told),
      );
      if (!store) continue;
      const calls = [
        () => store.search({ includeSpans: true, orderBy: ["execution_time_ms DESC"] }),
        () => store.search({ filter: "span.content LIKE '%why%' AND status = 'OK'" }),
        () => store.search({ filter: "span.attributes.model LIKE '%x%' OR feedback.good = 'x'" }),
        () => store.get(traceId(1), { include: "spans" }),
        () => store.stats({ groupBy: "session" }),
        () => store.changes(0, 10),
        () => store.write(aBatch([aSpan({ trace: 1, id: 7 })])),
        () => store.delete({ traceIds: [traceId(2)] }),
        () => store.close(),
      ];
      for (const [index, call] of calls.entries()) {
        await call().catch((failure: Error) => expectClear(failure, `${told}, call ${index}`));
      }
    }
  });

  it("that a worker refused does not keep the process from opening another one", async () => {
    const random = createRandom(9);
    const whole = readFileSync(await writtenFile());
    for (let round = 0; round < rounds(4); round++) {
      const bad = newPath();
      writeFileSync(bad, mutate(whole.subarray(0, 4096 * 3), random));
      await open(bad)
        .then((store) => store.close())
        .catch(expectClear);
      const good = newPath();
      writeFileSync(good, whole);
      const store = await open(good);
      expect(await searchInfos(store)).toHaveLength(3);
      await store.close();
    }
  });

  it("keeps what was saved, and everything in a damaged journal before the damage", async () => {
    const random = createRandom(10);
    const file = newPath();
    const saved = await open(file);
    await saved.write(aBatch([aSpan({ trace: 1 })]));
    await saved.close();
    const store = await open(file);
    const ends: number[] = [];
    const journal = () => filesBeside(file).find((name) => name.includes("-journal-"))!;
    for (const trace of [2, 3, 4, 5]) {
      await store.write(aBatch([aSpan({ trace, inputs: "why? ".repeat(20) })]));
      ends.push(readFileSync(file.replace("traces.db", journal())).length);
    }
    const killed = copyAsKilled(file);
    const name = journal();
    await store.close();
    const whole = {
      database: readFileSync(killed),
      journal: readFileSync(killed.replace("traces.db", name)),
    };
    for (let round = 0; round < rounds(60); round++) {
      const bytes = mutate(whole.journal, random);
      const copy = newPath();
      writeFileSync(copy, whole.database);
      writeFileSync(copy.replace("traces.db", name), bytes);
      const damageAt = firstDifference(whole.journal, bytes);
      const unharmed = 1 + ends.filter((end) => end <= damageAt).length;
      const found = await tracesAfterRecovery(copy);
      expect(found.slice(0, unharmed), `round ${round}`).toEqual(
        Array.from({ length: unharmed }, (_, index) => traceId(index + 1)),
      );
    }
  });

  /** In order; opening it again gives the same. A damaged journal is reported as such. */
  async function tracesAfterRecovery(file: string): Promise<string[]> {
    const look = async () => {
      const store = await openInThread(file, expectClear);
      const infos = await searchInfos(store, { orderBy: ["request_id"] });
      await store.close();
      return infos.map((info) => info.traceId);
    };
    const found = await look();
    expect(await look()).toEqual(found);
    return found;
  }

  function firstDifference(one: Uint8Array, other: Uint8Array): number {
    const at = one.findIndex((byte, index) => byte !== other[index]);
    return at < 0 ? one.length : at;
  }

  function expectClear(failure: unknown, told = ""): void {
    const { name, message, stack } = failure as Error;
    expect(name, `${told} ${stack}`).toMatch(/^Store(Corrupt|Version|Conflict)Error$/);
    expect(message).not.toContain("\n");
  }
});
