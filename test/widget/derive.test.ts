import { digestSpan } from "@spanbook/core/model";
import { describe, expect, test } from "vitest";
import { toColumns, toUsefulColumns } from "../../packages/widget/src/derive/columns.js";
import { toDots, toDurationTicks, toTimeTicks } from "../../packages/widget/src/derive/dots.js";
import { toFailures, toHeadline } from "../../packages/widget/src/derive/exceptions.js";
import { maybeFirstChunkMs } from "../../packages/widget/src/derive/first-chunk.js";
import { toFailureCauses } from "../../packages/widget/src/derive/failing.js";
import { countEntries, describeValue, entriesOf } from "../../packages/widget/src/derive/json-value.js";
import { toListKeyMove } from "../../packages/widget/src/derive/keys.js";
import { toLayout } from "../../packages/widget/src/derive/layout.js";
import { mergeTraces } from "../../packages/widget/src/derive/trace-list.js";
import { toVisibleText } from "../../packages/widget/src/derive/visible-text.js";
import { aSpan, epochMs, nano } from "../support/spans.js";
import { aTrace, demoSpans, demoTraces } from "../support/traces.js";

const infos = demoTraces().map(({ info }) => info);

describe("failures", () => {
  test("are a span's exceptions, with the stacks of their causes kept apart", () => {
    const cite = demoSpans({ trace: 1, startMs: 0, fails: true }).find(({ name }) => name === "cite")!;
    const [failure] = toFailures(cite);
    expect(failure).toMatchObject({ type: "RangeError", message: "no chunk mentions “sourdough”" });
    expect(failure?.stack?.split("\n")).toHaveLength(5);
    expect(failure?.causes).toEqual([
      "TypeError: Cannot read properties of undefined (reading 'text')\n    at quote (file:///home/ana/rag-demo/src/quote.ts:7:22)",
    ]);
    expect(toHeadline(failure!)).toBe("RangeError: no chunk mentions “sourdough”");
  });

  test("are the status message if there is no exception", () => {
    const failed = aSpan({ fields: { status: { code: 2, message: "timed out" } } });
    expect(toFailures(failed)).toEqual([{ message: "timed out", causes: [] }]);
    expect(toFailures(aSpan({ status: "ERROR" })).map(toHeadline)).toEqual(["failed without a message"]);
    const attributes = { "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "no" };
    expect(toFailures(aSpan({ attributes }))).toEqual([{ message: "no", causes: [] }]);
    expect(toFailures(aSpan({ status: "OK" }))).toEqual([]);
  });

  test("are traced to the innermost failed spans", () => {
    const digests = demoSpans({ trace: 1, startMs: 0, fails: true }).map((span) => digestSpan(span, 1));
    expect(toFailureCauses(digests).map(({ name }) => name)).toEqual(["cite"]);
  });

  test("are not traced to a span whose work was retried, unless nothing else failed", () => {
    const failed = { status: "ERROR" } as const;
    const toNames = (root: "OK" | "ERROR") =>
      toFailureCauses(
        [
          aSpan({ id: 1, name: "agent", status: root }),
          aSpan({ id: 2, name: "first try", parent: 1, status: root }),
          aSpan({ id: 3, name: "limit", parent: 4, ...failed }),
          aSpan({ id: 4, name: "second try", parent: 1, status: "OK" }),
          aSpan({ id: 5, name: "parse", parent: 2, status: root }),
        ].map((span) => digestSpan(span, 1)),
      ).map(({ name }) => name);
    expect(toNames("ERROR")).toEqual(["parse"]);
    expect(toNames("OK")).toEqual(["limit"]);
  });

  test("of a root are traced to the root itself if what failed inside was handled", () => {
    const digests = [
      aSpan({ id: 1, name: "agent", status: "ERROR" }),
      aSpan({ id: 2, name: "step", parent: 1, status: "OK" }),
      aSpan({ id: 3, name: "limit", parent: 2, status: "ERROR" }),
    ].map((span) => digestSpan(span, 1));
    expect(toFailureCauses(digests).map(({ name }) => name)).toEqual(["agent"]);
  });
});

describe("a stream", () => {
  test.each([
    "mlflow.chunk.item.0",
    "First Token Stream Event",
    "ai.stream.firstChunk",
    "llm.content.completion.chunk",
  ])("began to answer at the first event of its kind: %s", (name) => {
    const events = [
      { name: "sent", timeUnixNano: nano(10) },
      { name, timeUnixNano: nano(42.5) },
      { name, timeUnixNano: nano(50) },
    ];
    expect(maybeFirstChunkMs(aSpan({ startMs: 2, fields: { events } }))).toBe(40.5);
  });

  test("has no first chunk if no event reports one", () => {
    expect(maybeFirstChunkMs(aSpan())).toBeUndefined();
    const events = [{ name: "mlflow.chunk.item.1", timeUnixNano: nano(1) }];
    expect(maybeFirstChunkMs(aSpan({ fields: { events } }))).toBeUndefined();
  });
});

describe("JSON values", () => {
  test("say what they are, and in one line what is in them", () => {
    expect(describeValue({ role: "user", parts: [1, 2], more: { a: 1 }, none: null }, false)).toEqual({
      kind: "object",
      preview: 'role: "user", parts: [2], more: {…}, none: null',
      size: 4,
    });
    expect(describeValue("x".repeat(9), false)).toEqual({ kind: "text", preview: "xxxxxxxxx", size: 0 });
    expect(
      describeValue(
        Array.from({ length: 1e6 }, () => "long text"),
        false,
      ).preview.length,
    ).toBeLessThanOrEqual(80);
  });

  test("show what JSON cannot hold if attributes are tagged, and only then", () => {
    expect(describeValue({ $int: "9223372036854775807" }, true)).toMatchObject({
      kind: "number",
      preview: "9223372036854775807",
    });
    expect(describeValue({ $double: "NaN" }, true)).toMatchObject({ kind: "number", preview: "NaN" });
    expect(describeValue({ $bytes: "aGk=" }, true)).toMatchObject({ kind: "bytes", preview: "base64 aGk=" });
    expect(describeValue({ $int: "1" }, false)).toMatchObject({ kind: "object", size: 1 });
    expect(entriesOf({ $$ref: 1 }, true, 0, 9)).toEqual([{ key: "$ref", value: 1 }]);
    expect(entriesOf({ $$ref: 1 }, false, 0, 9)).toEqual([{ key: "$$ref", value: 1 }]);
  });

  test("list any key, even one from Object's prototype", () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object;
    expect(entriesOf(value, true, 0, 9)).toEqual([
      { key: "__proto__", value: { a: 1 } },
      { key: "constructor", value: 2 },
    ]);
  });

  test("have their entries counted up to a limit", () => {
    expect(countEntries({ a: [1, { b: 2 }], c: null }, 100)).toBe(5);
    expect(countEntries([undefined, { a: 1 }], 100)).toBe(3);
    expect(
      countEntries(
        Array.from({ length: 1e6 }, () => ({})),
        25,
      ),
    ).toBe(25);
    expect(countEntries("text", 25)).toBe(0);
  });
});

