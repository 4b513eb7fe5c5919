/**
 * What a trace, a file or an address holds is only data: to objects, to the command line's paths and terminal, and to memory.
 * How each part treats hostile texts is in its own tests (for stores, and SQL, test/conformance/hostile-words.ts); here they go
 * through all of it.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { exportMlflow, importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";
import { afterEach, describe, expect, test } from "vitest";
import { readWhole } from "../../packages/spanbook/src/files/byte-stream.js";
import { decodeView, encodeView } from "../../packages/widget/src/derive/explorer-view.js";
import { hostileWords } from "../conformance/hostile-words.js";
import { run } from "../spanbook/run.js";
import { newFolder } from "../store-sqljs/support.js";
import { aBatch, aSpan } from "../support/spans.js";
import { hostileTrace } from "../support/traces.js";

afterEach(() => {
  // Nothing may have reached the prototypes of all objects.
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("polluted" in {}).toBe(false);
});

describe("objects", () => {
  const keys = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}';

  test("get no prototype from a file, wherever its keys stand", async () => {
    const trace = hostileTrace(1);
    const texts = [
      { importer: importOtlp, text: await textOf(exportOtlp([trace])) },
      { importer: importMlflow, text: await textOf(exportMlflow([trace])) },
    ];
    for (const { importer, text } of texts) {
      // Each object of the document in turn starts with the hostile keys.
      const places = [...text.matchAll(/\{(?=")/g)].map(({ index }) => index);
      for (const place of places) {
        const changed = `${text.slice(0, place + 1)}${keys.slice(1, -1)},${text.slice(place + 1)}`;
        const store = createMemoryStore();
        await importer(store, changed).catch((error: Error) => expect(error).toBeInstanceOf(TypeError));
        const { traces } = await store.search({ includeSpans: true });
        expect(traces.every(({ info }) => info.name !== undefined)).toBe(true);
        expect("polluted" in {}).toBe(false);
      }
    }
  });

  test("get no prototype from a report, and its traces come back unchanged", async () => {
    const trace = hostileTrace(1);
    const store = createMemoryStore();
    await importReport(store, await createReport([trace]));
    const { traces } = await store.search({ includeSpans: true });
    const attributes = trace.data.spans.map((span) => [span.name, span.attributes]);
    expect(traces[0]?.data.spans.map((span) => [span.name, span.attributes])).toEqual(attributes);
    expect(traces[0]?.info.tags).toEqual(trace.info.tags);
  });

  test("get no prototype from an address", () => {
    for (const word of hostileWords) {
      const text = new URLSearchParams([
        [word, word],
        ["__proto__", word],
        ["__proto__.polluted", "1"],
        ["groupBy", word],
        ["order", word],
        ["columns", word],
        ["time", word],
      ]).toString();
      const view = decodeView(`#${text}`);
      expect(view).toEqual({});
      expect(Object.getPrototypeOf(view)).toBe(Object.prototype);
      // An address cannot hold a lone surrogate.
      if (!/\p{Cs}/u.test(word)) expect(decodeView(encodeView({ text: word }))).toEqual({ text: word });
    }
  });
});

describe("the command line", () => {
  test("writes to the files it was given and to no others, whatever traces and files are called", async () => {
    const folder = newFolder();
    const inside = path.join(folder, "work", "deep");
    mkdirSync(inside, { recursive: true });
    const names = [
      "../../escaped.html",
      "/tmp/escaped.html",
      "..\\..\\escaped",
      "-o",
      "a\0b",
      "$(touch escaped)",
    ];
    const store = createMemoryStore();
    for (const [index, name] of names.entries()) {
      const span = aSpan({ trace: index + 1, name, sessionId: name, attributes: { "service.name": name } });
      await store.write(aBatch([span]));
    }
    const file = path.join(inside, "names.jsonl");
    writeFileSync(file, await textOf(exportOtlp(store, { format: "jsonl" })));
    const out = (name: string) => path.join(inside, name);
    expect((await run(["report", file, "-o", out("report.html")])).code).toBe(0);
    expect((await run(["import", file, "--into", out("into.db")])).code).toBe(0);
    expect((await run(["export", file, "-o", out("copy.json")])).code).toBe(0);
    expect(readdirSync(inside).sort()).toEqual(["copy.json", "into.db", "names.jsonl", "report.html"]);
    expect(readdirSync(folder)).toEqual(["work"]);
    expect(readdirSync(path.dirname(inside))).toEqual(["deep"]);
    expect([existsSync("/tmp/escaped.html"), existsSync("escaped")]).toEqual([false, false]);
  });

  test("sends no control characters of a damaged file to the terminal, neither in errors nor in JSON", async () => {
    const steering = "\u001b[2J\u009b31m\u0007\u202e";
    const folder = newFolder();
    const file = path.join(folder, "steering.jsonl");
    const span = aSpan({ name: steering, attributes: { [steering]: steering } });
    const good = await textOf(exportOtlp([await traceOf(span)], { format: "jsonl" }));
    const bad = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":${JSON.stringify(steering)},"traceId":"${steering}"}]}]}]}`;
    writeFileSync(file, `${good}${bad}\n${steering}\n{"${steering}":1}\n`);
    for (const words of [
      ["show", "last", file],
      ["show", "last", file, "--json"],
      ["search", "", file, "--json"],
      ["search", `name = '${steering}'`, file],
      ["search", steering, file],
      ["stats", file, "--json"],
      ["stats", file],
      ["import", file, "--into", path.join(folder, "into.db"), "--json"],
      ["show", steering, file],
      ["report", path.join(folder, steering), "-o", path.join(folder, "out.html")],
      [steering],
      ["stats", `--${steering}`],
    ]) {
      const { stdout, stderr } = await run(words, { isTerminal: false });
      // eslint-disable-next-line no-control-regex
      expect(stdout + stderr, words.join(" ")).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    }
  });
});

/** Gzip that never ends, and counts how much of it was read. */
function endless(head: string, piece: string): { stream: ReadableStream<Uint8Array>; end(): void } {
  const block = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  const source = Readable.from(
    (function* () {
      yield Buffer.from(head);
      for (;;) yield block;
    })(),
    { objectMode: false },
  );
  const zipped = source.pipe(createGzip({ level: 1 }));
  return {
    stream: Readable.toWeb(zipped) as ReadableStream<Uint8Array>,
    end() {
      source.destroy();
      zipped.destroy();
    },
  };
}

