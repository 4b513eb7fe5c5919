/** Files as other systems write and name them. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { exportMlflow, importMlflow } from "@spanbook/core/files";
import { createMemoryStore } from "@spanbook/core/memory";
import type { Trace } from "@spanbook/core/model";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import type { TraceStore } from "@spanbook/core/store";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";
import { describe, expect, test } from "vitest";
import { run } from "../spanbook/run.js";
import { newFolder, open } from "../store-sqljs/support.js";
import { aBatch, aSpan } from "../support/spans.js";
import { demoTraces } from "../support/traces.js";

const traces = demoTraces().slice(0, 3);

/** What files contain, as text, and what reads it. */
const files: Record<
  string,
  [
    text: string,
    read: (
      store: TraceStore,
      input: string | AsyncIterable<string>,
    ) => Promise<{ errors: readonly unknown[] }>,
  ]
> = {
  "OTLP JSON": [await textOf(exportOtlp(traces)), importOtlp],
  "JSON lines of OTLP": [await textOf(exportOtlp(traces, { format: "jsonl" })), importOtlp],
  "MLflow's trace JSON, a line each": [await textOf(exportMlflow(traces)), importMlflow],
  "a report": [await createReport(traces), importReport],
};

describe("with Windows line ends", () => {
  test.each(Object.entries(files))("%s is read as without them", async (_, [text, read]) => {
    const converted = text.replaceAll("\n", "\r\n");
    expect(converted).not.toBe(text);
    const [plain, whole, inPieces] = [createMemoryStore(), createMemoryStore(), createMemoryStore()];
    const results = [
      await read(plain, text),
      await read(whole, converted),
      // A piece ends between the two characters of a line end.
      await read(inPieces, pieces(converted.split(/(?<=\r)/))),
    ];
    expect(results.map(({ errors }) => errors)).toEqual([[], [], []]);
    const found = await allOf(plain);
    expect(found).toHaveLength(traces.length);
    expect([await allOf(whole), await allOf(inPieces)]).toEqual([found, found]);
  });

  test("and empty lines between them, every line is counted once", async () => {
    const { errors } = await importOtlp(createMemoryStore(), `{"resourceSpans":[]}\r\n\r\n{"broken\r\n`);
    expect(errors).toMatchObject([{ line: 3 }]);
  });
});

describe("the command line", () => {
  const names = ["C:\\x\\y.db", "..\\y z.db", "CON.db", "%TEMP%.db", "ünïcödé ‹›.db"];

  test.each(names)("takes the file name %s literally, for reading and for writing", async (name) => {
    const folder = newFolder();
    const inFolder = (file: string) => path.join(folder, file);
    const store = await open(inFolder(name));
    await store.write(aBatch([aSpan({ name: "question" })]));
    await store.close();
    for (const words of [
      ["export", inFolder(name), "-o", inFolder(`${name}.json`)],
      ["report", inFolder(name), "-o", inFolder(`${name}.html`)],
      ["import", inFolder(`${name}.json`), "--into", inFolder(`copy of ${name}`)],
    ]) {
      expect(await run(words)).toMatchObject({ code: 0 });
    }
    const shown = await run(["show", "last", inFolder(`copy of ${name}`)]);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("question")]);
    expect(readdirSync(folder).sort()).toEqual(
      [name, `${name}.json`, `${name}.html`, `copy of ${name}`].sort(),
    );
  });

  test("takes file: URLs in place of paths that it reads", async () => {
    const folder = path.join(newFolder(), "with space");
    mkdirSync(folder);
    const database = pathToFileURL(path.join(folder, "traces.db"));
    const store = await open(database);
    expect(store.path).toBe(path.join(folder, "traces.db"));
    await store.write(aBatch([aSpan({ name: "question" })]));
    await store.close();
    const text = pathToFileURL(path.join(folder, "traces.json"));
    writeFileSync(text, await textOf(exportOtlp(traces)));
    for (const url of [database, text]) {
      expect(await run(["stats", url.href])).toMatchObject({ code: 0, stderr: "" });
    }
    expect(await run(["import", text.href, "--into", database.href])).toMatchObject({ code: 0 });
    expect(readdirSync(folder).sort()).toEqual(["traces.db", "traces.json"]);
    expect(existsSync("file:")).toBe(false);
  });
});

async function allOf(store: TraceStore): Promise<readonly Trace[]> {
  return (await store.search({ includeSpans: true, maxResults: 100 })).traces;
}

async function* pieces(parts: readonly string[]) {
  yield* parts;
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const part of parts) text += part;
  return text;
}
