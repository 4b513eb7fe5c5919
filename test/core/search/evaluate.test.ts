import {
  compileFilter,
  filterNeeds,
  formatFilter,
  parseFilter,
  scopeFilter,
  type FilterSubject,
  type FilterTree,
} from "@spanbook/core/search";
import { describe, expect, it, test } from "vitest";
import { aSubject, isFound, type WholeSubject } from "../../support/filter-subjects.js";
import { randomFilter } from "../../support/random-filters.js";
import { randomPatch, randomRecord } from "../../support/random-spans.js";
import { createRandom } from "../../support/random.js";
import { aPatch, aSpan, epochMs, tokens, traceId } from "../../support/spans.js";
import type { Span, Value } from "@spanbook/core/model";

const subject = aSubject(
  [
    aSpan({
      name: "ask",
      endMs: 100.5,
      type: "AGENT",
      inputs: { question: 'What is "law"?', price: "10.00", quoted: '"as said"' },
      outputs: "Nobody knows.",
      sessionId: "s1",
      userId: "alice",
      experimentId: "7",
      runId: "run-1",
    }),
    aSpan({
      id: 2,
      parent: 1,
      name: "answer",
      startMs: 10,
      endMs: 60,
      type: "CHAT_MODEL",
      model: "small",
      usage: tokens(10, 5),
      cost: { inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 },
      attributes: {
        temperature: 0.7,
        "gen_ai.system": "openai",
        stream: true,
        big: { $int: "9223372036854775807" },
        version: "1.10",
        order: "12345678901234567890",
      },
    }),
    aSpan({
      id: 3,
      parent: 1,
      name: "search",
      startMs: 60,
      open: true,
      type: "TOOL",
      status: "ERROR",
      fields: {
        status: { code: 2, message: "no such index" },
        events: [
          { timeUnixNano: "1", name: "exception", attributes: { "exception.message": "Timeout after 5 s" } },
        ],
      },
    }),
  ],
  {
    patches: [
      aPatch(1, { op: "setTag", key: "topic", value: "law" }),
      aPatch(2, { op: "setTag", key: "two words", value: "2" }),
      aPatch(3, { op: "setMetadata", key: "source", value: "cli" }),
      aPatch(4, { op: "setField", field: "clientRequestId", value: "c-1" }),
    ],
    assessments: [
      { kind: "feedback", name: "ok", value: true },
      { kind: "feedback", name: "score", value: 0.8 },
      { kind: "feedback", name: "score", value: 0.3 },
      { kind: "feedback", name: "empty", value: null },
      { kind: "feedback", name: "parts", value: { a: [1] } },
      { kind: "expectation", name: "answer", value: "42" },
    ],
  },
);

