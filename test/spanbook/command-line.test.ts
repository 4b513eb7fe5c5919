import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { createMemoryStore } from "@spanbook/core/memory";
import { exportMlflow } from "@spanbook/core/files";
import type { TraceInfo } from "@spanbook/core/model";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { factsOf, fieldNames } from "@spanbook/core/search";
import { openStore } from "@spanbook/store-sqljs";
import { createReport } from "@spanbook/widget";
import { importReport } from "@spanbook/widget/import-report";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toProtobufBytes, toProtobufSpans } from "../support/otlp-judge.js";
import { openOtlpServer } from "../support/otlp-server.js";
import { aBatch, aSpan, traceId } from "../support/spans.js";
import { demoTraces, hostileTrace } from "../support/traces.js";
import { run } from "./run.js";

let folder: string;
let database: string;
const traces = demoTraces();

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "spanbook-cli-"));
  database = path.join(folder, "demo.db");
  const store = await openStore(database);
  for (const { data } of traces) await store.write(aBatch(data.spans));
  await store.close();
  writeFileSync(at("demo.json"), await textOf(exportOtlp(traces)));
  writeFileSync(at("demo.jsonl.gz"), gzipSync(await textOf(exportOtlp(traces, { format: "jsonl" }))));
  writeFileSync(at("demo.mlflow.json"), await textOf(exportMlflow(traces)));
  writeFileSync(at("demo.html"), await createReport(traces));
  writeFileSync(at("demo.db.gz"), gzipSync(readFileSync(database)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

async function jsonLines<Result>(words: readonly string[]): Promise<Result[]> {
  const { stdout, stderr, code } = await run(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Result);
}

describe("files", () => {
  const names = ["demo.db", "demo.json", "demo.jsonl.gz", "demo.mlflow.json", "demo.html", "demo.db.gz"];

  test.each(names)("such as %s are recognized by their content, even through a pipe", async (name) => {
    const [read] = await jsonLines<{ traceCount: number }>(["stats", at(name), "--json"]);
    expect(read?.traceCount).toBe(5);
    writeFileSync(at("unnamed"), readFileSync(at(name)));
    const [unnamed] = await jsonLines(["stats", at("unnamed"), "--json"]);
    expect(unnamed).toEqual(read);
    const piped = await run(["stats", "-", "--json"], { stdin: readFileSync(at(name)) });
    expect(JSON.parse(piped.stdout)).toEqual(read);
  });

  test("are read as Windows PowerShell writes a command's output", async () => {
    const text = (await run(["export", database])).stdout.replaceAll("\n", "\r\n");
    writeFileSync(at("powershell.json"), `\uFEFF${text}`, "utf16le");
    const [stats] = await jsonLines<{ traceCount: number }>(["stats", at("powershell.json"), "--json"]);
    expect(stats?.traceCount).toBe(5);
  });

  test("may be several, and each trace counts once", async () => {
    const [stats] = await jsonLines<{ traceCount: number }>([
      ...["stats", database, at("demo.json"), at("demo.html"), "--json"],
    ]);
    expect(stats?.traceCount).toBe(5);
  });

  test("that are partly bad are read as far as possible; errors are reported by line, and the exit code is 1", async () => {
    const [first = "", second = ""] = (await textOf(exportOtlp(traces, { format: "jsonl" }))).split("\n");
    const { code, stdout, stderr } = await run(["stats", "-"], {
      stdin: `${first}\n{"resourceSpans":[{\n${second}\n`,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 traces, /);
    expect(stderr).toMatch(/^-:2: /);
  });

  test("that are gzip cut off are read as far as they go, and the command says so", async () => {
    const [first = "", second = ""] = (await textOf(exportOtlp(traces, { format: "jsonl" }))).split("\n");
    const zipped = gzipSync(`${first}\n${second}\n`, { level: 0 });
    const { code, stdout, stderr } = await run(["stats", "-"], { stdin: zipped.subarray(0, -100) });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 trace, /);
    expect(stderr).toMatch(/^-:2: .* cut off.*\n-:2: the gzip is damaged: .*\n$/);
  });

  test("may be OTLP as protobuf, gzip or not", async () => {
    const text = await textOf(exportOtlp(traces));
    const bytes = toProtobufBytes(text);
    const json = await run(["export", "-"], { stdin: text });
    for (const stdin of [bytes, gzipSync(bytes)]) {
      const { code, stdout } = await run(["export", "-"], { stdin });
      expect({ code, spans: toProtobufSpans(stdout) }).toEqual({
        code: 0,
        spans: toProtobufSpans(json.stdout),
      });
    }
    const { code, stderr } = await run(["stats", "-"], { stdin: bytes.subarray(0, -5) });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "spanbook: cannot read standard input: not OTLP protobuf: the bytes end too early\n",
    });
  });

  test("may hold no traces, as an export of none does, and the command says so", async () => {
    for (const format of ["otlp", "jsonl", "mlflow", "mlflow2"]) {
      const exported = await run(["export", database, "--format", format, "--filter", "name = 'none'"]);
      expect(await run(["stats", "-"], { stdin: exported.stdout })).toEqual({
        code: 0,
        stdout: "0 traces, 0 failed, 0 open\n",
        stderr: "standard input: no traces\n",
      });
    }
  });

  test("that are missing or of no known format are an error in one line", async () => {
    for (const [stdin, got] of [
      ["hello", 'text that begins with "hello"'],
      ["PK\u0003\u0004", "a zip archive, which must be unpacked first"],
      [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), "bytes that are not text"],
    ] as const) {
      expect((await run(["stats", "-"], { stdin })).stderr).toBe(
        `spanbook: cannot read standard input: expected OTLP, MLflow JSON, a report or a Spanbook database, got ${got}\n`,
      );
    }
    const jaeger = '{"data": [{"traceID": "1", "spans": []}], "total": 0}';
    expect((await run(["stats", "-"], { stdin: jaeger })).stderr).toContain(
      "not OTLP JSON: line 1: expected an object with resourceSpans, got an object with data, total\n",
    );
    const missing = await run(["view", at("none.db"), "--no-open"]);
    expect(missing).toEqual({ code: 1, stdout: "", stderr: `spanbook: there is no file ${at("none.db")}\n` });
  });
});

