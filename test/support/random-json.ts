/** Random JSON values such as no program intends: odd keys, odd numbers, texts that are JSON themselves, many levels. */
import type { Random } from "./random.js";

const oddTexts = [
  ...["", " ", "null", "{", "[", '"', "[]", "{}", "[null]", "{}x", "\u0000", "\ud800", "\u2028", "</script>"],
  ...["NaN", "1e999", "-0", "__proto__", "x".repeat(5000), "\\u0000".repeat(50), "😀".repeat(600), "user"],
  ...["[".repeat(20_000), '{"a":'.repeat(20_000), "[".repeat(20_000) + "]".repeat(20_000)],
];
const oddNumbers = [0, -0, -1, 0.1, 1e308, 5e-324, 2 ** 53 + 2, -(2 ** 63), 4294967296];
const oddKeys = [
  ...[
    "role",
    "content",
    "parts",
    "type",
    "text",
    "messages",
    "tool_calls",
    "function",
    "arguments",
    "name",
    "id",
  ],
  ...[
    "input_tokens",
    "total_tokens",
    "choices",
    "message",
    "documents",
    "page_content",
    "metadata",
    "image_url",
  ],
  ...["__proto__", "constructor", "toString", "length", "then", "toJSON", "0", "", "a.b", "\ud800"],
];

/** A value of at most that many levels. Texts in it may be JSON with more. */
export function randomJson(random: Random, depth = 4): unknown {
  const kind = random.integer(0, depth > 0 ? 9 : 4);
  if (kind === 0) return random.pick([null, true, false]);
  if (kind === 1) return random.pick(oddNumbers);
  if (kind <= 3) return random.pick(oddTexts);
  if (kind === 4) return JSON.stringify(randomJson(random, Math.max(0, depth - 2)));
  const members = Array.from({ length: random.integer(0, 4) }, () => randomJson(random, depth - 1));
  if (kind <= 6) return members;
  // Not by assignment, which would set a prototype.
  return Object.fromEntries(members.map((member) => [random.pick(oddKeys), member]));
}
