import { describe, expect, test } from "vitest";
import {
  maxMarkdownLength,
  toMarkdown,
  type MarkdownBlock,
  type MarkdownInline,
} from "../../packages/widget/src/derive/markdown.js";

const blocksOf = (text: string) => toMarkdown(text)?.blocks;

/** The parts of a text that is one paragraph. */
function inlinesOf(text: string): readonly MarkdownInline[] {
  const [block, ...others] = blocksOf(text) ?? [];
  if (block?.kind !== "paragraph" || others.length > 0) throw new Error(`not one paragraph: ${text}`);
  return block.children;
}

describe("a text in Markdown", () => {
  test("has headings, paragraphs, rules and quotes", () => {
    expect(blocksOf("## A *b*\n\none\ntwo\n\n---\n\n> said\n> again")).toEqual([
      { kind: "heading", level: 2, children: ["A ", { kind: "em", children: ["b"] }] },
      { kind: "paragraph", children: ["one\ntwo"] },
      { kind: "rule" },
      { kind: "quote", children: [{ kind: "paragraph", children: ["said\nagain"] }] },
    ]);
  });

  test("has lists: numbered or not, nested, and of tasks", () => {
    const item = (text: string) => ({ children: [{ kind: "paragraph", children: [text] }] });
    expect(blocksOf("3. a\n   - b\n4. c")).toEqual([
      {
        kind: "list",
        start: 3,
        items: [{ children: [...item("a").children, { kind: "list", items: [item("b")] }] }, item("c")],
      },
    ]);
    expect(blocksOf("- [x] a\n- [ ] b\n\n- c")).toEqual([
      { kind: "list", items: [{ isDone: true, ...item("a") }, { isDone: false, ...item("b") }, item("c")] },
    ]);
  });

  test("has code as it is, with nothing in it interpreted", () => {
    expect(blocksOf("```ts extra\nlet a = `&amp;` * 2; // *b*\n```")).toEqual([
      { kind: "code", language: "ts", text: "let a = `&amp;` * 2; // *b*" },
    ]);
    expect(inlinesOf("`a *b* &lt;`")).toEqual([{ kind: "code", text: "a *b* &lt;" }]);
  });

  test("has code whose end has not arrived yet", () => {
    expect(blocksOf("```\na\n\nb")).toEqual([{ kind: "code", text: "a\n\nb" }]);
  });

  test("has tables, aligned as they say", () => {
    expect(blocksOf("|a|b|\n|:-|-:|\n|1 \\| 2|`c`|")).toEqual([
      {
        kind: "table",
        head: [
          { align: "left", children: ["a"] },
          { align: "right", children: ["b"] },
        ],
        rows: [
          [
            { align: "left", children: ["1 | 2"] },
            { align: "right", children: [{ kind: "code", text: "c" }] },
          ],
        ],
      },
    ]);
  });

  test("keeps what is indented by four spaces as it was written, such as a prompt in a program", () => {
    expect(blocksOf("\n    You are *terse*.\n      - no lists")).toEqual([
      { kind: "plain", text: "    You are *terse*.\n      - no lists" },
    ]);
  });

  test("strikes out what is between double tildes, but not between approximate numbers", () => {
    expect(inlinesOf("~~a~~ ~5-~10")).toEqual([{ kind: "del", children: ["a"] }, " ~5-~10"]);
  });

  test("has no heading while the list below it arrives", () => {
    expect(blocksOf("Stores:\n-")?.map(({ kind }) => kind)).not.toContain("heading");
    expect(blocksOf("Stores\n---")?.[0]?.kind).toBe("heading");
  });

  test("shows entities and escapes as what they stand for", () => {
    expect(inlinesOf("a &lt;b&gt; &amp;amp; &#233; \\*c\\* &zwj;").join("")).toBe("a <b> &amp; é *c* &zwj;");
    expect(
      inlinesOf("&ldquo;caf&eacute;&rdquo; &Eacute;&yuml;&iexcl; &copy; 2 &times; 3 &rarr; &hellip;"),
    ).toEqual(["\u201ccafé\u201d Éÿ¡ © 2 × 3 → …"]);
  });

  test("that is JSON is shown as it was written", () => {
    for (const text of ['{"a": "b\\n*c*"}', ' [{"a": 1}', '["a", "*b*"]', "[[1, 2]]", "[1, 2]", "[]"]) {
      expect(toMarkdown(text)).toBeUndefined();
    }
    expect(toMarkdown("[a](https://example.com)")).toBeDefined();
  });

  test("is read from its beginning by whole lines, or up to the limit within a long line", () => {
    const text = "one\n".repeat(100);
    expect(toMarkdown(text, 50)?.readLength).toBe(47);
    expect(toMarkdown("a".repeat(100), 50)?.readLength).toBe(50);
    expect(toMarkdown(text, 400)?.readLength).toBe(400);
  });
});