describe("a database that another program is writing", () => {
  test("on another machine, or was writing when it was copied from there, is refused with what to do", async () => {
    const file = at("copied.db");
    copyFileSync(database, file);
    const holder = { pid: 5, host: "laptop", since: "2026-11-20T10:00:00.000Z", startTicks: "1", token: "t" };
    writeFileSync(`${file}-lock`, JSON.stringify(holder));
    expect((await run(["prune", file, "--max-traces", "1"])).stderr).toBe(
      `spanbook: ${file} is open for writing in process 5 of laptop since 2026-11-20T10:00:00.000Z. ` +
        `Close it there (or remove ${file}-lock if that process is gone), and try again\n`,
    );
    rmSync(`${file}-lock`);
    expect((await run(["prune", file, "--max-traces", "1"])).code).toBe(0);
  });

  test("can be read meanwhile, but not written to", async () => {
    const file = at("busy.db");
    const store = await openStore(file);
    await store.write(aBatch([aSpan({ name: "still here" })]));
    const [found] = await jsonLines<TraceInfo>(["search", "", file, "--json"]);
    expect(found?.name).toBe("still here");
    for (const words of [
      ["import", at("demo.json"), "--into", file],
      ["prune", file, "--max-traces", "1"],
    ]) {
      const { code, stderr } = await run(words);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^spanbook: .*busy\.db is open for writing in .*Close it there.*, and try again\n$/,
      );
    }
    await store.close();
  });
});

describe("view and report", () => {
  test("write a page with the traces and say where it is", async () => {
    const { code, stdout } = await run(["view", database, "--no-open", "--filter", "status = 'ERROR'"]);
    expect(code).toBe(0);
    const page = stdout.trim();
    expect(readFileSync(page, "utf8")).toContain("<p>1 trace, made ");
    rmSync(path.dirname(page), { recursive: true });
    const words = ["report", database, "-o", at("two.html"), "--max-traces", "2", "--title", "Two"];
    expect((await run(words)).stderr).toMatch(
      /^2 traces were recorded without redaction and written to the report/,
    );
    const one = await run(["report", database, "-o", at("one.html"), "--max-traces", "1"]);
    expect(one.stderr).toMatch(
      /^the trace ".+" was recorded without redaction and written to the report in full/,
    );
    const report = readFileSync(at("two.html"), "utf8");
    expect(report).toContain("<p>the newest 2 of 5 traces, made ");
    expect(report).toContain("<title>Two</title>");
  });

  test("say so if no browser can be started", async () => {
    const { code, stdout, stderr } = await run(["view", database], { env: { PATH: "" } });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "No browser could be started: open that file yourself.\n",
    });
    rmSync(path.dirname(stdout.trim()), { recursive: true });
  });
});