describe("a trace is found", () => {
  const found = [
    "",
    "status = 'OK'",
    "status IN ('ERROR', 'OK')",
    "status IS NOT NULL",
    `request_id = '${traceId(1)}'`,
    "name = 'ask'",
    "name != 'answer'",
    "name > 'as' AND name < 'asl'",
    "name LIKE 'a%'",
    "name ILIKE 'A_K'",
    "name RLIKE '^as?k$'",
    "name NOT RLIKE 'x'",
    `timestamp_ms = ${epochMs}`,
    `timestamp_ms >= ${epochMs} AND timestamp < ${epochMs + 1}`,
    `end_time_ms = ${epochMs + 100.5}`,
    "execution_time_ms = 100.5",
    "execution_time_ms IN (1, 100.5)",
    "trace.client_request_id = 'c-1'",
    "trace.run_id = 'run-1'",
    "trace.session_id = 's1'",
    "trace.user_id = 'alice'",
    "trace.experiment = '7'",
    "trace.span_count = 3",
    "trace.total_tokens > 14",
    "trace.total_cost = 0.75",
    "tag.topic = 'law'",
    "tag.`two words` = '2'",
    "metadata.source LIKE 'c__'",
    "tag.missing IS NULL",
    "NOT tag.missing = 'x'",
    "NOT tag.missing != 'x'",
    "feedback.ok = 'true'",
    "feedback.ok = true",
    "feedback.score = 0.3",
    "feedback.score = '0.8'",
    "feedback.score > 0.7",
    "feedback.score IN (0.3, 1)",
    "feedback.empty IS NULL",
    "feedback.parts = '{\"a\":[1]}'",
    "expectation.answer = '42'",
    "expectation.answer > '41'",
    "span.name = 'search' AND span.status = 'ERROR'",
    "span.name = 'ask' AND (span.status = 'UNSET' OR span.type = 'TOOL')",
    "span.duration_ms = 50",
    "span.duration_ms IS NULL AND span.type = 'TOOL'",
    "span.model = 'small'",
    "span.model IS NULL",
    "span.name != 'ask'",
    "span.name NOT IN ('ask', 'answer')",
    "NOT span.name = 'x'",
    "NOT (span.name = 'ask' AND span.type = 'TOOL')",
    "span.attributes.temperature = 0.7",
    "span.attributes.temperature >= 0.5",
    "span.attributes.temperature = '0.7'",
    "span.attributes.gen_ai.system ILIKE 'OPEN%'",
    "span.attributes.stream = true",
    "span.attributes.big = '9223372036854775807'",
    "span.attributes.big > 9000000000000000000",
    "span.attributes.version = '1.10'",
    "span.attributes.version LIKE '_.10'",
    "span.attributes.version IN ('1.9', '1.10')",
    "span.attributes.version = 1.1",
    "span.attributes.version IN (1.1)",
    "span.attributes.version < 1.2",
    "span.attributes.order = '12345678901234567890'",
    "span.attributes.`mlflow.spanType` = 'TOOL'",
    "span.attributes.`mlflow.spanOutputs` = 'Nobody knows.'",
    "span.attributes.`mlflow.spanInputs` LIKE '{\"question\":%}'",
    "trace.text LIKE '%What is \"law\"?%'",
    "trace.text ILIKE '%nobody KNOWS%'",
    "trace.text LIKE 'Nobody%'",
    "trace.text LIKE '%10.00%'",
    "trace.text LIKE '12345678901234567890'",
    "trace.text LIKE '\"as said\"'",
    "trace.text LIKE 'as said'",
    "trace.text LIKE '%Timeout after%'",
    "trace.text LIKE 'no such index'",
    "trace.text LIKE 'question'",
    "trace.text RLIKE '\\d s$'",
    "trace.text NOT LIKE '%absent%'",
    "span.content LIKE '%openai%' AND span.name = 'answer'",
    "span.content NOT LIKE '%openai%' AND span.name = 'ask'",
  ];
  test.each(found)("by %s", (filter) => {
    expect(isFound(filter, subject)).toBe(true);
    expect(isFound(`NOT (${filter || "status IS NOT NULL"})`, subject)).toBe(false);
  });
});