describe("a link", () => {
  const link = (url: string, text: string) => ({ kind: "link", url, children: [text] });

  test("leads to the web or to a mailbox, as browsers read the address", () => {
    expect(inlinesOf("[a](https://example.com/?b=1&amp;c=2 'title')")).toEqual([
      link("https://example.com/?b=1&c=2", "a"),
    ]);
    expect(inlinesOf("<mailto:a@example.com>")).toEqual([
      link("mailto:a@example.com", "mailto:a@example.com"),
    ]);
    expect(inlinesOf("https://example.com/?b=1&amp;c")).toEqual([
      link("https://example.com/?b=1&amp;c", "https://example.com/?b=1&amp;c"),
    ]);
    expect(blocksOf("[a]\n\n[a]: http://example.com")).toEqual([
      { kind: "paragraph", children: [link("http://example.com/", "a")] },
    ]);
  });

  test("to a name with look-alike letters shows that it has them", () => {
    expect(inlinesOf("[bank](https://\u0430pple.com)")).toEqual([link("https://xn--pple-43d.com/", "bank")]);
  });

  test.each([
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](javascript&colon;alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](&#1;javascript:alert(1))",
    "[a](data:text/html,x)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](blob:https://example.com/x)",
    "[a](docs/a.md)",
    "[a](//example.com)",
    "[a](#b)",
    "<javascript:alert(1)>",
  ])("to anywhere else stays the text that was written: %s", (text) => {
    expect(inlinesOf(text)).toEqual([text]);
  });

  test("to a script by reference stays the text that was written", () => {
    expect(blocksOf("[a][b] ![c][b]\n\n[b]: javascript:alert(1)")?.[0]).toEqual({
      kind: "paragraph",
      children: ["[a][b]", " ", { kind: "image", text: "c", place: "javascript:alert(1)" }],
    });
  });

  test.each([
    ["[https://bank.com/login](https://evil.example/a)", "evil.example"],
    ["[Bank.com](https://bank.com.evil.example)", "bank.com.evil.example"],
    ["[**bank**.com](http://localhost:8080)", "localhost:8080"],
    ["[bank\u00ad.com](https://evil.example)", "evil.example"],
    ["[bank\u3002com](https://evil.example)", "evil.example"],
    ["[the guide at README.md of bank.com](https://evil.example)", "evil.example"],
    ["https://bank.com@evil.example", "evil.example"],
    ["[https://\u0430pple.com](https://\u0430pple.com)", "xn--pple-43d.com"],
    ["[http://localhost](https://evil.example)", "evil.example"],
    ["[help@bank.com](mailto:help@evil.example)", "help@evil.example"],
    ["[help@bank.com](https://evil.example)", "evil.example"],
  ])("whose label looks like another address shows where it leads: %s", (text, place) => {
    expect(inlinesOf(text)).toMatchObject([{ kind: "link", place }]);
  });

  test.each([
    "[the guide](https://example.com)",
    "[example.com/a](https://www.example.com/a?b)",
    "[www.Example.com](https://example.com)",
    "[example.com](https://docs.example.com)",
    "[Node.js](https://nodejs.org)",
    "[README.md, e.g. 1.2.3](https://github.com)",
    "https://example.com:8080/a.b",
    "www.example.com",
    "first.last@example.com",
    "<mailto:first.last@example.com>",
    "[first.last@example.com](mailto:first.last@example.com)",
  ])("whose label is where it leads, or is not an address, shows only its label: %s", (text) => {
    expect(inlinesOf(text)).toMatchObject([{ kind: "link" }]);
    expect(inlinesOf(text)[0]).not.toHaveProperty("place");
  });

  test("hides no character of its text", () => {
    expect(inlinesOf("[a\u202eb](https://example.com)")).toEqual([
      link("https://example.com/", "a⟨U+202E⟩b"),
    ]);
    expect(inlinesOf("a&#8238;b")).toEqual(["a⟨U+202E⟩b"]);
  });
});

