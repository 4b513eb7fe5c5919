import { fieldNames, filterLimits, parseFilter, toFilterTree, type FilterTree } from "@spanbook/core/search";
import type { FilterSyntaxError } from "@spanbook/core/search";
import { describe, expect, it, test } from "vitest";

describe("a field", () => {
  const spellings: [string, string, string?][] = [
    ["trace.status", "trace.status"],
    ["status", "trace.status"],
    ["attributes.status", "trace.status"],
    ["attribute.status", "trace.status"],
    ["trace.`status`", "trace.status"],
    ["trace.name", "trace.name"],
    ["name", "trace.name"],
    ["timestamp", "trace.timestamp_ms"],
    ["timestamp_ms", "trace.timestamp_ms"],
    ["trace.timestamp", "trace.timestamp_ms"],
    ["trace.end_time_ms", "trace.end_time_ms"],
    ["end_time", "trace.end_time_ms"],
    ["execution_time_ms", "trace.execution_time_ms"],
    ["attributes.execution_time", "trace.execution_time_ms"],
    ["trace.run_id", "trace.run_id"],
    ["trace.client_request_id", "trace.client_request_id"],
    ["trace.session_id", "trace.session_id"],
    ["trace.user_id", "trace.user_id"],
    ["trace.experiment", "trace.experiment"],
    ["experiment_id", "trace.experiment"],
    ["trace.span_count", "trace.span_count"],
    ["trace.total_tokens", "trace.total_tokens"],
    ["trace.total_cost", "trace.total_cost"],
    ["text", "trace.text"],
    ["request_id", "trace.request_id"],
    ["trace.trace_id", "trace.request_id"],
    ["tag.topic", "tag", "topic"],
    ["tags.topic", "tag", "topic"],
    ["tags.mlflow.source", "tag", "mlflow.source"],
    ["tag.`two words`", "tag", "two words"],
    ["tag.`a``b`", "tag", "a`b"],
    ["tag.``", "tag", ""],
    ['tag."two words"', "tag", "two words"],
    ["tag.größe", "tag", "größe"],
    ["tag.a-b", "tag", "a-b"],
    ["tag.2", "tag", "2"],
    ["tag.AND", "tag", "AND"],
    ["tag.constructor", "tag", "constructor"],
    ["metadata.k", "metadata", "k"],
    ["`status`", "trace.status"],
    ["`tag`.topic", "tag", "topic"],
    ["request_metadata.`mlflow.trace.session`", "trace.session_id"],
    ["metadata.mlflow.trace.user", "trace.user_id"],
    ["metadata.mlflow.sourceRun", "trace.run_id"],
    ["tags.`mlflow.traceName`", "trace.name"],
    ["metadata.mlflow.modelId", "metadata", "mlflow.modelId"],
    ["feedback.correctness", "feedback", "correctness"],
    ["expectation.answer", "expectation", "answer"],
    ["span.name", "span.name"],
    ["span.type", "span.type"],
    ["span.status", "span.status"],
    ["span.duration_ms", "span.duration_ms"],
    ["span.content", "span.content"],
    ["span.model", "span.model"],
    ["span.attributes.k", "span.attributes", "k"],
    ["span.attributes.gen_ai.system", "span.attributes", "gen_ai.system"],
    ["span.attributes.`a key`", "span.attributes", "a key"],
  ];
  test.each(spellings)("may be written as %s", (spelling, name, key) => {
    const value = { text: "LIKE 'x'", status: "= 'OK'", number: "= 1" }[kindOf(name)];
    const tree = parseFilter(`${spelling} ${value}`);
    expect(tree).toMatchObject({ field: key === undefined ? { name } : { name, key } });
  });

  it("request_id accepts a trace id as MLflow writes it", () => {
    expect(parseFilter("request_id = 'tr-1f'")).toEqual(parseFilter("request_id = '1f'"));
    expect(parseFilter("trace_id IN ('tr-1f', '2e')")).toEqual(parseFilter("trace_id IN ('1f', '2e')"));
    expect(parseFilter("request_id LIKE 'tr-1%'")).toEqual(parseFilter("request_id LIKE '1%'"));
    expect(parseFilter("name = 'tr-1f'")).toMatchObject({ value: "tr-1f" });
  });

  it("is covered above, whichever it is", () => {
    expect([...new Set(spellings.map(([, name]) => name))].sort()).toEqual([...fieldNames].sort());
  });
});

