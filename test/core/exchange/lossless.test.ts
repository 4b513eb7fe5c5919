import { describe, expect, it } from "vitest";
import { gunzipSync, gzipSync } from "node:zlib";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createMemoryStore } from "@spanbook/core/memory";
import { importMlflow } from "@spanbook/core/files";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import {
  createDocumentSplitter,
  type DocumentPart,
} from "../../../packages/core/src/exchange/document-splitter.js";
import { parseExactJson } from "../../../packages/core/src/exchange/exact-json.js";
import { contentId } from "../../../packages/core/src/model/ids.js";
import { toProtobufSpans } from "../../support/otlp-judge.js";
import { createRandom } from "../../support/random.js";
import { randomOtlp } from "../../support/random-otlp.js";
import { aBatch, aPatch, aSpan, searchInfos, spanId, traceId } from "../../support/spans.js";

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

async function* chunksOf(text: string, seed: number): AsyncGenerator<string> {
  const random = createRandom(seed);
  for (let at = 0; at < text.length;) {
    const next = at + random.integer(1, 50);
    yield text.slice(at, next);
    at = next;
  }
}

describe("a valid document", () => {
  it("comes out equal as protobuf: 150 random ones", async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const { text, spanCount } = randomOtlp(seed);
      const store = createMemoryStore();
      const result = await importOtlp(store, chunksOf(text, seed));
      expect(result, `seed ${seed}`).toMatchObject({ spans: spanCount, errors: [] });
      const exported = toProtobufSpans(await textOf(exportOtlp(store)));
      // The judge rounds integers as JSON.parse does, so it gets them as strings.
      const expected = toProtobufSpans(JSON.stringify(parseExactJson(text)));
      expect(exported, `seed ${seed}`).toEqual(expected);
    }
  });

  it("gives the last value if a key occurs twice", async () => {
    const store = createMemoryStore();
    const attributes = [1, 2].map((n) => ({ key: "a", value: { intValue: n } }));
    const span = { traceId: traceId(1), spanId: spanId(1), startTimeUnixNano: "1", attributes };
    await importOtlp(store, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
    expect((await store.getSpan(traceId(1), spanId(1)))?.attributes).toEqual({ a: 2 });
  });

  it("keeps its other resources if the attributes of one are nested too deep", async () => {
    const store = createMemoryStore();
    const deep = `${'{"arrayValue":{"values":['.repeat(5000)}{}${"]}}".repeat(5000)}`;
    const group = (resource: string, id: number) =>
      `{"resource":{"attributes":[{"key":"a","value":${resource}}]},"scopeSpans":[{"spans":[{"traceId":"${traceId(id)}","spanId":"${spanId(id)}","startTimeUnixNano":"1"}]}]}`;
    const text = `{"resourceSpans":[${group(deep, 1)},${group("{}", 2)}]}`;
    expect(await importOtlp(store, text)).toMatchObject({
      spans: 1,
      errors: [
        { line: 1, path: "resourceSpans[0].resource", message: "an attribute is nested deeper than 200" },
      ],
    });
  });
});

describe("exact JSON", () => {
  it("reads NaN and Infinity, which Python writes, as text, and leaves strings alone", () => {
    const text = '{"NaN": NaN,"\\"a":[-Infinity,Infinity,1234567890123456789],"b":"x: NaN, \\"NaN"}';
    for (const mayHaveLongNumbers of [undefined, true, false]) {
      expect(parseExactJson(text, mayHaveLongNumbers)).toEqual({
        NaN: "NaN",
        '"a': ["-Infinity", "Infinity", "1234567890123456789"],
        b: 'x: NaN, "NaN',
      });
    }
    for (const bad of ['{"a":NaNa}', '{"a":"NaN",}', "{NaN:1}x"]) {
      expect(() => parseExactJson(bad)).toThrow(SyntaxError);
    }
  });

  it("equals what JSON.parse gives, except for integers that a double cannot hold", () => {
    const text =
      '{"a":[1234567890123456789,-1234567890123456789,1.5,"1234567890123456789",1e20,12345678901234567000.0],"b\\"c":0}';
    expect(parseExactJson(text)).toEqual({
      a: [
        "1234567890123456789",
        "-1234567890123456789",
        1.5,
        "1234567890123456789",
        1e20,
        12345678901234567000,
      ],
      'b"c': 0,
    });
    for (let seed = 1; seed < 50; seed++) {
      const { text: random } = randomOtlp(seed);
      expect(JSON.stringify(parseExactJson(random)).replace(/"(-?\d{16,})"/g, "$1")).toBe(
        JSON.stringify(JSON.parse(random.replace(/([:,[]\s*)(-?\d{16,})(?=[\s,}\]])/g, '$1"$2"'))).replace(
          /"(-?\d{16,})"/g,
          "$1",
        ),
      );
    }
  });
});

