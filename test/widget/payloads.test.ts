import { describe, expect, test } from "vitest";
import { maybeChat, maybeJson } from "../../packages/widget/src/derive/chat.js";
import { maybeDocuments } from "../../packages/widget/src/derive/documents.js";
import { countEntries, describeValue, entriesOf } from "../../packages/widget/src/derive/json-value.js";
import { toReadableText } from "../../packages/widget/src/derive/large-texts.js";
import { formatPath, searchJson, toPathKey } from "../../packages/widget/src/derive/json-search.js";

const text = (said: string) => ({ kind: "text", text: said });

describe("a large text", () => {
  test("is read from the beginning of a JSON string, wherever it is cut", () => {
    for (const piece of ['line\n"quoted"\\', "\u0001", "é😀", "plain"]) {
      const whole = piece.repeat(60_000);
      const read = toReadableText(JSON.stringify(whole));
      expect(read.length).toBeGreaterThan(10_000);
      expect(whole.startsWith(read.slice(0, -1))).toBe(true);
    }
  });

  test("is left as it is if it is not a JSON string", () => {
    for (const written of ['{"log":"a\\nb"}', '"quoted" and more', "[1, 2]"]) {
      const whole = written + " ".repeat(200_000);
      expect(toReadableText(whole)).toBe(whole);
    }
  });
});

describe("a chat", () => {
  test("is read from OpenAI's requests, with the fields beside the messages", () => {
    const messages = [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        name: "ana",
        content: [
          { type: "text", text: "Hi" },
          { type: "input_text", text: "!" },
        ],
      },
    ];
    expect(maybeChat({ messages, temperature: 0 })).toEqual({
      messages: [
        { role: "system", parts: [text("Be brief.")] },
        { role: "user", name: "ana", parts: [text("Hi"), text("!")] },
      ],
      others: { temperature: 0 },
    });
    expect(maybeChat(messages)?.others).toBeUndefined();
  });

  test("is read from completions, with tool calls and reasoning", () => {
    const message = {
      role: "assistant",
      content: null,
      reasoning_content: "They want the weather.",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
      ],
    };
    expect(maybeChat({ choices: [{ index: 0, message }] })?.messages).toEqual([
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "They want the weather." },
          { kind: "call", id: "call_1", name: "weather", input: { city: "Oslo" } },
        ],
      },
    ]);
    expect(maybeChat({ role: "tool", tool_call_id: "call_1", content: '{"celsius":4}' })?.messages).toEqual([
      { role: "tool", parts: [{ kind: "result", id: "call_1", value: { celsius: 4 } }] },
    ]);
  });

  test("is read from Anthropic's blocks and OpenAI's responses", () => {
    const content = [
      { type: "thinking", thinking: "Hm." },
      { type: "tool_use", id: "t1", name: "look", input: { at: "it" } },
      { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "seen" }] },
    ];
    expect(maybeChat({ role: "assistant", content })?.messages[0]?.parts).toEqual([
      { kind: "reasoning", text: "Hm." },
      { kind: "call", id: "t1", name: "look", input: { at: "it" } },
      { kind: "result", id: "t1", value: "seen" },
    ]);
    const output = [
      { type: "reasoning", summary: [{ type: "summary_text", text: "So." }] },
      { type: "function_call", call_id: "c", name: "look", arguments: "not JSON" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Done." }] },
    ];
    expect(maybeChat({ output, model: "m" })?.messages.map(({ parts }) => parts[0])).toEqual([
      { kind: "reasoning", text: "So." },
      { kind: "call", id: "c", name: "look", input: "not JSON" },
      text("Done."),
    ]);
  });

  test("shows an image only if it is inline and harmless", () => {
    const image = (url: string) =>
      maybeChat([{ role: "user", content: [{ type: "image_url", image_url: { url } }] }])?.messages[0]
        ?.parts[0];
    expect(image("data:image/png;base64,iVBORw0KGgo=")).toEqual({
      kind: "image",
      source: "data:image/png;base64,iVBORw0KGgo=",
      place: "inline",
    });
    for (const url of [
      "https://example.com/pixel.png",
      "javascript:alert(1)",
      "data:image/svg+xml;base64,PHN2Zz4=",
      "data:text/html;base64,PHN2Zz4=",
      "DATA:image/png;base64,AA==",
    ]) {
      expect(image(url)).toEqual({ kind: "image", place: url });
    }
  });

  test("is not seen in anything else", () => {
    for (const value of [
      undefined,
      null,
      "messages",
      [],
      {},
      { messages: [] },
      { messages: ["hi"] },
      [{ role: "user", content: "a" }, 3],
      { question: "Why?" },
      [{ role: 3 }],
    ]) {
      expect(maybeChat(value)).toBeUndefined();
    }
  });

  test("keeps what it does not understand", () => {
    expect(maybeChat({ role: "user", content: { strange: 1 } })?.messages[0]?.parts).toEqual([
      { kind: "other", value: { strange: 1 } },
    ]);
    expect(
      maybeChat({ role: "user", content: [7, null], tool_calls: [{ x: 1 }] })?.messages[0]?.parts,
    ).toEqual([
      { kind: "other", value: 7 },
      { kind: "other", value: null },
      { kind: "other", value: { x: 1 } },
    ]);
  });
});