describe("search, show and stats", () => {
  test("show what a failed span says about its failure", async () => {
    const [failed] = await jsonLines<{ traceId: string }>(["search", "status = 'ERROR'", database, "--json"]);
    const { stdout } = await run(["show", failed?.traceId ?? "", database]);
    expect(stdout).toMatch(/ ✗ failed: RangeError: no chunk mentions “sourdough”$/m);
  });

  test("list what a filter finds, newest first, and say when there is more", async () => {
    const { stdout, stderr } = await run(["search", "status = 'ERROR'", database]);
    expect(stdout.split("\n")).toHaveLength(3);
    expect(stdout).toContain("What hydration suits a sourdough starter?");
    expect(stderr).toBe("");
    const cut = await run(["search", "", database, "--limit", "2", "--order-by", "span_count DESC"]);
    expect(cut.stdout.split("\n")).toHaveLength(4);
    expect(cut.stderr).toBe("These are the first 2; --limit shows more.\n");
  });

  test("report a mistake in a filter with its place, as misuse", async () => {
    const { code, stderr } = await run(["search", "stauts = 'OK'", database]);
    expect(code).toBe(2);
    expect(stderr).toContain("filter at character 1: expected a field such as trace.status, got stauts");
    const order = await run(["search", "", database, "--order-by", "tokens"]);
    expect([order.code, order.stderr]).toEqual([
      2,
      expect.stringContaining("orderBy must name one of timestamp_ms, "),
    ]);
    const { stderr: ofFile } = await run(["search", database]);
    expect(ofFile).toContain('That is a file: the filter comes before the files; "" finds all traces.');
  });

  test("keep columns and lines when characters are twice as wide", async () => {
    const spans = [
      aSpan({ name: "検索", inputs: "特許の出願について".repeat(9) }),
      aSpan({ trace: 2, name: "search", inputs: "patents" }),
    ];
    const store = createMemoryStore();
    await store.write(aBatch(spans));
    writeFileSync(at("wide.json"), await textOf(exportOtlp(store)));
    const { stdout } = await run(["search", "", at("wide.json")], {
      isTerminal: true,
      env: { NO_COLOR: "1" },
    });
    const lines = stdout.split("\n").filter((line) => /検索|search/.test(line));
    expect(lines.map((line) => line.replace(/^.*(?=検索|search)/, ""))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^検索 {4}特許/),
        expect.stringMatching(/^search {2}patents$/),
      ]),
    );
    // Latin characters before the request take one place, those of the name and the request two.
    const long = lines.find((line) => line.endsWith("…"))!;
    expect(long.length + long.replace(/[^\u3040-\u9fff]/g, "").length).toBeLessThanOrEqual(80);
  });

  test("print a request of several lines as it is, but in one line in the list", async () => {
    const span = aSpan({ name: "ask", inputs: "Who may appeal?\nAnd\r\n\nuntil when?\n" });
    const store = createMemoryStore();
    await store.write(aBatch([span]));
    writeFileSync(at("lines.json"), await textOf(exportOtlp(store)));
    expect((await run(["search", "", at("lines.json")])).stdout).toMatch(
      / {2}Who may appeal\? And until when\?\s*$/,
    );
    expect((await run(["show", "last", at("lines.json")])).stdout).toContain(
      "\nrequest   Who may appeal?\n          And\n\n          until when?\n",
    );
  });

  test("find a trace by the beginning of its id, or the newest", async () => {
    const [newest] = await jsonLines<{ info: TraceInfo }>(["show", "last", database, "--json"]);
    const id = newest!.info.traceId;
    const { stdout } = await run(["show", id, database]);
    expect(stdout).toContain(`trace     ${id}`);
    expect(stdout).toContain("└─ ");
    expect((await run(["show", "0", database])).stderr).toBe(
      "spanbook: several traces begin with 0: give more digits of the id\n",
    );
    expect((await run(["show", "f00", database])).stderr).toBe("spanbook: there is no trace f00\n");
  });

  test("let no text of a trace control the terminal", async () => {
    writeFileSync(at("hostile.json"), await textOf(exportOtlp([hostileTrace(1)])));
    for (const words of [["show", "last"], ["search", ""], ["stats"]]) {
      const { stdout } = await run([...words, at("hostile.json")]);
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    }
  });

  test("use colours and progress only on a terminal, and no colours under NO_COLOR", async () => {
    const words = ["search", "status = 'ERROR'", at("demo.json")];
    const escape = "\u001b[";
    const onTerminal = await run(words, { isTerminal: true });
    expect(onTerminal.stdout).toContain(`${escape}31m`);
    expect(onTerminal.stderr).toContain("\r");
    expect((await run(words, { isTerminal: true, env: { NO_COLOR: "1" } })).stdout).not.toContain(escape);
    const piped = await run(words);
    expect(piped.stdout + piped.stderr).not.toContain(escape);
    expect(onTerminal.stdout.split("\n").every((line) => line.length <= 90)).toBe(true);
  });
});