describe("the splitter", () => {
  function split(text: string, seed: number): DocumentPart[] {
    const random = createRandom(seed);
    const splitter = createDocumentSplitter("resourceSpans");
    const parts: DocumentPart[] = [];
    for (let at = 0; at < text.length;) {
      const next = at + random.integer(1, 30);
      parts.push(...splitter.push(text.slice(at, next)));
      at = next;
    }
    return [...parts, ...splitter.end()];
  }

  it("finds the elements that JSON.parse finds, in chunks of any size", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { text } = randomOtlp(seed);
      const document = JSON.parse(text) as { resourceSpans: unknown[] };
      const odd = `{"a":{"resourceSpans":[{"no":1}]},"b":"]}{","resource\\u0053pans":${JSON.stringify(document.resourceSpans)},"c":[{}]}`;
      for (const whole of [text, odd]) {
        const parts = split(whole, seed);
        const elements = parts.flatMap((part) =>
          part.kind === "element" ? [JSON.parse(part.text) as unknown] : [],
        );
        expect(elements).toEqual(document.resourceSpans);
        expect(parts.at(-1)).toMatchObject({ kind: "end", line: 1, hasElements: true });
      }
    }
  });

  it("goes on after a broken line, once it knows that each line is a document", () => {
    const kinds = split('{"a":1}\n{"b":[\n\n3\n{"c":"}\n{"d":{}}\n{"e"', 1).map(
      ({ kind, line }) => `${line} ${kind}`,
    );
    expect(kinds).toEqual(["1 end", "2 broken", "4 value", "5 broken", "6 end", "7 broken"]);
  });
});

