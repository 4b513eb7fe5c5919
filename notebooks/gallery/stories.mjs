// What is under notebooks/, read from the files themselves: whatever is added there is in the gallery.
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { JSDOM } from "jsdom";

/**
 * @typedef {object} Story
 * @property {string} file the path under notebooks/
 * @property {"jupyter" | "observable" | "framework" | "vite" | "page" | "program"} kind
 * @property {string} title
 * @property {string} lead the first paragraph, or what the page says about itself
 */

/**
 * The notebooks and pages of a folder, in the order of their paths, the numbered ones first.
 *
 * @param {string} folder
 * @returns {Promise<Story[]>}
 */
export async function readStories(folder) {
  const files = await filesUnder(folder);
  const stories = await Promise.all(files.map((file) => maybeStory(folder, file)));
  const found = stories.filter((story) => story !== undefined);
  return found.sort((a, b) => isPart(a) - isPart(b) || a.file.localeCompare(b.file, "en", { numeric: true }));
}

/** Whether it is one of the numbered stories, which come in an order. */
export function isNumbered({ file }) {
  return /^\d/.test(file);
}

function isPart(story) {
  return isNumbered(story) ? 0 : 1;
}

async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|\.[^/]+|gallery|dist)\//.test(file));
}

async function maybeStory(folder, file) {
  const read = () => readFile(path.join(folder, file), "utf8");
  const beside = (name) => existsSync(path.join(folder, path.dirname(file), name));
  switch (path.extname(file)) {
    case ".ipynb":
      return { file, kind: "jupyter", ...describeJupyter(JSON.parse(await read()), file) };
    case ".html": {
      const { document } = new JSDOM(await read()).window;
      if (document.querySelector("notebook")) {
        return { file, kind: "observable", ...describeObservable(document) };
      }
      return { file, kind: beside("vite.config.mjs") ? "vite" : "page", ...describePage(document, file) };
    }
    case ".md":
      if (!beside("observablehq.config.js")) return undefined;
      return { file, kind: "framework", ...describeMarkdown(await read(), file) };
    case ".mjs":
      // A program to run; what others import is in folders.
      if (file.includes("/")) return undefined;
      return { file, kind: "program", ...describeProgram(await read(), file) };
    default:
      return undefined;
  }
}

function describeJupyter({ cells }, file) {
  const texts = cells
    .filter(({ cell_type: type }) => type === "markdown")
    .map(({ source }) => [source].flat().join(""));
  return describeMarkdown(texts.join("\n\n"), file);
}

function describeObservable(document) {
  const title = document.title;
  const texts = [...document.querySelectorAll("script[type='text/markdown']")].map((cell) =>
    cell.textContent.replace(/^[ \t]+/gm, ""),
  );
  return { ...describeMarkdown(texts.join("\n\n"), title), title };
}

function describePage(document, file) {
  const described = document.querySelector("meta[name='description']")?.getAttribute("content");
  return {
    title: document.title || file,
    lead: oneLine(described ?? document.querySelector("p:not(:empty)")?.textContent ?? ""),
  };
}

/** From the comment at its beginning. */
function describeProgram(text, file) {
  const comment = /^(?:\/\/.*\n)+/.exec(text)?.[0] ?? "";
  return { title: file, lead: withoutMarks(oneLine(comment.replaceAll(/^\/\/ ?/gm, ""))) };
}

/** From the first heading and the first paragraph of prose. */
function describeMarkdown(text, file) {
  const body = text.replace(/^---\n[^]*?\n---\n/, "");
  const title = /^#{1,3} +(.+)$/m.exec(body)?.[1];
  const paragraphs = body.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  const lead = paragraphs.find((paragraph) => /^[\p{L}“"*`]/u.test(paragraph)) ?? "";
  return { title: withoutMarks(title ?? file), lead: withoutMarks(oneLine(lead)) };
}

function withoutMarks(markdown) {
  return markdown.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}

function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}