function kindOf(name: string): "text" | "status" | "number" {
  if (name.endsWith(".status")) return "status";
  return /_ms$|_count$|_tokens$|_cost$/.test(name) ? "number" : "text";
}

const statusOk: FilterTree = clause("trace.status", "=", "OK");
const name = (value: string) => clause("trace.name", "=", value);

describe("a clause", () => {
  const clauses: [string, FilterTree][] = [
    ["status = 'OK'", statusOk],
    ['status = "OK"', statusOk],
    ["status='OK'", statusOk],
    ["  status\n=\t'OK'  ", statusOk],
    ["status != 'OK'", clause("trace.status", "!=", "OK")],
    ["execution_time_ms < 5", clause("trace.execution_time_ms", "<", 5)],
    ["execution_time_ms<=.5", clause("trace.execution_time_ms", "<=", 0.5)],
    ["execution_time_ms > -5.25", clause("trace.execution_time_ms", ">", -5.25)],
    ["execution_time_ms >= 1e3", clause("trace.execution_time_ms", ">=", 1000)],
    ["execution_time_ms = -0", clause("trace.execution_time_ms", "=", 0)],
    ["name < 'b'", clause("trace.name", "<", "b")],
    ["name LIKE '%a_'", clause("trace.name", "LIKE", "%a_")],
    ["name like 'a'", clause("trace.name", "LIKE", "a")],
    ["name Not Like 'a'", clause("trace.name", "NOT LIKE", "a")],
    ["name ILIKE 'a'", clause("trace.name", "ILIKE", "a")],
    ["name NOT ILIKE 'a'", clause("trace.name", "NOT ILIKE", "a")],
    ["name RLIKE '^a'", clause("trace.name", "RLIKE", "^a")],
    ["name NOT RLIKE '^a'", clause("trace.name", "NOT RLIKE", "^a")],
    ["name = 'it''s'", name("it's")],
    ['name = "say ""hi"" it\'s"', name('say "hi" it\'s')],
    ["name = ''", name("")],
    ["name = 'AND'", name("AND")],
    ["name = '😀\n\\'", name("😀\n\\")],
    ["feedback.ok = true", clause("feedback", "=", "true", "ok")],
    ["feedback.ok = FALSE", clause("feedback", "=", "false", "ok")],
    ["feedback.score >= 0.8", clause("feedback", ">=", 0.8, "score")],
    ["feedback.score = '5'", clause("feedback", "=", "5", "score")],
    ["name IN ('a')", membership("IN", "a")],
    ["name in ('a', \"b\")", membership("IN", "a", "b")],
    ["name NOT IN ('a','b')", membership("NOT IN", "a", "b")],
    ["name IS NULL", { kind: "nullCheck", field: { name: "trace.name" }, op: "IS NULL" }],
    ["name is not null", { kind: "nullCheck", field: { name: "trace.name" }, op: "IS NOT NULL" }],
  ];
  test.each(clauses)("%s", (text, tree) => expect(parseFilter(text)).toEqual(tree));
});

describe("AND, OR, NOT and parentheses", () => {
  const [a, b, c] = ["a", "b", "c"].map(name) as [FilterTree, FilterTree, FilterTree];
  const precedence: [string, FilterTree][] = [
    ["a AND b", group("and", a, b)],
    ["a and b And c", group("and", a, b, c)],
    ["a OR b OR c", group("or", a, b, c)],
    ["a AND b OR c", group("or", group("and", a, b), c)],
    ["a OR b AND c", group("or", a, group("and", b, c))],
    ["(a OR b) AND c", group("and", group("or", a, b), c)],
    ["a AND (b AND c)", group("and", a, group("and", b, c))],
    ["((a))", a],
    ["NOT a", not(a)],
    ["not NOT a", not(not(a))],
    ["NOT a AND b", group("and", not(a), b)],
    ["NOT (a AND b)", not(group("and", a, b))],
    ["a OR NOT b AND c", group("or", a, group("and", not(b), c))],
  ];
  test.each(precedence)("%s", (text, tree) => {
    expect(parseFilter(text.replace(/\b[abc]\b/g, "name = '$&'"))).toEqual(tree);
  });

  it("find all traces if there is no clause", () => {
    expect(parseFilter("")).toEqual({ kind: "and", operands: [] });
    expect(parseFilter(" \n ")).toEqual({ kind: "and", operands: [] });
  });

  it("give plain data", () => {
    const tree = parseFilter("NOT (a = 1 AND tag.b IN ('x') OR name IS NULL)".replace("a =", "span_count ="));
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
    expect(structuredClone(tree)).toEqual(tree);
  });
});

