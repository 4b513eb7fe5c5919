import { isNumbered } from "./stories.mjs";

const kinds = {
  jupyter: "Jupyter notebook",
  observable: "Observable notebook",
  framework: "Observable Framework",
  vite: "Vite app",
  page: "Page",
  program: "Node program",
};

/** The page that shows all stories; one that cannot be opened has its note instead of a link. */
export function galleryPage(entries, pictures) {
  const section = (title, list) =>
    list.length === 0
      ? ""
      : `<section><h2>${title}</h2><ul>${list.map((entry) => card(entry, pictures.get(entry.href))).join("")}</ul></section>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Spanbook: notebooks and pages</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<header>
<h1>Notebooks and pages</h1>
<p>Each of them runs: it records what it does, keeps it in its own place, and shows it there.</p>
<p id="from-disk" hidden>This page was opened from the disk, where browsers load no modules: run <code>npm run gallery -- --serve</code> to make all of them run.</p>
</header>
<main>
${section(
  "Stories",
  entries.filter((entry) => isNumbered(entry)),
)}
${section(
  "In every kind of page",
  entries.filter((entry) => !isNumbered(entry)),
)}
</main>
<script>document.querySelector("#from-disk").hidden = location.protocol !== "file:";</script>
</body>
</html>
`;
}

function card({ file, kind, title, lead, href, note }, picture) {
  const name = escape(title);
  return `<li>${picture ? photo(picture) : ""}
<p class="kind">${kinds[kind]}</p>
<h3>${href ? `<a href="${escape(href)}">${name}</a>` : name}</h3>
<p>${escape(lead)}</p>
${note ? `<p class="note">${escape(note)}</p>` : ""}<p class="file">notebooks/${escape(file)}</p></li>
`;
}

function photo({ light, dark }) {
  return `<picture><source srcset="${dark}" media="(prefers-color-scheme: dark)"><img src="${light}" alt="" width="1120" height="700" loading="lazy"></picture>`;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

const styles = `
:root { color-scheme: light dark; --ink: light-dark(#1d1f24, #e8e9ec); --muted: light-dark(#5a616c, #a4abb7);
  --line: light-dark(#e3e0d8, #2c313a); --card: light-dark(#fff, #1b1e24); --accent: light-dark(#2456d6, #85a9ff) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: clamp(1rem, 4vw, 3rem); color: var(--ink);
  background: light-dark(#fbfaf7, #14161a); font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font: 600 clamp(1.8rem, 1.2rem + 2.4vw, 2.8rem)/1.1 Georgia, "Times New Roman", serif; letter-spacing: -.01em }
header p { max-width: 40rem; margin: .6rem 0; color: var(--muted) }
h2 { margin: 2.5rem 0 1rem; font-size: 1.05rem; font-weight: 600 }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.25rem; margin: 0; padding: 0;
  list-style: none }
li { position: relative; display: flex; flex-direction: column; padding: 1rem 1.1rem; overflow: hidden; background: var(--card);
  border: 1px solid var(--line); border-radius: .8rem }
li:has(a):hover { border-color: var(--accent) }
picture { margin: -1rem -1.1rem .9rem; border-bottom: 1px solid var(--line) }
img { display: block; width: 100%; height: auto }
h3 { margin: 0 0 .4rem; font-size: 1.1rem; line-height: 1.3; text-wrap: balance }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em }
a::after { content: ""; position: absolute; inset: 0 }
a:focus-visible { outline: none }
li:has(a:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px }
li p { margin: 0 0 .6rem; color: var(--muted); font-size: .92rem }
li .kind { margin: 0 0 .2rem; font-size: .8rem; color: var(--accent) }
li .file, li .note { margin-bottom: 0; font: .78rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
li .file { margin-top: auto }
li .note { margin-bottom: .6rem; color: var(--ink) }
`;
