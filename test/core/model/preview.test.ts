import { toPreview } from "@spanbook/core/model";
import { describe, expect, it } from "vitest";

describe("a preview", () => {
  const cases: [string, unknown, string | undefined][] = [
    ["nothing if there is nothing", undefined, undefined],
    ["a text as it is", "why?", "why?"],
    ["the empty text as it is", "", ""],
    ["the only value of an object", { question: "why?" }, "why?"],
    ["the only value of an object, as JSON if it is not text", { question: ["why?"] }, '["why?"]'],
    ["an object with several values as JSON", { a: 1, b: "x" }, '{"a":1,"b":"x"}'],
    ["an empty object as JSON", {}, "{}"],
    ["a list as JSON, with a single item too", ["why?"], '["why?"]'],
    ["null", null, "null"],
    ["zero", 0, "0"],
    ["false", { answer: false }, "false"],
    ["nothing for what JSON leaves out", { answer: undefined }, undefined],
  ];
  for (const [what, value, expected] of cases) {
    it(`shows ${what}`, () => expect(toPreview(value)).toBe(expected));
  }

  it("has at most 1,000 characters, and ends in an ellipsis if it was cut", () => {
    expect(toPreview("x".repeat(1000))).toBe("x".repeat(1000));
    expect(toPreview("x".repeat(1001))).toBe(`${"x".repeat(999)}…`);
    expect(toPreview(["x".repeat(1000)])).toBe(`["${"x".repeat(997)}…`);
  });

  it("never cuts a character in half", () => {
    expect(toPreview(`${"x".repeat(998)}😀😀`)).toBe(`${"x".repeat(998)}…`);
    expect(toPreview(`${"x".repeat(997)}😀😀`)).toBe(`${"x".repeat(997)}😀…`);
  });
});

describe("a preview with a role", () => {
  const question = { role: "user", content: "Why?" };
  const answer = { role: "assistant", content: "Because." };

  it.each([
    ["messages", { messages: [{ role: "system", content: "Be kind." }, question, answer] }],
    ["a request among other options", { model: "m", messages: [question], temperature: 0 }],
    ["a request as a function's only argument", { body: { model: "m", messages: [question] } }],
    ["a list of messages", [question, answer]],
    [
      "a message of parts",
      [{ role: "user", content: [{ type: "text", text: "Why?" }, { type: "image_url" }] }],
    ],
    ["the input of OpenAI's Responses", { model: "m", input: [question] }],
    [
      "a text that is the input of OpenAI's Responses",
      { model: "m", instructions: "Be kind.", input: "Why?" },
    ],
    ["Gemini's contents", { model: "m", contents: [{ role: "user", parts: [{ text: "Why?" }] }] }],
    ["a text that is Gemini's contents", { model: "m", contents: "Why?", config: {} }],
  ])("of %s is the last user message", (_shape, inputs) => {
    expect(toPreview(inputs, "user")).toBe("Why?");
  });

  it.each([
    ["a message", answer],
    ["OpenAI's choices", { id: "c", choices: [{ index: 0, message: answer }] }],
    ["a refusal", { choices: [{ message: { role: "assistant", content: null, refusal: "Because." } }] }],
    [
      "Gemini's candidates",
      {
        candidates: [
          { content: { role: "model", parts: [{ text: "Hm.", thought: true }, { text: "Because." }] } },
        ],
      },
    ],
    ["Ollama's message", { model: "m", message: answer, done: true }],
    [
      "the output of OpenAI's Responses",
      {
        id: "r",
        output: [
          { type: "message", role: "assistant", content: [{ type: "output_text", text: "Because." }] },
        ],
      },
    ],
    [
      "the messages of AutoGen's team",
      {
        messages: [
          { source: "user", content: "Why?" },
          { source: "bee", content: "Because." },
        ],
      },
    ],
    ["the result of CrewAI's crew", { raw: "Because.", pydantic: null, tasks_output: [{ raw: "So." }] }],
  ])("of %s is what the assistant said", (_shape, outputs) => {
    expect(toPreview(outputs, "assistant")).toBe("Because.");
  });

  it("of anything else is its text, its only value, or its JSON, cut at 1,000 characters", () => {
    expect(toPreview("plain", "user")).toBe("plain");
    expect(toPreview({ query: "only" }, "user")).toBe("only");
    expect(toPreview({ a: 1, b: [null] }, "user")).toBe('{"a":1,"b":[null]}');
    expect(toPreview(["user", { role: 7 }], "user")).toBe('["user",{"role":7}]');
    expect(toPreview({ role: "assistant", content: null }, "assistant")).toBe(
      '{"role":"assistant","content":null}',
    );
    expect(toPreview(undefined, "user")).toBeUndefined();
    expect(toPreview("x".repeat(1001))).toBe(`${"x".repeat(999)}…`);
  });
});

describe("a preview of something large", () => {
  it("does not overflow the stack, however deeply that is nested", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep: unknown = JSON.parse(`${open.repeat(20_000)}1${close.repeat(20_000)}`);
      expect(toPreview([deep])).toBe(`[${open.repeat(1000)}`.slice(0, 999) + "…");
    }
  });

  it("is the start of its JSON text", () => {
    const values = [
      Array.from({ length: 5000 }, (_, i) => ({
        i,
        text: `é"\n${i}`,
        none: null,
        gone: undefined,
        flag: i % 2 === 0,
      })),
      { a: [], b: {}, c: [[], [{}]], d: "x".repeat(5000), e: 1.5 },
      { long: "😀".repeat(600), other: 1 },
      [undefined, () => 1, NaN, "\ud800"],
    ];
    for (const value of values) {
      const json = JSON.stringify(value);
      const cut = json.length > 1000 ? json.slice(0, 999).replace(/[\ud800-\udbff]$/, "") + "…" : json;
      expect(toPreview(value)).toBe(cut);
    }
  });
});