describe("documents", () => {
  test("are what a retriever returns: text, where it is from, and its score", () => {
    const documents = [
      { page_content: "idb wraps", metadata: { doc_uri: "README.md", score: 0.9, chunk: 2 } },
    ];
    const expected = [{ text: "idb wraps", title: "README.md", score: 0.9, metadata: { chunk: 2 } }];
    expect(maybeDocuments(documents)).toEqual({ documents: expected });
    expect(maybeDocuments({ documents })).toEqual({ documents: expected });
    expect(maybeDocuments([[{ pageContent: "a", metadata: {} }, 0.5]])).toEqual({
      documents: [{ text: "a", score: 0.5, metadata: {} }],
    });
    expect(maybeDocuments([{ text: "b", score: 0 }])).toEqual({
      documents: [{ text: "b", score: 0, metadata: {} }],
    });
  });

  test("come with the fields beside them", () => {
    const documents = [{ text: "b", score: 0 }];
    expect(maybeDocuments({ query: "idb", documents, topK: 3 })).toEqual({
      documents: [{ text: "b", score: 0, metadata: {} }],
      others: { query: "idb", topK: 3 },
    });
  });

  test("are not seen in anything else", () => {
    for (const value of [
      [],
      {},
      "a",
      [{ text: "only" }],
      [{ role: "user", content: "a" }],
      [1, 2],
      { documents: 3 },
    ]) {
      expect(maybeDocuments(value)).toBeUndefined();
    }
  });
});

describe("the search in JSON", () => {
  const value = { user: { name: "Ana", tags: ["a", "b"] }, notes: "ask ANA", empty: {} };

  test("finds what is 50,000 levels deep, and keeps the first 200 levels on the way to it", () => {
    let deep: unknown = "needle";
    for (let i = 0; i < 50_000; i++) deep = { a: deep };
    const { count, kept, isCut } = searchJson(deep, "needle");
    expect([count, kept.size, isCut]).toEqual([1, 201, false]);
  });

  test("finds keys and values, and keeps what encloses them", () => {
    const { count, kept, isCut } = searchJson(value, "ana");
    expect([count, isCut]).toEqual([2, false]);
    const paths = [[], ["user"], ["user", "name"], ["notes"]];
    expect([...kept].sort()).toEqual(paths.map(toPathKey).sort());
    expect(searchJson(value, "tags").count).toBe(1);
    expect(searchJson(value, " ").count).toBe(0);
  });

  test("ends for a value of any size and depth", () => {
    expect(
      searchJson(
        Array.from({ length: 10_000 }, () => "x"),
        "x",
      ),
    ).toMatchObject({ count: 500, isCut: true });
    let deep: unknown = "needle";
    for (let i = 0; i < 2000; i++) deep = [deep];
    expect(searchJson(deep, "needle").count).toBe(1);
  });

  test("writes a path as in JavaScript", () => {
    expect(formatPath(["messages", "0", "content"])).toBe("messages[0].content");
    expect(formatPath(["gen_ai.system", "a b", "01"])).toBe('["gen_ai.system"]["a b"]["01"]');
  });

  test("reads a text as JSON if it is an object or a list, and no other text", () => {
    expect(maybeJson(' {"a":[1]} ')).toEqual({ a: [1] });
    for (const plain of ["", "3", '"a"', "[draft] of {it}", "{not json}", "[1"]) {
      expect(maybeJson(plain)).toBeUndefined();
    }
  });
});