describe("export and import", () => {
  test("write what others read, compressed if the name says so", async () => {
    await run(["export", database, "-o", at("out.json.gz"), "--filter", "status = 'ERROR'"]);
    const store = createMemoryStore();
    expect(await importOtlp(store, gunzipSync(readFileSync(at("out.json.gz"))))).toMatchObject({ traces: 1 });
    const chrome = await run(["export", database, "--format", "chrome"]);
    expect((JSON.parse(chrome.stdout) as { traceEvents: object[] }).traceEvents.length).toBeGreaterThan(50);
    const mlflow = await run(["export", at("demo.html"), "--format", "mlflow"]);
    expect(mlflow.stdout.match(/"request_time"/g)).toHaveLength(5);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("leave a file as it was when they fail", async () => {
    writeFileSync(at("kept.json"), "kept");
    const { code } = await run(["export", at("none.db"), "-o", at("kept.json")]);
    expect([code, readFileSync(at("kept.json"), "utf8")]).toEqual([1, "kept"]);
  });

  test("never overwrite a database, not even the one that they read", async () => {
    const before = readFileSync(database);
    for (const words of [["export"], ["report"], ["export", "--format", "chrome"]]) {
      expect(await run([...words, database, "-o", database])).toEqual({
        code: 1,
        stdout: "",
        stderr: `spanbook: ${database} is a database, which is never overwritten: to add traces to one, use import\n`,
      });
    }
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  test.skipIf(process.platform !== "linux")("name the file that there is no space for", async () => {
    const { code, stderr } = await run(["export", database, "-o", "/dev/full"]);
    expect([code, stderr]).toEqual([1, "spanbook: cannot write /dev/full: the disk is full\n"]);
  });

  test("write to where a link leads and into a pipe, but not over a folder or into a missing one", async () => {
    writeFileSync(at("target.json"), "old");
    symlinkSync(at("target.json"), at("link.json"));
    await run(["export", database, "-o", at("link.json")]);
    expect(readFileSync(at("target.json"), "utf8")).toContain("resourceSpans");
    expect(lstatSync(at("link.json")).isSymbolicLink()).toBe(true);
    execFileSync("mkfifo", [at("pipe")]);
    const [piped] = await Promise.all([
      readFile(at("pipe"), "utf8"),
      run(["export", database, "-o", at("pipe")]),
    ]);
    expect(piped).toContain("resourceSpans");
    const { stderr } = await run(["export", database, "-o", at(".")]);
    expect(stderr).toBe(`spanbook: cannot write ${at(".")}: it is a folder\n`);
    const nowhere = await run(["export", database, "-o", at("none/x.json")]);
    expect(nowhere.stderr).toBe(
      `spanbook: cannot write ${at("none/x.json")}: there is no folder ${at("none")}\n`,
    );
  });

  test("bring every file into one database, the second time with the same result", async () => {
    const words = ["import", at("demo.json"), at("demo.mlflow.json"), "--into", at("all.db"), "--json"];
    const spans = traces.reduce((sum, { info }) => sum + info.spanCount, 0);
    for (let times = 0; times < 2; times++) {
      expect(await jsonLines(words)).toMatchObject([{ spans, traces: 5, errors: [] }, { traces: 5 }]);
    }
    const [stats] = await jsonLines<{ traceCount: number }>(["stats", at("all.db"), "--json"]);
    expect(stats?.traceCount).toBe(5);
  });

  test("turn a report's traces into a report again", async () => {
    await run(["report", at("demo.html"), "-o", at("again.html")]);
    const store = createMemoryStore();
    expect(await importReport(store, readFileSync(at("again.html")))).toMatchObject({
      traces: 5,
      errors: [],
    });
  });
});

describe("an import that fails", () => {
  const bad = ["text.txt", "missing.json", "other.json", "cut.json"];
  beforeAll(() => {
    writeFileSync(at("text.txt"), "hello");
    writeFileSync(at("other.json"), '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"no id"}]}]}]}');
    writeFileSync(at("cut.json"), '{"resourceSpans":[{');
  });

  test.each(bad)("leaves no database behind: %s", async (name) => {
    expect((await run(["import", at(name), "--into", at("new.db")])).code).toBe(1);
    expect(readdirSync(folder).filter((each) => each.startsWith("new.db"))).toEqual([]);
  });

  test("keeps a database that was there, and one that received something, which it reports", async () => {
    await (await openStore(at("mine.db"))).close();
    await run(["import", at("text.txt"), "--into", at("mine.db")]);
    expect(existsSync(at("mine.db"))).toBe(true);
    const partly = await run(["import", at("demo.json"), at("text.txt"), "--into", at("partly.db")]);
    expect(partly).toMatchObject({ code: 1, stdout: expect.stringContaining("5 traces") as string });
    expect((await run(["stats", at("partly.db")])).stdout).toContain("5 traces");
  });

  test("for one of several files takes the others, as other commands do, and fails in the end", async () => {
    const files = [at("text.txt"), at("demo.json"), at("missing.json")];
    const said = [/^spanbook: cannot read .*text.txt: /, /^spanbook: there is no file .*missing.json$/, /^$/];
    for (const words of [
      ["import", ...files, "--into", at("others.db")],
      ["stats", ...files],
    ]) {
      const { code, stdout, stderr } = await run(words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining("5 traces") as string });
      expect(stderr.split("\n")).toEqual(said.map((line) => expect.stringMatching(line) as string));
    }
    const none = await run(["stats", at("text.txt"), at("missing.json")]);
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toMatch(/\nspanbook: none of the files could be read\n$/);
  });

  test("is not that of a file without traces, which makes an empty database", async () => {
    for (const text of ['{"resourceSpans":[]}', ""]) {
      writeFileSync(at("none.json"), text);
      const { code, stdout } = await run(["import", at("none.json"), "--into", at("none-yet.db")]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${at("none.json")}: 0 spans of 0 traces\n` });
      expect(existsSync(at("none-yet.db"))).toBe(true);
      rmSync(at("none-yet.db"));
    }
  });
});

test("a receiver that cannot listen says where, and leaves no database behind", async () => {
  const server = await openOtlpServer();
  const { port } = new URL(server.url);
  const { code, stderr } = await run(["receive", at("unheard.db"), "--port", port]);
  await server.close();
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `spanbook: cannot listen on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
  });
  expect(existsSync(at("unheard.db"))).toBe(false);
});

describe("a file that cannot be read", () => {
  const reading = [
    ["view", "--no-open"],
    ["report", "-o", "-"],
    ["search", ""],
    ["show", "last"],
    ["stats"],
    ["export"],
    ["import", "--into", "unmade.db"],
    ["upload", "--endpoint", "http://127.0.0.1:9/v1/traces", "--dry-run"],
    ["prune", "--max-traces", "1"],
  ];

  test.each(reading)("is reported with what was expected and what it got: %s", async (...words) => {
    const said = async (file: string) => {
      const { code, stdout, stderr } = await run(
        [...words.map((word) => (word === "unmade.db" ? at(word) : word)), file],
        { stdin: "hello" },
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr.replace(/^What is sent.*\n/, "").split("\n")).toHaveLength(2);
      return stderr;
    };
    expect(await said(folder)).toContain(`cannot read ${folder}: expected a file, got a folder`);
    expect(await said(at("not there"))).toContain(`there is no file ${at("not there")}`);
    expect(await said("-")).toMatch(
      words[0] === "prune"
        ? "expected a database to write into, got - for standard input"
        : 'cannot read standard input: expected OTLP, MLflow JSON, a report or a Spanbook database, got text that begins with "hello"',
    );
  });

  test.each([
    ["-", "- for standard input"],
    [":memory:", ":memory:, which is gone when this command ends"],
  ])("or written into, such as %s, is refused", async (file, got) => {
    for (const words of [
      ["receive", file],
      ["import", database, "--into", file],
    ]) {
      expect(await run(words)).toEqual({
        code: 1,
        stdout: "",
        stderr: `spanbook: expected a database to write into, got ${got}\n`,
      });
    }
  });
});

describe("upload", () => {
  test("sends each span once, and a dry run sends nothing", async () => {
    const server = await openOtlpServer();
    const file = at("upload.db");
    writeFileSync(file, readFileSync(database));
    const words = ["upload", file, "--endpoint", server.url, "--header", "x-team=a", "--json"];
    const dryRun = await run([...words, "--dry-run"]);
    expect(dryRun.stderr).toMatch(/^the trace "[^"]+" was recorded without redaction and is sent in full/);
    const dry = JSON.parse(dryRun.stdout) as { sent: number };
    expect(server.requests).toEqual([]);
    const first = JSON.parse((await run(words)).stdout) as { sent: number };
    expect(first.sent).toBe(dry.sent);
    expect(server.taken).toHaveLength(first.sent);
    expect(server.requests[0]?.headers).toMatchObject({ "x-team": "a", "content-encoding": "gzip" });
    expect(await jsonLines(words)).toMatchObject([{ sent: 0, alreadySent: first.sent }]);
    await server.close();
  });

  test("fails with the reason if there is no endpoint or no server", async () => {
    const none = await run(["upload", database, "--dry-run"]);
    expect(none.stderr).toMatch(/^spanbook: endpoint must be a URL, got none/);
    const dead = ["upload", database, "--endpoint", "http://127.0.0.1:9/v1/traces", "--max-attempts", "1"];
    expect(await run(dead)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no connection") as string,
    });
  });
});

describe("prune", () => {
  test("deletes the oldest traces, and needs at least one option", async () => {
    const file = at("prune.db");
    writeFileSync(file, readFileSync(database));
    expect((await run(["prune", file])).code).toBe(2);
    expect((await run(["prune", file, "--max-traces", "many"])).code).toBe(2);
    expect(await jsonLines(["prune", file, "--max-traces", "2", "--json"])).toEqual([{ deleted: 3 }]);
    expect((await run(["prune", file, "--max-age", "1d"])).stdout).toBe("2 traces deleted\n");
    expect((await run(["prune", at("none.db"), "--max-traces", "2"])).stderr).toContain("there is no file");
  });
});

describe("help", () => {
  test("for an unknown command says so, and which one may be meant", async () => {
    const said = "error: unknown command 'exprt'\n(Did you mean export?)\n(--help explains it)\n";
    for (const words of [["help", "exprt"], ["exprt", "--help"], ["exprt"]]) {
      expect(await run(words)).toEqual({ code: 2, stdout: "", stderr: said });
    }
    expect((await run(["help", "export"])).stdout).toBe((await run(["export", "--help"])).stdout);
  });

  test("for search names every field of the filter language", async () => {
    const { stdout } = await run(["search", "--help"]);
    const named = /Fields:([^]*)\n\nOperators:/.exec(stdout)?.[1]?.replace(/\.<\w+>/g, ".<key>");
    expect(
      named
        ?.split(",")
        .map((name) => name.trim())
        .sort(),
    ).toEqual(
      fieldNames
        .map((name) => name.replace("trace.", "") + (factsOf({ name }).hasKey ? ".<key>" : ""))
        .sort(),
    );
  });

  test("for every command has examples, and goes to stdout", async () => {
    const { stdout } = await run(["--help"]);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!);
    expect(names).toHaveLength(10);
    for (const name of names) {
      const help = await run([name, "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toContain(`Examples:\n  $ `);
    }
  });

  test("is pointed to when a command is not understood, with exit code 2", async () => {
    for (const words of [
      ["veiw"],
      ["view", "--tilte"],
      ["search"],
      ["show", "xyz"],
      ["receive", "--port", "99999"],
    ]) {
      const { code, stdout, stderr } = await run(words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^error: .*\n[^]*--help explains it\)\n$/);
    }
    expect((await run(["show", traceId(1), database, "--json"])).code).toBe(0);
  });

  test("goes to stderr when no command is given, with exit code 2", async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe((await run(["--help"])).stdout);
  });
});