describe("a trace is not found", () => {
  const notFound = [
    "status != 'OK'",
    "status NOT IN ('OK')",
    "name IS NULL",
    "name = 'Ask'",
    "name LIKE 'k'",
    "tag.missing = 'x'",
    "tag.missing != 'x'",
    "tag.missing NOT IN ('x')",
    "tag.missing LIKE '%'",
    "tag.missing NOT LIKE 'x'",
    "tag.missing < 'x' OR tag.missing >= 'x'",
    "tag.toString IS NOT NULL",
    "tag.__proto__ IS NOT NULL",
    "metadata.topic = 'law'",
    "feedback.ok = 1",
    "feedback.score = 0.5",
    "feedback.score != 0.3",
    "feedback.empty != 'x'",
    "feedback.answer = '42'",
    "expectation.answer = 42",
    "expectation.answer > 41",
    "span.name = 'ask' AND span.type = 'TOOL'",
    "span.name = 'ask' AND (span.type = 'TOOL' OR span.model = 'small')",
    "NOT span.name = 'ask'",
    "span.name = 'ask' AND NOT span.name = 'answer'",
    "span.model != 'small'",
    "span.duration_ms > 50 AND span.type = 'TOOL'",
    "span.attributes.temperature > '1'",
    "span.attributes.gen_ai.system = 0",
    "span.attributes.constructor IS NOT NULL",
    "span.attributes.version = '1.1'",
    "span.attributes.version IN ('1.1')",
    "span.attributes.version > 1.1",
    "span.attributes.gen_ai.system < 5 OR span.attributes.gen_ai.system >= 5",
    "trace.text LIKE '%nobody%'",
    "trace.text LIKE 'law'",
    "trace.text LIKE '%spanInputs%'",
    "trace.text NOT LIKE '%law%'",
    "span.content NOT LIKE '%openai%' AND span.name = 'answer'",
  ];
  test.each(notFound)("by %s", (filter) => expect(isFound(filter, subject)).toBe(false));
});

describe("a filter's scope", () => {
  const scopes: [string, string][] = [
    ["span.name = 'a'", "some(span.name = 'a')"],
    ["span.name = 'a' AND span.type = 'b'", "some(span.name = 'a' AND span.type = 'b')"],
    [
      "span.name = 'a' AND (span.type = 'b' AND name = 'c')",
      "name = 'c' AND some(span.name = 'a' AND span.type = 'b')",
    ],
    ["span.name = 'a' OR span.type = 'b'", "some(span.name = 'a') OR some(span.type = 'b')"],
    ["span.name = 'a' AND NOT span.type = 'b'", "NOT some(span.type = 'b') AND some(span.name = 'a')"],
    [
      "span.name = 'a' AND (span.type = 'b' OR NOT span.type = 'c')",
      "some(span.name = 'a' AND (span.type = 'b' OR NOT some(span.type = 'c')))",
    ],
    ["name = 'a' AND tag.b = 'c'", "name = 'a' AND tag.b = 'c'"],
    [
      "name = 'a' AND (name = 'b' OR span.name = 'c')",
      "name = 'a' AND (name = 'b' OR some(span.name = 'c'))",
    ],
  ];
  test.each(scopes)("%s", (filter, scoped) => {
    expect(describeScope(scopeFilter(parseFilter(filter))).replaceAll("trace.", "")).toBe(scoped);
  });

  test("a filter needs as much of a trace as its most demanding clause", () => {
    const needs = (filter: string) => filterNeeds(parseFilter(filter));
    expect(needs("")).toBe("info");
    expect(needs("tag.a = 'b' OR NOT feedback.x > 1")).toBe("info");
    expect(needs("name = 'a' AND NOT span.duration_ms > 1")).toBe("digests");
    expect(needs("span.model = 'a' OR span.content LIKE 'b'")).toBe("spans");
    expect(needs("span.attributes.a IS NULL")).toBe("spans");
    expect(needs("NOT trace.text LIKE 'b'")).toBe("spans");
  });
});

