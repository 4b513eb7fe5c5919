// What the program knows: the READMEs of the packages that are installed beside it, cut into passages, in a full-text index.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import MiniSearch from "minisearch";

/** Every README of the packages in `modules` (a node_modules folder): [{ package, text }]. */
export async function loadReadmes(modules) {
  const readmes = await Promise.all(
    (await packageNames(modules)).map(async (name) => ({
      package: name,
      text: await maybeReadme(join(modules, name)),
    })),
  );
  return readmes.filter(({ text }) => text !== undefined);
}

/** Cut at headings, and long sections at blank lines: [{ id, package, heading, text }] of up to about 1,000 characters. */
export function chunkReadme({ package: name, text }) {
  const sections = text.split(/^(?=#{1,4} )/m);
  const passages = sections.flatMap((section) => {
    const heading = /^#{1,4} +(.*)/.exec(section)?.[1]?.trim() ?? name;
    return joinUpTo(1000, section.split(/\n\s*\n/)).map((passage) => ({ heading, text: passage }));
  });
  return passages
    .filter((passage) => passage.text.length > 40)
    .map((passage, index) => ({ id: `${name}#${index}`, package: name, ...passage }));
}

export function indexPassages(passages) {
  const index = new MiniSearch({
    fields: ["package", "heading", "text"],
    storeFields: ["package", "heading", "text"],
    searchOptions: { boost: { package: 3, heading: 2 }, prefix: true },
  });
  index.addAll(passages);
  return index;
}

/** The words of a text, in lower case, of three letters and more. */
export function wordsOf(text) {
  return new Set(text.toLowerCase().match(/[a-z][a-z0-9-]{2,}/g) ?? []);
}

async function packageNames(modules) {
  const entries = await readdir(modules, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const names = await Promise.all(
    folders.map(async ({ name }) => {
      if (!name.startsWith("@")) return [name];
      return (await readdir(join(modules, name))).map((inner) => `${name}/${inner}`);
    }),
  );
  return names.flat();
}

async function maybeReadme(folder) {
  try {
    const file = (await readdir(folder)).find((name) => /^readme(\.md)?$/i.test(name));
    return file && (await readFile(join(folder, file), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

function joinUpTo(length, paragraphs) {
  const passages = [];
  let current = "";
  for (const paragraph of paragraphs) {
    if (current !== "" && current.length + paragraph.length > length) {
      passages.push(current.trim());
      current = "";
    }
    current += `${paragraph.slice(0, 2 * length)}\n\n`;
  }
  return [...passages, current.trim()];
}
