import { parseFilter } from "@spanbook/core/search";
import { describe, expect, test } from "vitest";
import { maybeColonFilter } from "../../packages/widget/src/derive/colon-filter.js";
import { applyChoice, completeQuery } from "../../packages/widget/src/derive/complete-query.js";
import { decodeView, encodeView } from "../../packages/widget/src/derive/explorer-view.js";
import { toGroups, toListRows } from "../../packages/widget/src/derive/groups.js";
import { toKnownValues } from "../../packages/widget/src/derive/known-values.js";
import { compileQuery, maybeProblem } from "../../packages/widget/src/derive/query-filter.js";
import { toReadTurns } from "../../packages/widget/src/derive/session-turn.js";
import { mergeTraces } from "../../packages/widget/src/derive/trace-list.js";
import { searchExamples } from "../../packages/widget/src/list/search-examples.js";
import { createRandom } from "../support/random.js";
import { aSpan, epochMs } from "../support/spans.js";
import { aTrace, demoTraces, hostileText } from "../support/traces.js";

const tagged = aTrace([aSpan({ name: "ask" })], {
  tags: { topic: "law", "two words": "it's" },
  sessionId: "s1",
}).info;
const known = toKnownValues(
  [tagged],
  [{ name: "search", type: "TOOL", count: 1, errorCount: 0, totalDurationMs: 1, totalTokens: 0 }],
);

/** The choices at the "|" in a text. */
function choicesAt(marked: string): string[] {
  const caret = marked.indexOf("|");
  return completeQuery(marked.replace("|", ""), caret, known).choices.map(({ text }) => text);
}

