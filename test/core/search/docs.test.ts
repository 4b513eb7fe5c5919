import { readFileSync } from "node:fs";
import { compileFilter, parseFilter } from "@spanbook/core/search";
import { describe, expect, it, test } from "vitest";
import { aSubject } from "../../support/filter-subjects.js";
import { aPatch, aSpan, tokens } from "../../support/spans.js";

// docs/search.md: each filter on the page finds some of these traces, but not all.

const page = readFileSync(new URL("../../../docs/search.md", import.meta.url), "utf8");

const traces = {
  "a failed search": aSubject(
    [
      aSpan({ name: "ask", endMs: 1500, type: "AGENT", status: "ERROR", sessionId: "s1" }),
      aSpan({
        id: 2,
        parent: 1,
        name: "search",
        type: "TOOL",
        status: "ERROR",
        endMs: 900,
        outputs: "Connection refused",
      }),
    ],
    {
      patches: [
        aPatch(1, { op: "setTag", key: "topic", value: "law" }),
        aPatch(2, { op: "setTag", key: "two words", value: "yes" }),
      ],
      assessments: [
        { kind: "feedback", name: "correct", value: false },
        { kind: "feedback", name: "score", value: 0.25 },
      ],
    },
  ),
  "a good answer": aSubject(
    [
      aSpan({ trace: 2, name: "ask-v2", startMs: 60_000, type: "AGENT", status: "OK", sessionId: "s3" }),
      aSpan({
        trace: 2,
        id: 2,
        parent: 1,
        name: "search",
        startMs: 60_001,
        type: "CHAT_MODEL",
        usage: tokens(10, 10),
        attributes: { temperature: 0.7, "gen_ai.system": "openai" },
      }),
      aSpan({ trace: 2, id: 3, parent: 1, name: "rank", startMs: 60_002, type: "TOOL", status: "OK" }),
    ],
    {
      patches: [
        aPatch(3, { op: "setTag", key: "title", value: 'it\'s "new"' }, 2),
        aPatch(4, { op: "setMetadata", key: "mlflow.source", value: "cli" }, 2),
      ],
      assessments: [{ kind: "feedback", name: "correct", value: true }],
    },
  ),
  "a test without tools": aSubject([
    aSpan({ trace: 3, name: "chat", startMs: 1, status: "OK", inputs: { note: "It timed out." } }),
  ]),
};

const filters = blocks("sql").flatMap((block) => block.trim().split("\n"));

describe("docs/search.md", () => {
  test.each(filters)("%s", (filter) => {
    const matches = compileFilter(parseFilter(filter));
    const found = Object.values(traces).filter((subject) => matches(subject));
    expect([0, 3]).not.toContain(found.length);
  });

  it("says the same of NOT and != as the evaluator", () => {
    const find = (filter: string) =>
      Object.entries(traces).flatMap(([title, subject]) =>
        compileFilter(parseFilter(filter))(subject) ? [title] : [],
      );
    expect(find("tag.topic != 'law'")).toEqual([]);
    expect(find("NOT tag.topic = 'law'")).toEqual(["a good answer", "a test without tools"]);
    expect(find("span.type = 'TOOL' AND span.status = 'ERROR'")).toEqual(["a failed search"]);
    expect(find("NOT span.type = 'TOOL'")).toEqual(["a test without tools"]);
    expect(find("span.type = 'TOOL' AND span.name != 'search'")).toEqual(["a good answer"]);
    expect(find("span.name = 'search' AND NOT span.type = 'CHAT_MODEL'")).toEqual(["a failed search"]);
  });

  test.each(blocks("text").flatMap((block) => block.trim().split("\n\n")))("%s", (example) => {
    const [filter = "", message = ""] = example.split("\n");
    expect(() => parseFilter(filter)).toThrow(message);
  });
});

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, block]) => block!);
}