describe("a value of ten megabytes", () => {
  const text = "a word or two ".repeat(700_000);
  /** Counts what is asked of the value: asking little is what keeps this quick. */
  function counted<Value extends object>(value: Value) {
    const asked = { items: 0, listings: 0 };
    const watched = new Proxy(value, {
      get(target, key) {
        if (typeof key === "string" && /^[0-9]+$/.test(key)) asked.items++;
        return Reflect.get(target, key) as unknown;
      },
      ownKeys(target) {
        asked.listings++;
        return Reflect.ownKeys(target);
      },
    });
    return { asked, watched };
  }

  test("is ruled out as a chat and as documents by a look at its first items", () => {
    const { asked, watched } = counted(
      Array.from({ length: 200_000 }, (_, index) => `${index} of many words`),
    );
    expect(maybeChat(watched)).toBeUndefined();
    expect(maybeDocuments(watched)).toBeUndefined();
    expect(asked.items).toBeLessThan(10);
  });

  test("is described and listed with its keys read once, and not copied", () => {
    const { asked, watched } = counted(
      Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`name ${index}`, text.slice(0, 200)])),
    );
    expect(maybeChat(watched)).toBeUndefined();
    expect(maybeDocuments(watched)).toBeUndefined();
    expect(describeValue(watched, false).size).toBe(50_000);
    expect(countEntries(watched, 25)).toBe(25);
    expect(entriesOf(watched, false, 0, 50)).toHaveLength(50);
    expect(entriesOf(watched, false, 49_990, 50)).toHaveLength(10);
    expect(asked.listings).toBe(1);
  });

  test("shows one line of its texts when listed", () => {
    expect(describeValue({ text }, false).preview.length).toBeLessThan(100);
    expect(describeValue([text, text], false).preview.length).toBeLessThan(100);
  });
});

describe("a chat of more than text", () => {
  const partsOf = (value: unknown) => maybeChat(value)?.messages.flatMap(({ parts }) => parts);

  test("has the provider's own tools and the images of OpenAI's responses", () => {
    const output = [
      { type: "web_search_call", id: "w", action: { query: "sky" } },
      { type: "mcp_call", id: "m", name: "look", arguments: "{}", output: "blue" },
      { type: "image_generation_call", id: "i", result: "AAAA" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Because." }] },
    ];
    expect(partsOf({ id: "r", output })).toMatchObject([
      { kind: "call", id: "w", name: "web_search", input: { query: "sky" } },
      { kind: "call", id: "m", name: "look" },
      { kind: "result", value: "blue" },
      { kind: "image", place: "inline" },
      { kind: "text", text: "Because." },
    ]);
  });

  test("has refusals, what was spoken, and custom tools", () => {
    const custom = { id: "1", type: "custom", custom: { name: "run", input: "now" } };
    const message = {
      role: "assistant",
      content: null,
      refusal: "No.",
      audio: { transcript: "Hi" },
      tool_calls: [custom],
    };
    expect(partsOf({ choices: [{ message }] })).toMatchObject([
      { kind: "text", text: "No." },
      { kind: "text", text: "Hi" },
      { kind: "call", name: "run", input: "now" },
    ]);
  });

  test("has Gemini's parts", () => {
    const call = { functionCall: { id: "1", name: "look", args: { at: "sky" } } };
    const parts = [{ text: "Hm.", thought: true }, { text: "Because." }, call];
    const chat = maybeChat({ candidates: [{ content: { role: "model", parts } }] });
    expect(chat?.messages).toMatchObject([
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm." },
          { kind: "text", text: "Because." },
          { kind: "call", name: "look", input: { at: "sky" } },
        ],
      },
    ]);
  });
});
