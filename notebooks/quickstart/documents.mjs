// What the programs know: texts, cut into passages, in a full-text index, and how they find what a question asks for. MiniSearch is
// imported by its path, because the import map of a page does not apply in its workers.
import MiniSearch from "../../node_modules/minisearch/dist/es/index.js";

/**
 * Cuts at headings, and long sections at blank lines: [{ id, package, uri, heading, text }] of up to about 1,000 characters.
 * The text's `uri` is what is cited; its package, if it has none.
 */
export function chunkReadme({ package: name, uri = name, text }) {
  const sections = text.split(/^(?=#{1,4} )/m);
  const passages = sections.flatMap((section) => {
    const heading = /^#{1,4} +(.*)/.exec(section)?.[1]?.trim() ?? name;
    return joinUpTo(1000, section.split(/\n\s*\n/)).map((passage) => ({ heading, text: passage }));
  });
  return passages
    .filter((passage) => passage.text.length > 40)
    .map((passage, index) => ({ id: `${name}#${index}`, package: name, uri, ...passage }));
}

export function indexPassages(passages) {
  const index = new MiniSearch({
    fields: ["package", "heading", "text"],
    storeFields: ["uri", "heading", "text"],
    searchOptions: { boost: { package: 3, heading: 2 }, prefix: true },
  });
  index.addAll(passages);
  return index;
}

/** The passages that are most about a question, best first: [{ id, page_content, metadata: { doc_uri, heading } }]. */
export function findPassages(index, question, limit) {
  return index
    .search(question)
    .slice(0, limit)
    .map(({ id, uri, heading, text }) => ({ id, page_content: text, metadata: { doc_uri: uri, heading } }));
}

/** Keeps the documents with the most of a question's words in the fewest of their own. */
export function rerank(question, documents, keep) {
  const wanted = [...wordsOf(question)];
  const score = ({ page_content: text, metadata }) => {
    const words = wordsOf(`${metadata.doc_uri} ${metadata.heading} ${text}`);
    return wanted.filter((word) => words.has(word)).length / Math.log(10 + words.size);
  };
  return documents.toSorted((a, b) => score(b) - score(a)).slice(0, keep);
}

/** The words of a text, in lower case, of three letters and more. */
export function wordsOf(text) {
  return new Set(text.toLowerCase().match(/[a-z][a-z0-9-]{2,}/g) ?? []);
}

/** What a question is about: its words without those that any question has. */
export function subjectOf(question) {
  return [...wordsOf(question)].filter((word) => !commonWords.has(word));
}

const commonWords = new Set(
  `about after all and any are but can could did does for from get has have how into its may not one our out should some than
that the their them then there these they this use used was what when where which who why will with would you your`.split(
    /\s/,
  ),
);

/** Its sentences of prose: code, tables and badges do not read as an answer. */
export function sentencesOf(text) {
  const prose = text
    .replace(/```[\s\S]*?(```|$)/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`<([^`>]+)>`/g, "$1")
    .replace(/<[^>]+>|^[#|>*-].*$/gm, " ")
    .replace(/[`*_]/g, "")
    .replace(/\s+/g, " ");
  return (prose.match(/[A-Z][^.!?]{30,300}[.!?](?=\s|$)/g) ?? []).map((sentence) => sentence.trim());
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
