// `npm run gallery` makes a site of everything under notebooks/, in out/gallery: each notebook built, each page with what it
// needs, and a page that shows them all. `npm run gallery -- --serve` also serves it on loopback.
import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildFramework, buildNotebooks } from "../../build/observable/build.mjs";
import { explainMissingObservable, hasObservable } from "../../build/observable/install.mjs";
import { serveFolder } from "../../build/serve-folder.mjs";
import { copyWithReferences } from "./copy-site.mjs";
import { galleryPage } from "./gallery-page.mjs";
import { takePictures } from "./pictures.mjs";
import { readStories } from "./stories.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const notebooks = path.join(root, "notebooks");

/**
 * Builds the gallery. What cannot be built here (if Observable's kits are not installed, or a Jupyter notebook was not executed)
 * is listed with its source and what to do.
 *
 * @param {{ out: string, pictures: boolean }} options
 */
export async function buildGallery({ out, pictures }) {
  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(out, "notebooks"), { recursive: true });
  const stories = await readStories(notebooks);
  const entries = await buildStories(stories, out);
  const taken = pictures ? await takePictures(entries, out) : new Map();
  await writeFile(path.join(out, "index.html"), galleryPage(entries, taken));
  return entries;
}

/** Each story with where it can be opened, `href` below `out`, or a note that says why it cannot. */
async function buildStories(stories, out) {
  const of = (kind) => stories.filter((story) => story.kind === kind);
  const target = path.join(out, "notebooks");
  if (hasObservable()) {
    const files = of("observable").map(({ file }) => path.join(notebooks, file));
    if (files.length > 0) await buildNotebooks(files, target);
    for (const { file } of of("framework")) {
      await buildFramework(path.join(notebooks, path.dirname(file)), path.join(target, path.dirname(file)));
    }
  }
  for (const folder of new Set(of("vite").map(({ file }) => path.dirname(file)))) {
    const { build } = await import("vite");
    await build({
      configFile: path.join(notebooks, folder, "vite.config.mjs"),
      logLevel: "error",
      build: { outDir: path.join(target, folder) },
    });
  }
  const entries = [];
  const copied = new Set();
  for (const story of stories) entries.push({ ...story, ...(await open(story, out, copied)) });
  return entries;
}

async function open({ file, kind }, out, copied) {
  const source = path.join(notebooks, file);
  const href = `notebooks/${file}`;
  switch (kind) {
    case "observable":
      return hasObservable() ? { href } : { note: explainMissingObservable() };
    case "framework":
      return hasObservable()
        ? { href: href.replace(/\.md$/, ".html") }
        : { note: explainMissingObservable() };
    case "jupyter": {
      const executed = path.join(root, "out", href.replace(/\.ipynb$/, ".html"));
      await cp(source, path.join(out, href));
      if (!existsSync(executed)) return { href, note: `jupyter lab ${href}` };
      await cp(executed, path.join(out, href.replace(/\.ipynb$/, ".html")));
      return { href: href.replace(/\.ipynb$/, ".html") };
    }
    case "page":
      await copyWithReferences(source, { root, out }, copied);
      return { href };
    case "program":
      await cp(source, path.join(out, `${href}.txt`));
      return { href: `${href}.txt` };
    default:
      return { href };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { serve, out } = parseArgs({
    options: { serve: { type: "boolean" }, out: { type: "string", default: path.join(root, "out/gallery") } },
  }).values;
  const entries = await buildGallery({ out, pictures: true });
  for (const { title, note } of entries) if (note) console.log(`${title}: ${note}`);
  if (serve) {
    const { origin } = await serveFolder(out, { port: 8080 }).catch(() => serveFolder(out));
    console.log(`${entries.length} notebooks and pages at ${origin}/ (Ctrl+C ends it)`);
  } else {
    console.log(
      `${entries.length} notebooks and pages: ${path.join(out, "index.html")}\nnpm run gallery -- --serve makes them run.`,
    );
  }
}