describe("a search", () => {
  test("by words looks in names, ids and what the spans contain, whatever the case", () => {
    const answer = demoTraces()[1];
    const finds = (text: string) => compileQuery({ text }).matches(answer!);
    expect(["COMLINK", answer!.info.traceId, '"transfer()"', "RERANK"].map(finds)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["sourdough", "0% off", '"name = x"'].map(finds)).toEqual([false, false, false]);
  });

  test("by words takes the special characters of patterns literally", () => {
    const named = (name: string) => aTrace([aSpan({ name })]);
    const finds = (text: string, name: string) => compileQuery({ text }).matches(named(name));
    expect(finds("max_tok", "MAX_TOKENS")).toBe(true);
    expect(finds("max_tok", "max tokens")).toBe(false);
    expect(finds("50% (of a|b) [1].*", "takes 50% (of A|B) [1].*")).toBe(true);
    expect(finds("50% (of", "50 of (of")).toBe(false);
  });

  test("by a filter and a time range finds what matches both", () => {
    const [first, ...others] = demoTraces();
    const { requestTime } = first!.info;
    const time = { fromMs: requestTime, toMs: requestTime + 1 };
    const query = compileQuery({ text: "span_count > 1", time });
    expect(query.matches(first!)).toBe(true);
    expect(others.map(query.matches)).not.toContain(true);
    expect(query.needs).toBe("info");
  });

  test("says where a filter has a mistake, and leaves plain words alone", () => {
    expect(maybeProblem("stauts = 'OK'")).toMatchObject({ position: 0 });
    expect(maybeProblem("status = 'OK' AND")).toMatchObject({ position: 17 });
    expect(["", "connection refused", "what is like", "50 %"].map(maybeProblem)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("is explained by six examples, each of which can be searched for", () => {
    expect(searchExamples).toHaveLength(6);
    for (const { text } of searchExamples) expect(maybeProblem(text)).toBeUndefined();
  });
});

describe("a filter as other tools write it", () => {
  const meant = (text: string) => maybeColonFilter(text, known);

  test("is translated to how it is written here", () => {
    const texts = [
      "model:gpt-5",
      "status:error",
      "session:S1 AND type:tool",
      "name:'it is'",
      "total_tokens:500",
    ];
    expect(texts.map(meant)).toEqual([
      "span.model = 'gpt-5'",
      "status = 'ERROR'",
      "session_id = 's1' AND span.type = 'TOOL'",
      "name = 'it is'",
      "total_tokens = 500",
    ]);
    expect(["tag:LAW", "tags:gold", "tag.topic:law", "metadata.a-b:it's"].map(meant)).toEqual([
      "tag.topic = 'law'",
      "tag.gold IS NOT NULL",
      "tag.topic = 'law'",
      "metadata.a-b = 'it''s'",
    ]);
  });

  test("is not seen in other text that people and programs write", () => {
    const texts = ["", "12:30", "http://x.example", "Error: refused", "status: error", "model:x refused"];
    const others = ["time:out", "text:x", "metadata:x", "tag:", "std::string", "status:failed"];
    expect([...texts, ...others].map(meant).filter((text) => text !== undefined)).toEqual([]);
  });
});

describe("completion", () => {
  test("offers fields, then operators, then known values, then what joins clauses", () => {
    expect(choicesAt("st|")).toContain("status");
    expect(choicesAt("tag.|")).toEqual(["tag.topic", "tag.`two words`"]);
    expect(choicesAt("status |")).toEqual(["=", "!=", "IN (", "NOT IN (", "IS NULL", "IS NOT NULL"]);
    expect(choicesAt("status NOT |")).toEqual(["IN ("]);
    expect(choicesAt("name NOT |")).toEqual(["IN (", "LIKE", "ILIKE", "RLIKE"]);
    expect(choicesAt("name IS |")).toEqual(["NULL", "NOT NULL"]);
    expect(choicesAt("status = |")).toEqual(["'OK'", "'ERROR'", "'IN_PROGRESS'", "'UNFINISHED'"]);
    expect(choicesAt("status = 'E|")[0]).toBe("'ERROR'");
    expect(choicesAt("session_id IN ('x', |")).toEqual(["'s1'"]);
    expect(choicesAt("tag.topic = 'l|")).toEqual(["'law'"]);
    expect(choicesAt("span.type = 'to|")[0]).toBe("'TOOL'");
    expect(choicesAt("(span.name LIKE |")).toEqual(["'search'"]);
    expect(choicesAt("status = 'OK' |")).toEqual(["AND", "OR"]);
    expect(choicesAt("status = 'OK' AND NO|")).toEqual(["NOT"]);
    expect(choicesAt("stauts = 'OK' AND |")).toEqual([]);
  });

  test("inserts what the parser accepts, wherever the caret is", () => {
    const random = createRandom(7);
    for (let round = 0; round < 60; round++) {
      let text = "";
      let caret = 0;
      for (let step = 0; step < 12; step++) {
        const { from, choices } = completeQuery(text, caret, known);
        const choice = choices[Math.floor(random.next() * choices.length)];
        if (choice === undefined) break;
        ({ text, caret } = applyChoice(text, caret, from, choice));
        // Never a mistake before the end.
        try {
          parseFilter(text);
        } catch (error) {
          expect((error as { position: number }).position, text).toBeGreaterThanOrEqual(
            text.trimEnd().length - 1,
          );
        }
      }
    }
  });
});

describe("groups", () => {
  const infos = ["s1", "s2", undefined, "s1"].map(
    (sessionId, index) =>
      aTrace([aSpan({ trace: index + 1, id: index + 1, startMs: 100 - index, endMs: 110 - index })], {
        ...(sessionId !== undefined && { sessionId }),
        ...(index === 3 && { state: "ERROR" as const }),
      }).info,
  );

  test("are in the order of their first traces, those without a group last, with their totals", () => {
    const groups = toGroups(infos, "session");
    expect(groups.map(({ id, traces }) => [id, traces.length])).toEqual([
      ["s1", 2],
      ["s2", 1],
      ["", 1],
    ]);
    expect(groups[0]).toMatchObject({
      isCounted: false,
      totals: { traceCount: 2, errorCount: 1, totalDurationMs: 20, lastStartMs: infos[0]!.requestTime },
    });
  });

  test("have the totals that the source counts, even if none of their traces was read", () => {
    const total = { errorCount: 0, totalTokens: 0, totalCost: 0, totalDurationMs: 0, lastStartMs: 0 };
    const counted = [
      { ...total, id: "s3", traceCount: 9 },
      { ...total, traceCount: 4 },
      { ...total, id: "s1", traceCount: 7 },
      { ...total, id: "s2", traceCount: 0 },
    ];
    const groups = toGroups(infos, "session", counted);
    expect(
      groups.map(({ id, traces, totals, isCounted }) => [id, traces.length, totals.traceCount, isCounted]),
    ).toEqual([
      ["s1", 2, 7, true],
      ["s2", 1, 1, false],
      ["s3", 0, 9, true],
      ["", 1, 4, true],
    ]);
  });

  test("show their traces while they are open", () => {
    const rows = toListRows(infos, toGroups(infos, "session"), new Set(["s2"]));
    expect(rows.map(({ key }) => key)).toEqual(["group:s1", "group:s2", infos[1]!.traceId, "group:"]);
  });
});

describe("a conversation", () => {
  test("shows once what is sent to a model again with every turn", () => {
    const chat = (trace: number, asked: readonly string[], answer: string) => {
      const root = aSpan({
        trace,
        id: trace,
        fields: {
          attributes: {
            "mlflow.spanInputs": JSON.stringify({
              messages: asked.map((content, index) => ({ role: index % 2 ? "assistant" : "user", content })),
            }),
            "mlflow.spanOutputs": JSON.stringify({ role: "assistant", content: answer }),
          },
        },
      });
      return { info: aTrace([root]).info, root };
    };
    const turns = toReadTurns([chat(1, ["Hi"], "Hello."), chat(2, ["Hi", "Hello.", "Bye"], "See you.")]);
    const texts = turns.map(({ messages }) =>
      messages.flatMap(({ parts }) => parts.map((part) => (part.kind === "text" ? part.text : "?"))),
    );
    expect(texts).toEqual([
      ["Hi", "Hello."],
      ["Bye", "See you."],
    ]);
  });

  test("repeats a question that is asked again", () => {
    const ask = (trace: number, question: string, answer: string) => {
      const { info } = aTrace([aSpan({ trace })], { requestPreview: question, responsePreview: answer });
      return { info };
    };
    const turns = toReadTurns([ask(1, "More?", "Yes."), ask(2, "What?", "That."), ask(3, "More?", "No.")]);
    expect(turns.map(({ messages }) => messages.length)).toEqual([2, 2, 2]);
  });

  test("reads a function's arguments and result as question and answer", () => {
    const { info } = aTrace([aSpan()], { requestPreview: "What?", responsePreview: "That." });
    const [turn] = toReadTurns([{ info }]);
    expect(turn?.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });
});

describe("a view", () => {
  test("is the same after a round trip through an address", () => {
    const view = {
      text: `name = '${hostileText}' & 100%`,
      time: { fromMs: epochMs, toMs: epochMs + 5 },
      order: { field: "name" as const, descending: false },
      groupBy: "run" as const,
      columns: ["name" as const, "tags" as const],
      sessionId: "a/b#c",
      traceId: "t",
      spanId: "s",
      spanView: "flame" as const,
      textView: "plain" as const,
      spanFilter: { text: "a & b", type: "TOOL", hasFailed: true, minDurationMs: 0.5 },
      zoom: { startMs: 1e-7, endMs: 12.25 },
      compare: { beforeId: "1", afterId: "2" },
    };
    expect(decodeView(`#${encodeView(view)}`)).toEqual(view);
    expect(encodeView({})).toBe("");
  });

  test("leaves out what it cannot read", () => {
    const text =
      "?time=9-1&order=-__proto__&groupBy=constructor&columns=x,%00&other=1&text=a&spanView=x&textView=x&compare=1" +
      "&spanText=+&spanFailed=yes&spanMs=-1&zoom=5,5";
    expect(decodeView(text)).toEqual({ text: "a" });
  });
});

describe("the list", () => {
  test("puts changes where a store would, at any size", () => {
    const random = createRandom(3);
    const all = Array.from(
      { length: 300 },
      (_, index) =>
        aTrace([aSpan({ trace: index + 1, id: 1, startMs: Math.floor(random.next() * 100) })]).info,
    );
    const byOracle = mergeTraces([], all);
    let list = mergeTraces([], all.slice(0, 10));
    for (let from = 10; from < all.length; from += 29) list = mergeTraces(list, all.slice(from, from + 29));
    expect(list).toEqual(byOracle);
    const removed = all.slice(0, 50).map(({ traceId }) => traceId);
    expect(mergeTraces(list, [], removed)).toEqual(list.filter(({ traceId }) => !removed.includes(traceId)));
  });

  test("leaves what belongs after its last trace to the page that brings it", () => {
    const [first, second, third] = [30, 20, 10].map(
      (startMs, index) => aTrace([aSpan({ trace: index + 1, id: 1, startMs })]).info,
    );
    expect(mergeTraces([first!, second!], [third!], [], undefined, false)).toEqual([first, second]);
    expect(mergeTraces([first!, third!], [second!], [], undefined, false)).toEqual([first, second, third]);
  });
});
