import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { copyWithReferences } from "../../notebooks/gallery/copy-site.mjs";
import { readStories } from "../../notebooks/gallery/stories.mjs";
import { temporaryFolder } from "../support/demo.js";

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

describe("the gallery's stories", () => {
  test("are read from the files themselves, the numbered ones first", async () => {
    const folder = await temporaryFolder();
    const cells = [
      { cell_type: "markdown", source: ["# Quick `start`\n", "\n", "Records [a](b)\n", "program.\n"] },
      { cell_type: "code", source: "1 + 1" },
    ];
    await writeFiles(folder, {
      "01-quickstart.ipynb": JSON.stringify({ cells }),
      "06-tour.html": `<notebook><title>06 · Tour</title><script type="text/markdown">
        # Tour

        What a cell records.
      </script></notebook>`,
      "pages/plain.html": "<title>Plain</title><p>One script tag.</p>",
      "app/index.html": `<title>App</title><meta name="description" content="Built by Vite.">`,
      "app/vite.config.mjs": "",
      "framework/index.md": "---\ntitle: x\n---\n\n# In Framework\n\nA page.",
      "framework/observablehq.config.js": "",
      "run.mjs": "// Prints a trace.\n// Run it with Node.\nimport 'node:fs';\n",
      "app/main.js": "",
      "README.md": "# Not a story",
    });
    expect(await readStories(folder)).toEqual([
      {
        file: "01-quickstart.ipynb",
        kind: "jupyter",
        title: "Quick start",
        lead: "Records a program.",
      },
      { file: "06-tour.html", kind: "observable", title: "06 · Tour", lead: "What a cell records." },
      { file: "app/index.html", kind: "vite", title: "App", lead: "Built by Vite." },
      { file: "framework/index.md", kind: "framework", title: "In Framework", lead: "A page." },
      { file: "pages/plain.html", kind: "page", title: "Plain", lead: "One script tag." },
      {
        file: "run.mjs",
        kind: "program",
        title: "run.mjs",
        lead: "Prints a trace. Run it with Node.",
      },
    ]);
  });

  test("all have a title and a first paragraph", async () => {
    const stories = await readStories("notebooks");
    expect(stories.length).toBeGreaterThan(9);
    expect(stories.filter(({ title, lead }) => title.length < 5 || lead.length < 20)).toEqual([]);
  });
});

test("a page is copied with all that it references by a relative path, and nothing else", async () => {
  const [root, out] = [await temporaryFolder(), await temporaryFolder()];
  await writeFiles(root, {
    "pages/page.html": `<link href="./page.css"><script type="module" src="../lib/main.js"></script><a href="./none.html">`,
    "pages/page.css": "",
    "pages/other.html": "",
    "lib/main.js": `import "./deep/part.js"; new Worker(new URL('../pages/worker.mjs', import.meta.url)); import("../../etc/passwd");`,
    "lib/deep/part.js": `import "../main.js"; // a circle`,
    "pages/worker.mjs": "",
  });
  const copied = await copyWithReferences(path.join(root, "pages/page.html"), { root, out });
  expect([...copied].map((file) => path.relative(root, file)).sort()).toEqual([
    "lib/deep/part.js",
    "lib/main.js",
    "pages/page.css",
    "pages/page.html",
    "pages/worker.mjs",
  ]);
  expect(await readFile(path.join(out, "lib/deep/part.js"), "utf8")).toContain("a circle");
  expect(existsSync(path.join(out, "pages/other.html"))).toBe(false);
});