describe("a trace that was read in part", () => {
  const partly: FilterSubject = { info: subject.info };
  const skeleton: FilterSubject = {
    info: subject.info,
    spans: subject.spans.map(({ digest }) => ({ digest })),
  };

  it("is decided if possible, and else undefined", () => {
    expect(isFound("status = 'OK'", partly)).toBe(true);
    expect(isFound("span.name = 'ask'", partly)).toBeUndefined();
    expect(isFound("status = 'ERROR' AND span.name = 'ask'", partly)).toBe(false);
    expect(isFound("span.name = 'ask' OR status = 'OK'", partly)).toBe(true);
    expect(isFound("NOT (span.name = 'ask')", partly)).toBeUndefined();
    expect(isFound("span.name = 'ask'", skeleton)).toBe(true);
    expect(isFound("span.name = 'x' AND span.content LIKE '%'", skeleton)).toBe(false);
    expect(isFound("span.name = 'ask' AND span.content LIKE '%'", skeleton)).toBeUndefined();
    expect(isFound("trace.text LIKE '%'", skeleton)).toBeUndefined();
  });

  it("is read no further than the filter needs, in whatever order", () => {
    const unread: FilterSubject = {
      info: subject.info,
      get spans(): never {
        throw new Error("the spans were read");
      },
    };
    expect(isFound("span.name = 'ask' AND status = 'ERROR'", unread)).toBe(false);
    expect(isFound("(trace.text LIKE '%x%' OR span.name = 'ask') OR status = 'OK'", unread)).toBe(true);
    const read: string[] = [];
    const spans = subject.spans.map((each) => ({
      digest: each.digest,
      get span() {
        read.push(each.digest.name);
        return each.span;
      },
    }));
    const filter = "span.content LIKE '%x%' AND span.type IN ('TOOL', 'AGENT') AND span.duration_ms IS NULL";
    expect(isFound(filter, { info: subject.info, spans })).toBe(true);
    expect(read).toEqual(["search"]);
  });
});

describe("random filters over random traces", () => {
  const random = createRandom(11);
  const subjects = Array.from({ length: 25 }, (_, index) => {
    const records = Array.from({ length: random.integer(1, 8) }, () => randomRecord(random, index + 1));
    const spans = new Map(records.map(({ digest, payload }) => [digest.spanId, JSON.parse(payload) as Span]));
    const patches = Array.from({ length: random.integer(0, 6) }, (_, order) =>
      randomPatch(random, index + 1, order),
    );
    return aSubject([...spans.values()], {
      patches,
      assessments: Array.from({ length: random.integer(0, 3) }, () => ({
        kind: random.pick(["feedback", "expectation"] as const),
        name: random.pick(["a", "b"]),
        value: random.pick<unknown>([true, 2, "2", "ask", { a: 1 }, null]),
      })),
    });
  });
  const filters = Array.from({ length: 250 }, () => randomFilter(random, 3));

  it("find some and not others", () => {
    const verdicts = filters.map((filter) => subjects.filter((each) => compileFilter(filter)(each)).length);
    const mixed = verdicts.filter((count) => count > 0 && count < subjects.length);
    expect(mixed.length).toBeGreaterThan(filters.length / 4);
  });

  it("find what the definition says: some span makes the filter true, and NOT applies to all of the trace", () => {
    for (const filter of filters) {
      const matches = compileFilter(filter);
      for (const each of subjects) expectVerdict(filter, matches(each), holdsByDefinition(filter, each));
    }
  });

  it("obey the laws of logic, except for NOT of several clauses about one span", () => {
    const find = (filter: FilterTree) => {
      const matches = compileFilter(filter);
      return subjects.map((each) => matches(each));
    };
    const not = (operand: FilterTree): FilterTree => ({ kind: "not", operand });
    const and = (...operands: FilterTree[]): FilterTree => ({ kind: "and", operands });
    const or = (...operands: FilterTree[]): FilterTree => ({ kind: "or", operands });
    for (let index = 0; index < 60; index++) {
      const [a, b, c] = [0, 1, 2].map(() => random.pick(filters)) as [FilterTree, FilterTree, FilterTree];
      expect(find(not(not(a)))).toEqual(find(a));
      expect(find(not(a))).toEqual(find(a).map((found) => !found));
      expect(find(not(or(a, b)))).toEqual(find(and(not(a), not(b))));
      expect(find(and(a, b))).toEqual(find(and(b, a)));
      expect(find(and(a, or(b, c)))).toEqual(find(or(and(a, b), and(a, c))));
      expect(find(and(and(a, b), c))).toEqual(find(and(a, b, c)));
      const [d, e] = [not(a), not(b)];
      expect(find(not(and(d, e)))).toEqual(find(or(not(d), not(e))));
    }
  });

  it("never decide differently for a part of a trace than for the whole", () => {
    for (const filter of filters) {
      const matches = compileFilter(filter);
      const needs = filterNeeds(filter);
      for (const each of subjects) {
        const whole = matches(each);
        const { info, assessments } = each;
        const skeleton = { info, assessments, spans: each.spans.map(({ digest }) => ({ digest })) };
        const byInfo = matches({ info, assessments });
        const byDigests = matches(skeleton);
        expect(typeof whole).toBe("boolean");
        if (byInfo !== undefined || needs === "info") expectVerdict(filter, byInfo, whole);
        if (byDigests !== undefined || needs !== "spans") expectVerdict(filter, byDigests, whole);
      }
    }
  });
});