describe("importOtlp reads", () => {
  const source = createMemoryStore();
  const spans = Array.from({ length: 40 }, (_, i) =>
    aSpan({ trace: 1 + (i % 4), id: i + 1, name: `é🎉${i}` }),
  );
  const bytesOf = async () => {
    await source.write(aBatch(spans));
    return new TextEncoder().encode(await textOf(exportOtlp(source)));
  };

  it("UTF-16 with a byte order mark, as PowerShell's > writes it on Windows", async () => {
    const text = `\uFEFF${new TextDecoder().decode(await bytesOf())}`;
    const little = Buffer.from(text, "utf16le");
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      expect(await importOtlp(createMemoryStore(), bytes)).toMatchObject({ spans: 40, errors: [] });
    }
  });

  it("text, bytes, buffers, blobs, streams, URLs and paths, with or without gzip", async () => {
    const bytes = await bytesOf();
    const folder = await mkdtemp(path.join(tmpdir(), "spanbook-"));
    for (const content of [bytes, new Uint8Array(gzipSync(bytes))]) {
      const file = path.join(folder, "traces");
      await writeFile(file, content);
      const buffer = content.buffer.slice(
        content.byteOffset,
        content.byteOffset + content.byteLength,
      ) as ArrayBuffer;
      const byByte = async function* () {
        for (const byte of content) yield Uint8Array.of(byte);
      };
      const inputs = [
        content,
        buffer,
        new Blob([buffer]),
        new File([buffer], "traces.json"),
        new Blob([buffer]).stream(),
        byByte(),
        pathToFileURL(file),
        { path: file },
        new URL(`data:application/json;base64,${Buffer.from(content).toString("base64")}`),
      ];
      for (const input of inputs) {
        expect(await importOtlp(createMemoryStore(), input)).toMatchObject({
          traces: 4,
          spans: 40,
          errors: [],
        });
      }
    }
    await rm(folder, { recursive: true });
  });

  it("nothing after an abort, and rejects if its input fails", async () => {
    const bytes = await bytesOf();
    await expect(importOtlp(createMemoryStore(), { path: "/nowhere" })).rejects.toMatchObject({
      code: "ENOENT",
    });
    const half = gzipSync(bytes).subarray(0, 200);
    await expect(importOtlp(createMemoryStore(), half)).rejects.toThrow("the gzip is damaged");
    await expect(
      importOtlp(createMemoryStore(), bytes, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  it("truncated gzip up to where it ends, and reports that", async () => {
    const line = (id: number) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${spanText(id)}]}]}]}\n`;
    const spanText = (id: number) =>
      `{"traceId":"${traceId(id)}","spanId":"${spanId(id)}","startTimeUnixNano":"1","name":"${contentId({ id })}"}`;
    const zipped = gzipSync(Array.from({ length: 5000 }, (_, i) => line(i + 1)).join(""));
    const store = createMemoryStore();
    const { spans, errors } = await importOtlp(store, zipped.subarray(0, zipped.length / 2));
    expect(spans).toBeGreaterThan(1000);
    expect(errors.at(-1)).toMatchObject({
      line: spans + 1,
      message: expect.stringContaining("the gzip is damaged: ") as string,
    });
    const mlflow = `${JSON.stringify({ info: {}, data: { spans: [] } })}\n`;
    const half = gzipSync(Array.from({ length: 50000 }, () => mlflow).join("") + randomOtlp(1).text).subarray(
      0,
      -200,
    );
    const result = await importMlflow(createMemoryStore(), half);
    expect(result.errors.at(-1)?.message).toContain("the gzip is damaged: ");
  });

  it("a document much larger than what it holds of it in memory", async () => {
    const group = (id: number) =>
      `{"resource":{"attributes":[{"key":"n","value":{"intValue":"${id % 7}"}}]},"scopeSpans":[{"spans":[{"traceId":"${traceId(id)}","spanId":"${spanId(id)}","startTimeUnixNano":"1","attributes":[{"key":"a","value":{"stringValue":"${"x".repeat(2000)}"}}]}]}]}`;
    let given = 0;
    let mostWaiting = 0;
    let written = 0;
    async function* document() {
      yield '{"resourceSpans":[';
      for (given = 1; given <= 5000; given++) {
        yield (given > 1 ? "," : "") + group(given);
        mostWaiting = Math.max(mostWaiting, given - written);
      }
      yield "]}";
    }
    const store = {
      ...createMemoryStore(),
      write: async ({ spans: { length } }: { spans: readonly unknown[] }) => void (written += length),
    };
    expect(await importOtlp(store, document())).toMatchObject({ spans: 5000, errors: [] });
    expect(mostWaiting).toBeLessThan(600);
  });
});

describe("exportOtlp", () => {
  it("writes gzip if asked to", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    const chunks: Uint8Array[] = [];
    for await (const chunk of exportOtlp(store, { gzip: true })) chunks.push(chunk);
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(await textOf(exportOtlp(store)));
  });

  it("reports its progress and can be aborted", async () => {
    const store = createMemoryStore();
    await store.write(aBatch(Array.from({ length: 3 }, (_, i) => aSpan({ trace: i + 1, id: i + 1 }))));
    const controller = new AbortController();
    const seen: number[] = [];
    const running = textOf(
      exportOtlp(store, {
        signal: controller.signal,
        onProgress: ({ spans }) => seen.push(spans) === 2 && controller.abort(),
      }),
    );
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toEqual([1, 2]);
  });

  it("carries tags, metadata, previews and the request id, and an import restores them", async () => {
    for (const [what, span] of [
      ["root", aSpan()],
      ["orphan", aSpan({ parent: 9 })],
    ] as const) {
      const store = createMemoryStore();
      const patches = [
        aPatch(1, { op: "setTag", key: "topic", value: "law" }),
        aPatch(2, { op: "setTag", key: "__proto__", value: "x" }),
        aPatch(3, { op: "setTag", key: "$a", value: "" }),
        aPatch(4, { op: "setMetadata", key: "mlflow.trace.session", value: "s1" }),
        aPatch(5, { op: "setField", field: "requestPreview", value: "asked" }),
        aPatch(6, { op: "setField", field: "clientRequestId", value: "r1" }),
      ];
      await store.write(aBatch([span], { patches }));
      const text = await textOf(exportOtlp(store));
      expect(text.includes('"mlflow.traceTag.topic"')).toBe(what === "root");
      const copy = createMemoryStore();
      await importOtlp(copy, text);
      const { revision: _a, ...before } = (await searchInfos(store))[0]!;
      const { revision: _b, ...after } = (await searchInfos(copy))[0]!;
      expect(after).toEqual(before);
      expect((await copy.getSpan(traceId(1), spanId(1)))?.attributes).toEqual({});
      expect(await textOf(exportOtlp(copy))).toBe(text);
    }
  });

  it("replaces nothing, when imported, that the user of the other store has set", async () => {
    const store = createMemoryStore();
    await store.write(
      aBatch([aSpan()], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "theirs" })] }),
    );
    const other = createMemoryStore();
    await other.write(
      aBatch([aSpan()], { patches: [aPatch(1, { op: "setTag", key: "topic", value: "mine" })] }),
    );
    await importOtlp(other, exportOtlp(store));
    expect((await searchInfos(other))[0]?.tags).toEqual({ topic: "mine" });
  });
});

describe("a damaged document", () => {
  const scraps = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "null",
    "-1",
    "1e999",
    '"__proto__"',
    "[[[[",
    "\u0000",
    "\n",
    ":",
    ",",
  ];

  it("gives its good spans and errors with line numbers, or one clear error: 300 random ones", async () => {
    const random = createRandom(11);
    for (let i = 0; i < 300; i++) {
      let text = randomOtlp(1 + (i % 20)).text.slice(0, 4000);
      for (let cuts = random.integer(1, 4); cuts > 0; cuts--) {
        const at = random.integer(0, text.length);
        text = text.slice(0, at) + random.pick(scraps) + text.slice(at + random.integer(0, 20));
      }
      const outcome = await importOtlp(createMemoryStore(), chunksOf(text, i)).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome.message).toMatch(/^not OTLP JSON: line \d+: ./);
      else {
        for (const { line } of (outcome as { errors: { line: number }[] }).errors) {
          expect(line).toBeGreaterThan(0);
        }
      }
    }
  });
});