describe("a bad filter", () => {
  const allOps =
    "=, !=, IN, NOT IN, <, <=, >, >=, LIKE, NOT LIKE, ILIKE, NOT ILIKE, RLIKE, NOT RLIKE, IS NULL or IS NOT NULL";
  const numberOps = "=, !=, IN, NOT IN, <, <=, >, >=, IS NULL or IS NOT NULL";
  const errors: [string, number, string][] = [
    ["status", 6, "=, !=, IN, NOT IN, IS NULL or IS NOT NULL, got the end"],
    ["name", 4, `${allOps}, got the end`],
    ["name 'x'", 5, `${allOps}, got 'x'`],
    ["name = ", 7, "a string in quotes for trace.name, got the end"],
    ["name = 5", 7, "a string in quotes for trace.name, got 5"],
    ["name = AND", 7, "a string in quotes for trace.name, got AND"],
    ["name = true", 7, "a string in quotes for trace.name, got true"],
    ["name == 'a'", 5, `${allOps}, got ==`],
    ["tag.a > 5", 8, "a string in quotes for tag, got 5"],
    ["feedback.a = x", 13, "a number or a string in quotes for feedback, got x"],
    ["execution_time_ms > '5'", 20, "a number for trace.execution_time_ms, got '5'"],
    ["span.duration_ms = 'abc'", 19, "a number for span.duration_ms, got 'abc'"],
    ["span.duration_ms IN (1, 'a')", 24, "a number for span.duration_ms, got 'a'"],
    ["execution_time_ms LIKE '5'", 18, `${numberOps}, got LIKE`],
    ["status = 'GOOD'", 9, "'OK', 'ERROR', 'IN_PROGRESS' or 'UNFINISHED', got 'GOOD'"],
    ["status = 'ok'", 9, "'OK', 'ERROR', 'IN_PROGRESS' or 'UNFINISHED', got 'ok'"],
    ["span.status IN ('OK', 'IN_PROGRESS')", 22, "'OK', 'ERROR' or 'UNSET', got 'IN_PROGRESS'"],
    ["status LIKE 'O%'", 7, "=, !=, IN, NOT IN, IS NULL or IS NOT NULL, got LIKE"],
    ["trace.text = 'x'", 11, "LIKE, NOT LIKE, ILIKE, NOT ILIKE, RLIKE or NOT RLIKE, got ="],
    ["span.content IS NULL", 13, "LIKE, NOT LIKE, ILIKE, NOT ILIKE, RLIKE or NOT RLIKE, got IS"],
    ["name NOT = 'x'", 9, "IN, LIKE, ILIKE or RLIKE, got ="],
    ["name IS 'x'", 8, "NULL or NOT NULL, got 'x'"],
    ["name IS NOT", 11, "NULL, got the end"],
    ["name IN 'x'", 8, "(, got 'x'"],
    ["name IN ()", 9, "a string in quotes for trace.name, got )"],
    ["name IN ('x'", 12, ", or ), got the end"],
    ["name IN ('x' 'y')", 13, ", or ), got 'y'"],
    ["AND", 0, "a field, NOT or (, got AND"],
    ["name = 'x' AND", 14, "a field, NOT or (, got the end"],
    ["name = 'x' name = 'y'", 11, "AND, OR or the end, got name"],
    ["name = 'x')", 10, "AND, OR or the end, got )"],
    ["(name = 'x'", 11, "AND, OR or ), got the end"],
    ["()", 1, "a field, NOT or (, got )"],
    ["5 = 5", 0, "a field, NOT or (, got 5"],
    ["'name' = 'x'", 0, "a field, NOT or (, got 'name'"],
    ["name = 'x", 9, "a closing ' for the one at character 8, got the end"],
    ["name = \"x'", 10, 'a closing " for the one at character 8, got the end'],
    ["tag.`x = 'y'", 12, "a closing ` for the one at character 5, got the end"],
    ["name = 'x' && name = 'y'", 11, "AND, OR or the end, got &"],
    ["name = 😀", 7, "a string in quotes for trace.name, got 😀"],
    ["name = ‘x’", 7, "a string in quotes for trace.name, got ‘"],
    ["name ! 'x'", 5, `${allOps}, got !`],
    ["tag. x = 'y'", 0, "a field such as tag.<key>, got tag"],
    ["span_count = 1e999", 13, "a finite number, got 1e999"],
    ["stauts = 'OK'", 0, "a field such as trace.status, got stauts"],
    ["trace.stauts = 'OK'", 0, "a field such as trace.status, got trace.stauts"],
    ["spam.name = 'x'", 0, "a field such as span.name, got spam.name"],
    ["span.nmae = 'x'", 0, "a field such as span.name, got span.nmae"],
    ["span.kind = 'x'", 0, "a field such as span.name, got span.kind"],
    ["TRACE.NAME = 'x'", 0, "a field such as trace.name, got TRACE.NAME"],
    ["Status = 'OK'", 0, "a field such as trace.status, got Status"],
    ["status.x = 'OK'", 0, "a field such as trace.status, got status.x"],
    ["duration > 2s", 0, "a field such as trace.execution_time_ms, got duration"],
    ["tokens > 100", 0, "a field such as trace.total_tokens, got tokens"],
    ["Session = 's1'", 0, "a field such as trace.session_id, got Session"],
    ["model = 'm'", 0, "a field such as span.model, got model"],
    ["tgs.topic = 'x'", 0, "a field such as tag.<key>, got tgs.topic"],
    ["tag = 'x'", 0, "a field such as tag.<key>, got tag"],
    ["metdata.k = 'x'", 0, "a field such as metadata.<key>, got metdata.k"],
    ["span.attributes = 'x'", 0, "a field such as span.attributes.<key>, got span.attributes"],
    ["span.attribute.x = 'x'", 0, "a field such as span.attributes.<key>, got span.attribute.x"],
    ["constructor = 'x'", 0, ""],
    ["__proto__.x = 'x'", 0, ""],
    ["name RLIKE '('", 11, "a regular expression, got '(': a group is not closed"],
    [
      "name RLIKE '(?=a)'",
      11,
      "a regular expression, got '(?=a)': (?= is not supported, only (?:…), and (?i) at the start",
    ],
    [
      "name RLIKE '(a{999}){999}'",
      11,
      "a regular expression, got '(a{999}){999}': it is too large: use smaller repetitions",
    ],
    [`name = 1${"0".repeat(60)}`, 7, `a string in quotes for trace.name, got 1${"0".repeat(38)}…`],
  ];
  test.each(errors)("%s", (text, position, rest) => {
    const error = errorOf(() => parseFilter(text));
    expect(error.name).toBe("FilterSyntaxError");
    expect(error.position).toBe(position);
    expect(error.expected.length).toBeGreaterThan(0);
    expect(error.message).toContain(`filter at character ${position + 1}: expected ${rest}`);
    expect(error.message).not.toContain("\n");
  });

  it("is reported with a position that counts through all lines", () => {
    expect(errorOf(() => parseFilter("status = 'OK'\nAND foo = 1")).position).toBe(18);
  });

  it("is quoted in the message without control characters", () => {
    expect(errorOf(() => parseFilter("name RLIKE '(\n\u202e\0'")).message).toMatch(/^[^\n\0\u202e]+$/);
  });

  const tooMuch: [string, string, string][] = [
    [
      "parentheses",
      "(".repeat(10_000) + "name = 'x'" + ")".repeat(10_000),
      "at most 100 levels of NOT and parentheses",
    ],
    ["parentheses never closed", "(".repeat(10_000), "at most 100 levels of NOT and parentheses"],
    ["NOTs", `${"NOT ".repeat(10_000)} name = 'x'`, "at most 100 levels of NOT and parentheses"],
    ["clauses", Array.from({ length: 501 }, () => "name = 'x'").join(" OR "), "at most 500 clauses"],
    ["characters", `name = '${"x".repeat(100_000)}'`, "at most 100000 characters, got 100009"],
    ["pattern", `name LIKE '${"x".repeat(10_001)}'`, "a pattern of at most 10000 characters"],
  ];
  test.each(tooMuch)("is one with too many %s", (_, text, message) => {
    expect(errorOf(() => parseFilter(text)).message).toContain(message);
  });

  it("is not one that just reaches the limits", () => {
    const { depth, clauses } = filterLimits;
    const nested = "(".repeat(depth - 1) + "name = 'x'" + ")".repeat(depth - 1);
    expect(parseFilter(nested)).toEqual(name("x"));
    expect(parseFilter(Array.from({ length: clauses }, () => "name = 'x'").join(" AND "))).toMatchObject({
      operands: { length: clauses },
    });
  });
});