describe("hostile traces", () => {
  it("are searched however deeply their values are nested", () => {
    const depth = 20_000;
    const text = "[".repeat(depth) + '"needle"' + "]".repeat(depth);
    const value = JSON.parse(text) as Value;
    const deep = aSubject([aSpan({ attributes: { text, value } })]);
    expect(isFound("trace.text LIKE 'needle'", deep)).toBe(true);
    expect(isFound("span.attributes.text LIKE '[[[%'", deep)).toBe(true);
    expect(isFound("span.attributes.value = 'x'", deep)).toBe(false);
  });

  it("are searched with any key and any text", () => {
    const tags = ["__proto__", "constructor", "", "a.b", "`"];
    const patches = tags.map((key, index) => aPatch(index, { op: "setTag", key, value: `value ${key}` }));
    const odd = aSubject([aSpan()], { patches });
    for (const key of tags) {
      const filter = formatFilter({
        kind: "comparison",
        field: { name: "tag", key },
        op: "=",
        value: `value ${key}`,
      });
      expect([filter, isFound(filter, odd)]).toEqual([filter, true]);
    }
  });

  it("cannot slow down a regular expression", () => {
    const long = aSubject([aSpan({ inputs: "a".repeat(5000) + "!" })]);
    expect(isFound("trace.text RLIKE '^(a+)+$'", long)).toBe(false);
  });
});

/** The definition in scope.ts, word for word; only single clauses are left to the evaluator. */
function holdsByDefinition(filter: FilterTree, subject: WholeSubject): boolean {
  return subject.spans.some((span) => holdsOf(filter, span));

  function holdsOf(tree: FilterTree, span: (typeof subject.spans)[number]): boolean {
    switch (tree.kind) {
      case "and":
        return tree.operands.every((operand) => holdsOf(operand, span));
      case "or":
        return tree.operands.some((operand) => holdsOf(operand, span));
      case "not":
        return !holdsByDefinition(tree.operand, subject);
      default: {
        const isOfSpan = tree.field.name.startsWith("span.");
        return compileFilter(tree)(isOfSpan ? { ...subject, spans: [span] } : subject) === true;
      }
    }
  }
}

function expectVerdict(filter: FilterTree, got: boolean | undefined, expected: boolean | undefined): void {
  if (got !== expected) {
    expect.fail(`${formatFilter(filter)} gives ${String(got)}, expected ${String(expected)}`);
  }
}

function describeScope(scoped: ReturnType<typeof scopeFilter>): string {
  const inner = (operand: ReturnType<typeof scopeFilter>) => {
    const text = describeScope(operand);
    return operand.kind === "and" || operand.kind === "or" ? `(${text})` : text;
  };
  switch (scoped.kind) {
    case "and":
    case "or":
      return scoped.operands.map(inner).join(` ${scoped.kind.toUpperCase()} `);
    case "not":
      return `NOT ${inner(scoped.operand)}`;
    case "someSpan":
      return `some(${describeScope(scoped.operand)})`;
    default:
      return formatFilter(scoped);
  }
}
