/** Every bundle carries the licences of what it contains. Reads the built files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readNotices, toComment } from "../../build/notices.mjs";

const plot = ["@observablehq/plot", "d3-array", "diff", "preact", "zustand"];
const stores = ["comlink", "idb"];

/** For each file that may travel alone, some of the packages known to be in it. */
const files: Record<string, readonly string[]> = {
  "store-idb/dist/worker.js": stores,
  "widget/dist/spanbook-widget.js": plot,
  "widget/dist/anywidget.js": plot,
  "widget/dist/report-template.js": ["preact", "zustand"],
  "widget/dist/output-template.js": ["diff", "preact", "zustand"],
  "spanbook/dist/spanbook.js": [...plot, ...stores],
  "spanbook/dist/spanbook.global.js": [...plot, ...stores],
  "spanbook/dist/viewer.html": [...plot, "sql.js"],
};

test.each(Object.entries(files))("%s names the packages inside, with their licences", (file, names) => {
  const text = readFileSync(path.join("packages", file), "utf8").replaceAll("\\n", "\n");
  // Before it are the comments of the scripts that it holds as text.
  const comment = text.slice(text.lastIndexOf("/*! Contains:"));
  const version = (name: string) =>
    (JSON.parse(readFileSync(path.join("node_modules", name, "package.json"), "utf8")) as { version: string })
      .version;
  for (const name of names) {
    expect(comment).toMatch(
      new RegExp(`^${name} ${version(name).replaceAll(".", "\\.")} \\([\\w. -]+\\)$`, "m"),
    );
    expect(comment).toMatch(new RegExp(`^--- .*${name}`, "m"));
  }
  expect(comment).toContain("THE SOFTWARE IS PROVIDED");
});

test.each(["store-idb", "widget", "spanbook"])(
  "%s is published with the full licence texts beside its bundles",
  (name) => {
    const text = readFileSync(`packages/${name}/dist/THIRD-PARTY-NOTICES.txt`, "utf8");
    const listed = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+ \((.+)\)$/gm)].map(([, found = ""]) => found);
    const withText = [...text.matchAll(/^--- (.+)$/gm)].flatMap(([, owners = ""]) => owners.split(", "));
    expect(listed.length).toBeGreaterThan(1);
    expect([...new Set(withText)].sort()).toEqual([...listed].sort());
  },
);

function aPackage(manifest: object, texts: Record<string, string> = {}): string {
  const root = mkdtempSync(path.join(tmpdir(), "spanbook-notices-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = path.join(root, "node_modules", "some-package");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ name: "some-package", version: "1.0.0", ...manifest }),
  );
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(folder, name), text);
  return path.join(folder, "lib", "index.js");
}

test("a build fails if a package's licence asks for more than the notice, or if it has none", async () => {
  for (const license of ["GPL-3.0-only", "MIT AND LGPL-2.1", undefined]) {
    const file = aPackage({ license }, { LICENSE: "terms" });
    await expect(readNotices([file])).rejects.toThrow(`some-package has the licence ${license}`);
  }
});

test("a build fails if a package comes without its licence text", async () => {
  await expect(readNotices([aPackage({ license: "MIT" })])).rejects.toThrow(
    "some-package has no licence text",
  );
});

test("a notice cannot end the comment it stands in, and our own files have none", async () => {
  const notices = await readNotices([aPackage({ license: "MIT" }, { "LICENCE.md": "*/ alert(1) /*" })]);
  expect(toComment(notices).match(/\*\//g)).toHaveLength(1);
  expect(toComment(await readNotices([path.resolve("packages/core/src/index.ts")]))).toBe("");
});
