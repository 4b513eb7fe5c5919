// What the program knows: READMEs, cut into passages, in a full-text index.
import MiniSearch from "minisearch";

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