describe("HTML and images", () => {
  test("are text: tags as they were written, images as their description and address", () => {
    expect(inlinesOf('a <img src=x onerror="hacked()"> <b>b</b>').join("")).toBe(
      'a <img src=x onerror="hacked()"> <b>b</b>',
    );
    expect(blocksOf("<script>hacked()</script>\n\n<!-- c -->\n<div onclick=x>\n*d*\n</div>")).toEqual([
      { kind: "plain", text: "<script>hacked()</script>" },
      { kind: "plain", text: "<!-- c -->" },
      { kind: "plain", text: "<div onclick=x>\n*d*\n</div>" },
    ]);
    expect(inlinesOf("![a &amp; b](https://example.com/pixel.png?told)")).toEqual([
      {
        kind: "image",
        text: "a & b",
        place: "https://example.com/pixel.png?told",
        url: "https://example.com/pixel.png?told",
      },
    ]);
  });

  test("are text, except for a line break, as in a table's cell", () => {
    expect(inlinesOf("a<br>b")).toEqual(["a", { kind: "break" }, "b"]);
  });
});

describe("a hostile text", () => {
  const repeated = (text: string, length = maxMarkdownLength) =>
    text.repeat(Math.ceil(length / text.length)).slice(0, length);

  test.each([
    ..."[ [[[]]] > * - _ ` ~ < & | # ! \\ ![]( [a]( <a: <!-- **a *_ a** *a_ '***a _www. www.~~ \t".split(" "),
    "> ",
    "* ",
    "1. ",
    "> - ",
    "- a\n",
    "a\n= ",
    "|a",
    "[a]: b\n",
    "```\n",
    "\\``",
    "http://a",
    "a@a.",
    "a  \n",
  ])("that repeats %j is read, nested no deeper than a reader can follow", (part) => {
    const blocks = blocksOf(repeated(part)) ?? [];
    expect(depthOf(blocks)).toBeLessThan(40);
  });

  test("is not padded to a table of a million cells", () => {
    const table = `${"|a".repeat(100)}\n${"|-".repeat(100)}\n${repeated("|\n", 20_000)}`;
    expect(blocksOf(table)?.some(({ kind }) => kind === "table")).toBe(false);
  });

  test("that is too long to read quickly is shown as it was written, except for its beginning", () => {
    const text = repeated("*a* ", 10 * maxMarkdownLength);
    expect(toMarkdown(text)).toBeUndefined();
    expect(toMarkdown(text, 4000)?.readLength).toBe(4000);
  });

  test("cannot reach names on Object's prototype", () => {
    const text = "[constructor] &constructor; ![toString][valueOf]\n\n[hasOwnProperty]: javascript:x";
    expect(inlinesOf(text)).toEqual(["[constructor] &constructor; ![toString][valueOf]"]);
  });
});

function depthOf(parts: readonly (MarkdownBlock | MarkdownInline)[]): number {
  const below = parts.map((part) => {
    if (typeof part === "string") return 0;
    if (part.kind === "list") return Math.max(0, ...part.items.map(({ children }) => depthOf(children)));
    return "children" in part ? depthOf(part.children) : 0;
  });
  return 1 + Math.max(0, ...below.slice(0, 1000));
}