describe("the list", () => {
  const [first, second, third] = infos;

  test("inserts traces in their place, newest first, and drops deleted ones", () => {
    const list = mergeTraces([third!, first!], [second!]);
    expect(list).toEqual([third, second, first]);
    expect(mergeTraces(list, [], [second!.traceId])).toEqual([third, first]);
    expect(mergeTraces(list, [])).toBe(list);
  });

  test("shows the columns that fit and have something to show", () => {
    const names = (widthPx: number) => toColumns(toUsefulColumns(infos), widthPx).map(({ name }) => name);
    expect(names(1400)).toEqual([
      "name",
      "request",
      "response",
      "session",
      "tags",
      "errors",
      "spans",
      "tokens",
      "duration",
      "start",
    ]);
    expect(names(700)).toEqual(["name", "request", "spans", "duration", "start"]);
    expect(names(600)).toEqual(["name", "request", "duration", "start"]);
    const judged = toColumns(["name", "session", "tags", "assessments"], 330).map((column) => column.name);
    expect(judged).toEqual(["name", "assessments"]);
    expect(toUsefulColumns([aTrace([aSpan()]).info])).toEqual(["name", "spans", "duration", "start"]);
  });

  test("moves by the keys of a grid, and not beyond its ends", () => {
    const moves = ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map((key) =>
      toListKeyMove(key, 1, 9, 20),
    );
    expect(moves).toEqual([2, 0, 8, 0, 0, 8]);
    expect(toListKeyMove("a", 1, 9, 20)).toBeUndefined();
  });
});

describe("the plot", () => {
  test("has a dot for each trace that has ended, failed ones on top", () => {
    const open = aTrace([aSpan({ trace: 9, open: true })]).info;
    const dots = toDots([open, ...infos]);
    expect(dots).toHaveLength(5);
    expect(dots.at(-1)).toMatchObject({
      state: "ERROR",
      request: "What hydration suits a sourdough starter?",
    });
  });

  test("has a linear axis for durations of similar size, a logarithmic one for others", () => {
    expect(toDurationTicks([632, 1490])).toEqual({
      isLog: false,
      domain: [0, 1490 * 1.1],
      values: [0, 500, 1000],
    });
    expect(toDurationTicks([2, 45_000])).toMatchObject({ isLog: true, domain: [1, 100_000] });
    expect(toDurationTicks([0, 45_000]).isLog).toBe(false);
    expect(toDurationTicks([])).toMatchObject({ isLog: false });
  });

  test("has at least one time on its axis", () => {
    expect(toTimeTicks(epochMs, epochMs, 800).values).toHaveLength(1);
    expect(toTimeTicks(Infinity, -Infinity, 800).values).toEqual([]);
  });

  test("has no two times that read the same", () => {
    for (const widthPx of [296, 800, 1400]) {
      const { values, format } = toTimeTicks(epochMs, epochMs + 20_000, widthPx);
      expect(values.length).toBeGreaterThan(0);
      expect(values.length).toBeLessThanOrEqual(widthPx / 80);
      expect(new Set(values.map(format)).size).toBe(values.length);
    }
  });
});

test("the layout adapts to the space there is", () => {
  expect(toLayout(1400, 700)).toEqual({
    hasSideList: true,
    details: "beside",
    isNarrowTree: false,
    hasRoomAbove: true,
  });
  expect(toLayout(800, 300)).toMatchObject({ hasSideList: false, details: "beside", hasRoomAbove: false });
  expect(toLayout(360, 700)).toMatchObject({ details: "below", isNarrowTree: true });
  expect(toLayout(360, 300)).toMatchObject({ details: "over" });
});

test("characters that hide or reverse text are shown as their codes", () => {
  expect(toVisibleText("a\tb\n\u202egnp.exe\0\u2028é ש")).toBe("a\tb\n⟨U+202E⟩gnp.exe⟨U+0000⟩⟨U+2028⟩é ש");
  // Text that a model reads and a person cannot see; what emoji are made of is left.
  expect(toVisibleText("a\u{e0068}\u{e0069}\u200bb👩‍💻☃️")).toBe("a⟨U+E0068⟩⟨U+E0069⟩⟨U+200B⟩b👩‍💻☃️");
});
