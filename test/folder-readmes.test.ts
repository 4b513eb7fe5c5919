import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const packagesFolder = fileURLToPath(new URL("../packages/", import.meta.url));
const readmes = readdirSync(packagesFolder).flatMap((name) =>
  readdirSync(path.join(packagesFolder, name, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "README.md")
    .map((file) => path.join(name, "src", file)),
);

test("every folder of core has a README", () => {
  const source = path.join(packagesFolder, "core/src");
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const without = folders.filter(({ name }) => !existsSync(path.join(source, name, "README.md")));
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe.each(readmes)("packages/%s", (readme) => {
  test("names each file below it, and no others", () => {
    const folder = path.dirname(path.join(packagesFolder, readme));
    const text = readFileSync(path.join(packagesFolder, readme), "utf8");
    const named = Array.from(text.matchAll(/`([\w-]+\.tsx?)`/g), ([, name]) => name);
    expect(new Set(named)).toEqual(new Set(sourcesIn(folder)));
  });
});

/** The names of the files in a folder and below it. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.basename(file));
}
