import { expect, test } from "vitest";
import { toPlainWords } from "../../packages/widget/src/derive/plain-words.js";

test.each([
  ["**What** should I pack for `Oslo` in *November*?", "What should I pack for Oslo in November?"],
  ["## Packing list\n\n1. **Wool** sweater\n- two `boots`", "Packing list\n\n1. Wool sweater\n• two boots"],
  ["- [x] packed\n- [ ] paid", "☑ packed\n☐ paid"],
  ["> quoted\n> on\n\n~~40~~ **35 €**, _really_", "quoted\non\n\n40 35 €, really"],
  ["Compare [SAS](https://sas.no) and ![a **chart**](c.png)", "Compare SAS and a chart"],
  ["***both*** and **bold with *more* in it**", "both and bold with more in it"],
  ["```js\nconst a = `b`;\n```", "\nconst a = b;\n"],
  ["| item | why |\n|---|:-:|\n| scarf | wind |", "| item | why |\n\n| scarf | wind |"],
  ["\\*no\\* mark, `**code**`", "*no* mark, **code**"],
  ["这是**粗体**。השעה **12:30** בתל אביב.", "这是粗体。השעה 12:30 בתל אביב."],
])("the words of %j are %j", (text, words) => {
  expect(toPlainWords(text)).toBe(words);
});

test.each([
  "2 * 3 * 4, f(x)*2 + g(y)*3, 2**3 and 4**5",
  "snake_case_name, _private and __init__.py",
  '{"a": "**b**", "c": [1]}',
  '["# a"]',
  "#include <a.h> costs 5 - 3 > 1",
  "~/notes and ~5",
  "a [link] and (an aside), and C:\\temp",
])("%j has no marks to remove", (text) => {
  expect(toPlainWords(text)).toBe(text);
});

test("unclosed marks take no longer than their length warrants", () => {
  const startMs = performance.now();
  for (const part of ["*a ", "`", "[", "_a ", "**", "> ", "~~a", "* "]) toPlainWords(part.repeat(400));
  expect(performance.now() - startMs).toBeLessThan(1000);
});