describe("gzip that unpacks to any size", () => {
  const bombs = {
    "one value of OTLP": { importer: importOtlp, head: '{"resourceSpans":[{"a":"', piece: "x" },
    "lines that are no JSON": {
      importer: importMlflow,
      head: '{"info":{},\n',
      piece: `"${"x".repeat(1000)}"\n`,
    },
  } as const;

  test.each(Object.entries(bombs))("is refused if it must be held in memory: %s", async (_, bomb) => {
    const { stream, end } = endless(bomb.head, bomb.piece);
    try {
      await expect(bomb.importer(createMemoryStore(), stream)).rejects.toThrow(
        /^.* longer than 268435456 characters$/,
      );
    } finally {
      end();
    }
  });

  test("is refused inside a report too", async () => {
    const page = await createReport([hostileTrace(1)]);
    const data = gzipSync(Buffer.alloc(2 ** 28 + 1, " "), { level: 1 }).toString("base64");
    const bomb = page.replace(/(<script type="application\/gzip"[^>]*>)[^<]*/, `$1${data}`);
    await expect(importReport(createMemoryStore(), bomb)).rejects.toThrow("longer than 268435456 characters");
  });

  test("is refused as a database before it is all unpacked", async () => {
    const { stream, end } = endless("SQLite format 3\0", "\0");
    const unzipped: ReadableStream<Uint8Array> = stream.pipeThrough(new DecompressionStream("gzip") as never);
    await expect(readWhole(unzipped, 1_000_000)).rejects.toThrow("expected at most 1000000 bytes, unzipped");
    end();
  });

  test("reports no more than a thousand errors", async () => {
    const line = await textOf(exportMlflow([hostileTrace(1)]));
    const { errors } = await importMlflow(createMemoryStore(), line + "x\n".repeat(5000));
    expect(errors).toHaveLength(1001);
    expect(errors.at(-1)?.message).toBe("4000 more errors");
  });
});

async function traceOf(span: ReturnType<typeof aSpan>) {
  const store = createMemoryStore();
  await store.write(aBatch([span]));
  const trace = await store.get(span.traceId, { include: "spans" });
  if (!trace) throw new Error("there is no trace");
  return trace;
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}
