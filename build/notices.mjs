import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

// Third-party code in a bundle is shipped with its licences. They are read from the packages of the bundled files, so no list can
// be out of date. A package without a licence text, or with terms that require more than the notice, fails the build.

/** Terms that allow anything as long as the notice is included. */
const permissive = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

/** Where to find the texts of packages that are published without them. */
const textsElsewhere = {
  // Apache-2.0, and BSD-3-Clause for the one file by Google, which begins with it.
  "@bufbuild/protobuf": async (folder) => [
    await readFile(fileURLToPath(new URL("../LICENSE", import.meta.url)), "utf8"),
    firstComment(await readFile(path.join(folder, "dist/esm/wire/varint.js"), "utf8")),
  ],
};

const apacheTitle = /^\s*Apache License\s+Version 2\.0/;

/**
 * @typedef {{ name: string, version: string, license: string, texts: string[] }} Notice a package, its SPDX licence
 *   expression, and the texts that must go along
 */

/**
 * The packages that files come from, by name and then version; ours are not among them.
 *
 * @param {Iterable<string>} files absolute paths
 * @returns {Promise<Notice[]>}
 * @throws {Error} where a package's terms are not permissive or its licence text is missing
 */
export async function readNotices(files) {
  const folders = new Set([...files].flatMap((file) => packageFolder(file) ?? []));
  const notices = await Promise.all([...folders].map(readNotice));
  const byName = new Map(notices.map((notice) => [`${notice.name} ${notice.version}`, notice]));
  return [...byName.keys()].sort().map((name) => byName.get(name));
}

/**
 * The notices as one comment for the end of a script; empty if there are none. The Apache License is named by its address, as its
 * own appendix does.
 *
 * @param {readonly Notice[]} notices
 * @returns {string}
 */
export function toComment(notices) {
  if (notices.length === 0) return "";
  const text = toText(notices, (licence) =>
    apacheTitle.test(licence) ? "Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0" : licence,
  );
  return `/*! Contains:\n\n${text.replaceAll("*/", "* /")}*/\n`;
}

/**
 * A line of name, version and licence for each package, then the texts, each once.
 *
 * @param {readonly Notice[]} notices
 * @param {(text: string) => string} [shorten]
 * @returns {string}
 */
export function toText(notices, shorten = (text) => text) {
  const list = notices.map(({ name, version, license }) => `${name} ${version} (${license})\n`).join("");
  const ownersOf = new Map();
  for (const { name, texts } of notices) {
    for (const text of texts.map(shorten)) ownersOf.set(text, [...(ownersOf.get(text) ?? []), name]);
  }
  const texts = [...ownersOf].map(([text, owners]) => `\n--- ${owners.join(", ")}\n\n${text.trim()}\n`);
  return list + texts.join("");
}

/** The folder of the published package that a file belongs to; undefined for a file of ours. */
function packageFolder(file) {
  const found = /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  return found === null ? undefined : found[1];
}

async function readNotice(folder) {
  const manifest = await readFile(path.join(folder, "package.json"), "utf8");
  const { name, version, license } = JSON.parse(manifest);
  const terms = String(license).match(/[\w.-]+/g) ?? [];
  const refused = terms.find((term) => term !== "AND" && !permissive.has(term));
  if (refused !== undefined) throw new Error(`${name} has the licence ${license}, which is not on the list`);
  const texts = (await textsElsewhere[name]?.(folder)) ?? (await licenceTexts(folder));
  if (texts.length === 0) throw new Error(`${name} has no licence text`);
  return { name, version, license, texts };
}

async function licenceTexts(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[sc]e|copying|notice)/i.test(name));
  return Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
}

function firstComment(code) {
  const lines = code.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
}