describe("a query's filter", () => {
  it("is checked both as text and as a tree", () => {
    expect(toFilterTree(undefined)).toBeUndefined();
    expect(toFilterTree("")).toBeUndefined();
    expect(toFilterTree({ kind: "and", operands: [] })).toBeUndefined();
    expect(toFilterTree("status = 'OK'")).toEqual(statusOk);
    expect(toFilterTree(statusOk)).toEqual(statusOk);
    expect(() => toFilterTree("status = ")).toThrow("filter at character 10");
    expect(() => toFilterTree(clause("trace.status", "=", "GOOD"))).toThrow("got 'GOOD'");
  });

  const noTrees: unknown[] = [
    5,
    null,
    true,
    [],
    {},
    { kind: "maybe" },
    { kind: "and" },
    { kind: "or", operands: [statusOk] },
    { kind: "not" },
    { kind: "not", operand: { kind: "and", operands: [] } },
    { ...statusOk, op: "; DROP TABLE traces" },
    { ...statusOk, field: { name: "toString" } },
    { ...statusOk, field: { name: "trace.status", key: "a" } },
    { ...statusOk, field: { name: "tag" } },
    { ...statusOk, field: undefined },
    { ...statusOk, value: { toString: () => "OK" } },
    { ...statusOk, kind: "nullCheck" },
    { kind: "membership", field: { name: "trace.name" }, op: "IN", values: "abc" },
    { kind: "comparison", field: { name: "trace.span_count" }, op: "=", value: NaN },
    cyclic(),
  ];
  test.each(noTrees.map((value, index) => [index, value]))(
    "is refused if it is not a tree (%i)",
    (_, value) => {
      expect(() => toFilterTree(value as FilterTree)).toThrow(/filter/);
      expect(errorOf(() => toFilterTree(value as FilterTree)).name).toMatch(
        /^(TypeError|FilterSyntaxError)$/,
      );
    },
  );
});

function cyclic(): object {
  const tree = { kind: "not", operand: {} };
  tree.operand = tree;
  return tree;
}

function clause(name: string, op: string, value: string | number, key?: string): FilterTree {
  return {
    kind: "comparison",
    field: key === undefined ? { name } : { name, key },
    op,
    value,
  } as FilterTree;
}

function membership(op: "IN" | "NOT IN", ...values: string[]): FilterTree {
  return { kind: "membership", field: { name: "trace.name" }, op, values };
}

function group(kind: "and" | "or", ...operands: FilterTree[]): FilterTree {
  return { kind, operands };
}

function not(operand: FilterTree): FilterTree {
  return { kind: "not", operand };
}

function errorOf(call: () => unknown): FilterSyntaxError {
  try {
    call();
  } catch (error) {
    return error as FilterSyntaxError;
  }
  throw new Error("it did not throw");
}
